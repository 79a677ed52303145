import 'reflect-metadata';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { PayloadClass } from '@nestjs-realtime/contract';
import { Type } from 'class-transformer';
import { getMetadataStorage, IsString, ValidateNested } from 'class-validator';
import { compile, expectRefusal, Free, isTaken } from '../../test/asynchronous-constraints.js';

class Plain {
  @IsString()
  name: string;
}

const later = (type: PayloadClass, property: string, validate?: (value: unknown) => unknown, async = true): void =>
  Free(async, {}, validate)(type.prototype as object, property);

describe('constraints that a class gets later', () => {
  const unhandled = jest.fn();
  beforeAll(() => void process.on('unhandledRejection', unhandled));
  afterAll(() => void process.off('unhandledRejection', unhandled));

  afterEach(async () => {
    await new Promise(setImmediate);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it.each([true, false])(
    'count if they are registered after the class was compiled, asynchronous: %s',
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

  it('count if they are the first of a property that holds a nested object', async () => {
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

  it('count if class-validator stores decorators elsewhere', async () => {
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
