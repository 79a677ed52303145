import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import type { PayloadSchema } from '@nestjs-realtime/contract';
import { Allow, Validate, ValidatorConstraint, type ValidatorConstraintInterface } from 'class-validator';
import { z } from 'zod';
import { RealtimeException } from '../realtime.exception.js';
import { ClassSchemaCompiler } from './class-schema.js';
import { asJsonCarries } from './json-walk.js';
import { PayloadSchemaCompiler } from './payload-schema.compiler.js';

class Holder {
  @Allow()
  value: unknown;
}
class TextHolder {
  @Allow()
  value: string;
}
class ListHolder {
  @Allow()
  value: unknown[];
}
@ValidatorConstraint({ async: true })
class Late implements ValidatorConstraintInterface {
  async validate(): Promise<boolean> {
    return true;
  }
}
class LateHolder {
  @Validate(Late)
  value: unknown;
}
const schemas = new PayloadSchemaCompiler(await ClassSchemaCompiler.load());
const SCHEMAS: Readonly<Record<string, PayloadSchema>> = {
  'a class': Holder,
  'a class whose field is declared as text': TextHolder,
  'a class whose field is declared as a list': ListHolder,
  'a class that answers later': LateHolder,
  zod: z.object({ value: z.unknown() }),
  'zod that answers later': z.object({ value: z.unknown().refine(async () => true) }),
};

/** The issue as one text. */
async function lossOf(run: () => unknown): Promise<string> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof RealtimeException)) throw error;
    expect(error).toMatchObject({ code: 'INVALID_PAYLOAD', issues: [{}] });
    const [{ path, message }] = error.issues!;
    return `${path}: ${message}`;
  }
  throw new Error('It passed');
}
const lost = (payload: unknown) => lossOf(() => asJsonCarries(payload));

class Thenable {
  then(): void {}
}
function* numbers() {
  yield 1;
}

const LOST: readonly [what: string, value: () => unknown][] = [
  ['a Map', () => new Map([['a', 1]])],
  ['a Map', () => new (class Index extends Map {})()],
  ['a Set', () => new Set([1])],
  ['an object of type WeakMap', () => new WeakMap()],
  ['an object of type WeakSet', () => new WeakSet()],
  ['an object of type WeakRef', () => new WeakRef({})],
  ['an Error', () => new Error('a')],
  ['an Error', () => Object.assign(new TypeError('a'), { code: 'E' })],
  ['an Error', () => new AggregateError([])],
  ['NaN', () => Number.NaN],
  ['Infinity', () => Number.POSITIVE_INFINITY],
  ['-Infinity', () => Number.NEGATIVE_INFINITY],
  ['a BigInt', () => 1n],
  ['a function', () => () => 1],
  ['a function', () => class {}],
  ['a symbol', () => Symbol('a')],
  ['binary data', () => Buffer.from('a')],
  ['binary data', () => new Uint8Array(1)],
  ['binary data', () => new Float64Array(1)],
  ['binary data', () => new BigInt64Array(1)],
  ['binary data', () => new ArrayBuffer(1)],
  ['binary data', () => new SharedArrayBuffer(1)],
  ['binary data', () => new DataView(new ArrayBuffer(1))],
  ['binary data', () => new Blob(['a'])],
  ['a RegExp', () => /a/],
  ['an invalid Date', () => new Date(Number.NaN)],
  ['NaN', () => Object(Number.NaN)],
  ['a BigInt', () => Object(1n)],
  ['a symbol', () => Object(Symbol('a'))],
  ['a Promise', () => Promise.resolve(1)],
  ['a Promise', () => new Thenable()],
  ['an object of type URLSearchParams', () => new URLSearchParams('a=1')],
  ['an object of type Headers', () => new Headers()],
  ['an object of type Generator', () => numbers()],
  ['an object of type Map Iterator', () => new Map().entries()],
  ['an object of type Intl.NumberFormat', () => new Intl.NumberFormat('en')],
  ['an object of type AbortSignal', () => new AbortController().signal],
];

describe.each(Object.entries(SCHEMAS))('what JSON loses, under %s', (_name, schema) => {
  const { strip } = schemas.compile(schema, 'Event "x"');

  it.each(LOST)('%s is an issue that names its place (case %#)', async (what, value) => {
    const starts = (path: string) => expect.stringMatching(new RegExp(`^${path}: JSON cannot carry ${what}; .`));
    expect(await lossOf(() => strip({ value: value() }))).toEqual(starts('value'));
    expect(await lossOf(() => strip({ value: { a: 1, b: value() } }))).toEqual(starts('value\\.b'));
    expect(await lossOf(() => strip({ value: [1, value()] }))).toEqual(starts('value\\.1'));
    expect(await lossOf(() => strip({ value: [{ a: { b: [[value()]] } }] }))).toEqual(
      starts('value\\.0\\.a\\.b\\.0\\.0'),
    );
    expect(await lossOf(() => strip({ value: { toJSON: () => [value()] } }))).toEqual(starts('value\\.0'));
  });

  it.each(LOST)('%s in a field that is stripped is none (case %#)', async (_what, value) => {
    expect(await strip({ value: 'kept', secret: value() })).toEqual({ value: 'kept' });
  });
});

describe('what JSON loses', () => {
  it.each(LOST)('%s is an issue at the top, of a schema that accepts anything (case %#)', async (what, value) => {
    const { strip } = schemas.compile(z.any(), 'Event "x"');
    // Synchronously: a promise is not awaited as if it were the schema's.
    expect(() => strip(value())).toThrow(RealtimeException);
    expect(await lossOf(() => strip(value()))).toMatch(`: JSON cannot carry ${what}; `);
  });

  it('includes undefined in a list, a hole included, but not in a field', async () => {
    const text = 'JSON cannot carry undefined in a list; it would arrive as null: send null, or leave the item out';
    expect(await lost(['a', undefined])).toBe(`1: ${text}`);
    expect(await lost({ list: new Array(3) })).toBe(`list.0: ${text}`);
    expect(await lost([{ toJSON: () => undefined }])).toBe(`0: ${text}`);
    expect(JSON.stringify(asJsonCarries({ a: undefined, b: 1 }))).toBe('{"b":1}');
    expect(asJsonCarries(undefined)).toBeUndefined();
  });

  it('does not include shared objects, symbol keys, methods, inherited fields or what is not enumerable', () => {
    class Price {
      cents = 5;
      describe(): string {
        return `${this.cents}`;
      }
    }
    const shared = { a: 1 };
    const hidden = Object.defineProperty({ a: [shared, shared] }, 'map', { value: new Map(), enumerable: false });
    const other = Object.create({ map: new Map() }) as object;
    const payload = { price: new Price(), empty: new (class Empty {})(), [Symbol('a')]: new Map(), hidden, other };
    expect(asJsonCarries(payload)).toBe(payload);
  });

  it('does not include an object of the application that names itself, unless it shows no field', async () => {
    class Money {
      cents?: number;
      get [Symbol.toStringTag](): string {
        return 'Money';
      }
    }
    const money = Object.assign(new Money(), { cents: 5 });
    expect(asJsonCarries({ money })).toEqual({ money });
    const empty = new (class {
      readonly #cents = 5;
      get [Symbol.toStringTag](): string {
        return `Money of ${this.#cents}`;
      }
    })();
    expect(await lost({ money: empty })).toContain('an object of type Money of 5;');
  });

  it('does not include numbers, texts and booleans in objects of their own', () => {
    const boxed = { n: Object(1), text: Object('a'), yes: Object(true), list: [Object(false)] };
    expect(asJsonCarries(boxed)).toEqual({ n: 1, text: 'a', yes: true, list: [false] });
  });

  it('quotes keys that are no identifiers, and shows the beginning and the end of a long path', async () => {
    expect(await lost({ 'first name': [{ 'a.b': 1n }] })).toMatch(/^"first name"\.0\."a\.b": /);
    const path = (await lost(nested(900, 1n))).split(': ')[0];
    expect(path).toBe([...new Array(10).fill('a'), '…', ...new Array(10).fill('a')].join('.'));
  });
});

describe('toJSON()', () => {
  class ObjectId {
    calls = 0;
    constructor(private readonly hex: string) {}
    toJSON(): string {
      this.calls++;
      return this.hex;
    }
  }

  it('counts, is called once, and changes no object of the caller', () => {
    const id = new ObjectId('65ab');
    const payload = Object.freeze({
      at: new Date(0),
      list: Object.freeze([1, id]),
      link: new URL('http://a.example/b'),
    });
    const sent = asJsonCarries(payload);
    expect(JSON.stringify(sent)).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","list":[1,"65ab"],"link":"http://a.example/b"}',
    );
    expect(id.calls).toBe(1);
    expect(payload.list[1]).toBe(id);
  });

  it('gets its key, as JSON gives it', () => {
    const keyed = { toJSON: (key: string) => key };
    const payload = { a: keyed, list: [keyed] };
    expect(asJsonCarries(payload)).toEqual(JSON.parse(JSON.stringify(payload)));
    expect(asJsonCarries(keyed)).toBe('');
  });

  it('is not called on an answer', async () => {
    const once = { n: 1, toJSON: () => ({ n: 2, toJSON: () => 'twice' }) };
    const itself = {
      n: 1,
      toJSON() {
        return this;
      },
    };
    const list = Object.assign([1], { toJSON: () => Object.assign([2], { toJSON: () => 'twice' }) });
    for (const payload of [once, itself, [once], { itself }, list]) {
      expect(JSON.stringify(asJsonCarries(payload))).toBe(JSON.stringify(payload));
    }
    expect(await lost({ at: { toJSON: () => new Date(0) } })).toMatch(/^at: JSON cannot carry a Date on which toJSON/);
  });

  it('also counts on lists, dates, errors, typed arrays and bigints, which an application may teach it', () => {
    class Hex extends Uint8Array {
      toJSON(): string {
        return Buffer.from(this).toString('hex');
      }
    }
    class Day extends Date {
      override toJSON(): string {
        return super.toJSON().slice(0, 10);
      }
    }
    const error = Object.assign(new Error('a'), { toJSON: () => ({ message: 'a' }) });
    const payload = [new Hex([255]), new Day(0), error, Object.assign([1], { toJSON: () => 'list' })];
    expect(asJsonCarries(payload)).toEqual(['ff', '1970-01-01', { message: 'a' }, 'list']);
    expect(asJsonCarries({ at: Object.assign(new Date(Number.NaN), { toJSON: () => 'never' }) })).toEqual({
      at: 'never',
    });
    try {
      Object.defineProperty(BigInt.prototype, 'toJSON', { value: () => 1n, configurable: true });
      expect(() => asJsonCarries({ n: 10n })).toThrow(RealtimeException);
      Object.defineProperty(BigInt.prototype, 'toJSON', {
        value(this: bigint) {
          return this.toString();
        },
        configurable: true,
      });
      expect(asJsonCarries({ n: 10n })).toEqual({ n: '10' });
    } finally {
      Reflect.deleteProperty(BigInt.prototype, 'toJSON');
    }
  });
});

describe('a hostile payload', () => {
  const boom = new Error('boom');
  const bomb = (): never => {
    throw boom;
  };
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  class BadName {
    get [Symbol.toStringTag](): string {
      return bomb();
    }
  }
  class BadThen {
    get then(): string {
      return bomb();
    }
  }

  it.each<[string, unknown]>([
    ['toJSON()', { toJSON: bomb }],
    ['a getter of toJSON', Object.defineProperty({}, 'toJSON', { get: bomb })],
    ['a getter', Object.defineProperty({}, '', { get: bomb, enumerable: true })],
    ['a Proxy that cannot be read', new Proxy({ a: 1 }, { get: bomb })],
    ['a Proxy without keys', new Proxy({ a: 1 }, { ownKeys: bomb })],
    ['a Proxy without prototype', new Proxy({ a: 1 }, { getPrototypeOf: bomb })],
    ['a Proxy of a list', new Proxy([1], { get: bomb })],
    ['a revoked Proxy', revoked.proxy],
    ['valueOf()', Object.assign(Object(1) as object, { valueOf: bomb })],
    ['its name', new BadName()],
    ['then', new BadThen()],
  ])('that throws in %s is an issue that names the place, with the error as cause', async (_what, value) => {
    const expected = /^list\.1(\."")?: reading it throws; check its getters and its toJSON\(\)$/;
    expect(await lost({ list: [1, value] })).toMatch(expected);
    const error = await Promise.resolve([value])
      .then(asJsonCarries)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(RealtimeException);
    expect((error as RealtimeException).cause).toEqual(value === revoked.proxy ? expect.any(TypeError) : boom);
  });

  it('may contain itself: the issue names where', async () => {
    const parent: Record<string, unknown> = { children: [{ name: 'a' }] };
    (parent.children as Record<string, unknown>[])[0].parent = parent;
    expect(await lost({ parent })).toMatch(
      /^parent\.children\.0\.parent: JSON cannot carry an object that contains itself/,
    );
    const list: unknown[] = [];
    list.push(list);
    expect(await lost(list)).toMatch(/^0: JSON cannot carry an object that contains itself/);
    const endless = { toJSON: () => ({ next: endless }) };
    expect(await lost(endless)).toContain('more than 1,000 levels');
  });

  it('passes 1,000 levels, and is an issue below, without exhausting the stack', async () => {
    const deep = nested(1_000, 1);
    expect(asJsonCarries(deep)).toBe(deep);
    for (const levels of [1_001, 100_000]) expect(await lost(nested(levels, 1))).toContain('more than 1,000 levels');
  });

  it('ends where shared objects would make the text endless', async () => {
    let bomb: unknown = 1;
    for (let level = 0; level < 60; level++) bomb = [bomb, bomb];
    expect(await lost(bomb)).toContain('more than 1,000,000 values');
  });
});

/** `levels` objects around a value. */
function nested(levels: number, value: unknown): unknown {
  let node = value;
  for (let level = 0; level < levels; level++) node = { a: node };
  return node;
}
