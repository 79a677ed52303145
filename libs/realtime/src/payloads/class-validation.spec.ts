import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { PayloadClass } from '@nestjs-realtime/contract';
import * as transformer from 'class-transformer';
import { Type } from 'class-transformer';
import * as validator from 'class-validator';
import {
  getMetadataStorage,
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  registerDecorator,
  useContainer,
  Validate,
  ValidateIf,
  ValidateNested,
  type ValidationOptions,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { ClassSchemaCompiler } from './class-schema.js';
import { ClassValidation } from './class-validation.js';

const compiler = (await ClassSchemaCompiler.load())!;
const compile = (type: PayloadClass) => compiler.compile(type, 'Message "x"');

const isTaken = async (value: unknown): Promise<boolean> => {
  await new Promise(setImmediate);
  return value !== 'taken';
};

/** A decorator as applications write them; `async` is what they say of it. */
function Free(
  async: boolean | undefined,
  options?: ValidationOptions,
  validate: (value: unknown) => unknown = isTaken,
) {
  return (target: object, propertyName: string): void =>
    registerDecorator({
      target: target.constructor,
      propertyName,
      async,
      options: { message: 'name is taken', ...options },
      validator: { validate: validate as (value: unknown) => boolean },
    });
}

const later = (type: PayloadClass, property: string, validate?: (value: unknown) => unknown, async = true): void =>
  Free(async, {}, validate)(type.prototype as object, property);

async function expectRefusal(answer: () => unknown, path: string): Promise<void> {
  const refusal = Promise.resolve().then(answer);
  await expect(refusal).rejects.toMatchObject({
    code: 'INVALID_PAYLOAD',
    issues: [{ path, message: 'name is taken' }],
  });
}

/** That the class refuses what its asynchronous constraint refuses, inbound and outbound, and lets the rest pass. */
async function expectAsked(type: PayloadClass, payloadOf: (name: string) => object, path: string): Promise<void> {
  const { parse, strip } = compile(type);
  // Twice: what is learnt from the first payload must not change the answer to the second.
  for (let round = 0; round < 2; round++) {
    await expectRefusal(() => parse(payloadOf('taken')), path);
    await expectRefusal(() => strip(payloadOf('taken')), path);
    expect(await parse(payloadOf('free'))).toBeInstanceOf(type);
    expect(await strip(payloadOf('free'))).toEqual(payloadOf('free'));
  }
}

class Plain {
  @IsString()
  name: string;
}

describe('asynchronous constraints of a class', () => {
  const unhandled = jest.fn();
  beforeAll(() => void process.on('unhandledRejection', unhandled));
  afterAll(() => void process.off('unhandledRejection', unhandled));

  afterEach(async () => {
    await new Promise(setImmediate);
    expect(unhandled).not.toHaveBeenCalled();
    useContainer(undefined as never);
  });

  it.each([true, false, undefined])('are waited for on the class itself, marked asynchronous: %s', async (async) => {
    class Named {
      @IsString()
      @Free(async)
      name: string;
    }
    await expectAsked(Named, (name) => ({ name }), 'name');
  });

  it.each([true, false])('are waited for in each element, marked asynchronous: %s', async (async) => {
    class Tagged {
      @IsArray()
      @Free(async, { each: true })
      tags: string[];
    }
    await expectAsked(Tagged, (name) => ({ tags: ['a', name, 'b'] }), 'tags');
  });

  it.each([true, false])(
    'are waited for in nested objects, in lists and in maps, marked asynchronous: %s',
    async (async) => {
      class Item {
        @IsString()
        @Free(async)
        name: string;
      }
      class Box {
        @ValidateNested()
        @Type(() => Item)
        item: Item;
      }
      class Boxes {
        @ValidateNested({ each: true })
        @Type(() => Box)
        boxes: Box[];
      }
      class Shelf {
        @ValidateNested({ each: true })
        @Type(() => Item)
        items: Map<string, Item>;
      }
      await expectAsked(Box, (name) => ({ item: { name } }), 'item.name');
      await expectAsked(
        Boxes,
        (name) => ({ boxes: [{ item: { name: 'a' } }, { item: { name } }] }),
        'boxes.1.item.name',
      );
      const { parse } = compile(Shelf);
      await expectRefusal(() => parse({ items: { a: { name: 'taken' } } }), 'items.a.name');
    },
  );

  it('are waited for where a discriminator chooses the class', async () => {
    abstract class Shape {
      @IsString()
      kind: string;
    }
    class Square extends Shape {
      @IsInt()
      side: number;
    }
    class Label extends Shape {
      @Free(undefined)
      name: string;
    }
    const subTypes = [
      { value: Square, name: 'square' },
      { value: Label, name: 'label' },
    ];
    class Drawing {
      @ValidateNested()
      @Type(() => Shape, { keepDiscriminatorProperty: true, discriminator: { property: 'kind', subTypes } })
      shape: Square | Label;
    }
    const { parse } = compile(Drawing);
    expect(parse({ shape: { kind: 'square', side: 1 } })).toBeInstanceOf(Drawing);
    await expectRefusal(() => parse({ shape: { kind: 'label', name: 'taken' } }), 'shape.name');
  });

  it('are waited for where a class has inherited them', async () => {
    class Base {
      @Free(true)
      name: string;
    }
    class Derived extends Base {
      @IsInt()
      n: number;
    }
    await expectAsked(Derived, (name) => ({ n: 1, name }), 'name');
  });

  it('are waited for under a condition and in a group', async () => {
    class Draft {
      @IsString()
      state: string;
      @ValidateIf(({ state }: Draft) => state === 'published')
      @Free(true, { groups: ['write'] })
      name: string;
    }
    await expectAsked(Draft, (name) => ({ state: 'published', name }), 'name');
    expect(compile(Draft).parse({ state: 'draft', name: 'taken' })).toBeInstanceOf(Draft);
  });

  it('are waited for where they are a class, which a container of the application may make', async () => {
    @ValidatorConstraint({ async: true })
    class NameIsFree implements ValidatorConstraintInterface {
      constructor(private readonly taken: readonly string[] = []) {}
      async validate(name: string): Promise<boolean> {
        return !this.taken.includes(name);
      }
      defaultMessage(): string {
        return 'name is taken';
      }
    }
    class Named {
      @Validate(NameIsFree)
      name: string;
    }
    const { parse } = compile(Named);
    expect(await parse({ name: 'taken' })).toBeInstanceOf(Named);
    const container = { get: (type: unknown) => (type === NameIsFree ? new NameIsFree(['taken']) : undefined) };
    useContainer(container, { fallback: true });
    await expectRefusal(() => parse({ name: 'taken' }), 'name');
  });

  it('ask the present container where they are synchronous as well', async () => {
    @ValidatorConstraint()
    class NameIsFree implements ValidatorConstraintInterface {
      constructor(private readonly taken: readonly string[] = []) {}
      validate(name: string): boolean {
        return !this.taken.includes(name);
      }
      defaultMessage(): string {
        return 'name is taken';
      }
    }
    class Named {
      @Validate(NameIsFree)
      name: string;
    }
    const { parse } = compile(Named);
    expect(parse({ name: 'taken' })).toBeInstanceOf(Named);
    const container = { get: (type: unknown) => (type === NameIsFree ? new NameIsFree(['taken']) : undefined) };
    useContainer(container, { fallback: true });
    await expectRefusal(() => parse({ name: 'taken' }), 'name');
  });

  it.each([true, false])(
    'count where they are registered after the class was compiled, synchronous or not: %s',
    async (async) => {
      const refuses = (value: unknown) => (async ? isTaken(value) : value !== 'taken');
      class Item {
        @IsString()
        name: string;
      }
      class Base {
        @IsString()
        name: string;
      }
      class Derived extends Base {}
      class Box {
        @ValidateNested()
        @Type(() => Item)
        item: Item;
      }
      class Named {
        @IsString()
        name: string;
      }
      const [derived, box, named] = [Derived, Box, Named].map(compile);
      const payload = { name: 'taken' };
      expect(derived.parse(payload)).toBeInstanceOf(Derived);
      expect(box.parse({ item: payload })).toBeInstanceOf(Box);
      expect(named.parse(payload)).toBeInstanceOf(Named);
      for (const type of [Base, Item, Named]) later(type, 'name', refuses, async);
      for (const way of ['parse', 'strip'] as const) {
        await expectRefusal(() => derived[way](payload), 'name');
        await expectRefusal(() => box[way]({ item: payload }), 'item.name');
        await expectRefusal(() => named[way](payload), 'name');
      }
    },
  );

  it('count where a property gets its first constraint, and it is a nested object', async () => {
    class Named {
      @IsString()
      name: string;
      item: Plain;
    }
    const { parse } = compile(Named);
    await expect(Promise.resolve().then(() => parse({ name: 'a', item: { name: 'a' } }))).rejects.toThrow();
    ValidateNested()(Named.prototype, 'item');
    Type(() => Plain)(Named.prototype, 'item');
    expect(parse({ name: 'a', item: { name: 'a' } })).toBeInstanceOf(Named);
    await expect(Promise.resolve().then(() => parse({ name: 'a', item: { name: 1 } }))).rejects.toThrow();
  });

  it('leave a class without any synchronous, also where others of the process have some', () => {
    class Other {
      @Free(true)
      name: string;
    }
    compile(Other);
    class Nesting {
      @ValidateNested()
      @Type(() => Plain)
      plain: Plain;
    }
    expect(compile(Plain).parse({ name: 'a' })).toBeInstanceOf(Plain);
    expect(compile(Nesting).parse({ plain: { name: 'a' } })).toBeInstanceOf(Nesting);
    expect(() => compile(Nesting).parse({ plain: { name: 1 } })).toThrow();
    expect(compile(Nesting).strip({ plain: { name: 'a' } })).toEqual({ plain: { name: 'a' } });
  });

  it('leave a payload synchronous where none of them is asked', () => {
    class Sometimes {
      @IsOptional()
      @Free(true)
      name?: string;
    }
    expect(compile(Sometimes).parse({})).toBeInstanceOf(Sometimes);
  });

  it.each<[string, (value: unknown) => unknown]>([
    ['a promise', () => Promise.resolve(false)],
    ['a promise of another library', () => ({ then: (resolve: (answer: boolean) => void) => resolve(false) })],
    [
      'a promise that calls back late',
      () => ({ then: (done: (a: boolean) => void) => void setImmediate(() => done(false)) }),
    ],
    [
      'a promise that is a function',
      () => Object.assign(() => true, { then: (done: (a: boolean) => void) => done(false) }),
    ],
    ['nothing', () => undefined],
  ])('are a no where they answer with %s', async (_what, validate) => {
    class Named {
      @Free(undefined, {}, validate)
      name: string;
    }
    class Box {
      @ValidateNested()
      @Type(() => Named)
      named: Named;
    }
    const [named, box] = [compile(Named), compile(Box)];
    for (let round = 0; round < 2; round++) {
      await expectRefusal(() => named.parse({ name: 'a' }), 'name');
      await expectRefusal(() => named.strip({ name: 'a' }), 'name');
      await expectRefusal(() => box.parse({ named: { name: 'a' } }), 'named.name');
    }
  });

  it('are a failure where they reject, and end no process', async () => {
    const rejects = () => Promise.reject(new Error('the database is down'));
    class Named {
      @Free(undefined, {}, rejects)
      name: string;
      @Free(undefined, {}, rejects)
      other: string;
      @Free(undefined, {}, (value) => {
        if (value === 'throws') throw new Error('broken');
        return true;
      })
      third: string;
    }
    const { parse, strip } = compile(Named);
    const payload = { name: 'a', other: 'b', third: 'c' };
    for (let round = 0; round < 2; round++) {
      await expect(Promise.resolve().then(() => parse(payload))).rejects.toThrow('the database is down');
      await expect(Promise.resolve().then(() => strip(payload))).rejects.toThrow('the database is down');
      // What was asked before is abandoned.
      await expect(Promise.resolve().then(() => parse({ ...payload, third: 'throws' }))).rejects.toThrow('broken');
    }
  });

  it('are a failure where one is not registered, and the fault says how to register it', () => {
    class Unregistered implements ValidatorConstraintInterface {
      validate(): boolean {
        return false;
      }
    }
    class Named {
      @Validate(Unregistered)
      name: string;
    }
    const { parse } = compile(Named);
    const cure =
      'The constraint Unregistered is not registered with class-validator, which would skip it; put @ValidatorConstraint() on its class.';
    expect(() => parse({ name: 'a' })).toThrow(cure);
    ValidatorConstraint()(Unregistered);
    expect(() => parse({ name: 'a' })).toThrow('The payload is not valid.');
  });

  it('are waited for where class-validator keeps its executor elsewhere', async () => {
    const elsewhere = new ClassSchemaCompiler(ClassValidation.withoutExecutor(validator), transformer);
    class Named {
      @Free(undefined)
      name: string;
    }
    const { parse, strip } = elsewhere.compile(Named, 'Message "x"');
    await expectRefusal(() => parse({ name: 'taken' }), 'name');
    await expect(strip({ name: 'free', extra: 1 })).resolves.toEqual({ name: 'free' });
  });

  it('count where class-validator keeps decorators elsewhere', async () => {
    const storage = getMetadataStorage() as unknown as { validationMetadatas: unknown };
    const { validationMetadatas } = storage;
    class Named {
      @IsString()
      name: string;
    }
    storage.validationMetadatas = {
      get: (key: never) => (validationMetadatas as Map<never, unknown>).get(key),
      entries: () => [],
    };
    const { parse } = compile(Named);
    storage.validationMetadatas = validationMetadatas;
    expect(parse({ name: 'taken' })).toBeInstanceOf(Named);
    later(Named, 'name');
    await expectRefusal(() => parse({ name: 'taken' }), 'name');
  });
});
