import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import * as transformer from 'class-transformer';
import { Type } from 'class-transformer';
import * as validator from 'class-validator';
import {
  IsArray,
  IsInt,
  IsOptional,
  IsString,
  useContainer,
  Validate,
  ValidateIf,
  ValidateNested,
  ValidatorConstraint,
  type ValidatorConstraintInterface,
} from 'class-validator';
import { compile, expectAsked, expectRefusal, Free } from '../../test/asynchronous-constraints.js';
import { ClassSchemaCompiler } from './class-schema.js';
import { ClassValidation } from './class-validation.js';

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

  it('are waited for if a discriminator chooses the class', async () => {
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

  it('are waited for if a class inherits them', async () => {
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

  it('are waited for if they are a class that the container of the application creates', async () => {
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

  it('come from the present container if they are synchronous too', async () => {
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

  it('do not make other classes asynchronous', () => {
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

  it('do not make a payload asynchronous if none of them runs', () => {
    class Sometimes {
      @IsOptional()
      @Free(true)
      name?: string;
    }
    expect(compile(Sometimes).parse({})).toBeInstanceOf(Sometimes);
  });

  it('are waited for if class-validator has its executor elsewhere', async () => {
    const elsewhere = new ClassSchemaCompiler(ClassValidation.withoutExecutor(validator), transformer);
    class Named {
      @Free(undefined)
      name: string;
    }
    const { parse, strip } = elsewhere.compile(Named, 'Message "x"');
    await expectRefusal(() => parse({ name: 'taken' }), 'name');
    await expect(strip({ name: 'free', extra: 1 })).resolves.toEqual({ name: 'free' });
  });
});
