import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonLoss } from './json-loss.js';

class Written {
  constructor(private readonly value: unknown) {}

  toJSON(): unknown {
    return this.value;
  }
}
class Point {
  x = 1;
  y: number | undefined = undefined;
  length(): number {
    return this.x;
  }
}
const cycle: Record<string, unknown> = {};
cycle.self = cycle;

/** Wraps a value in lists and objects, and says at which path it lies then. */
const PLACES: readonly [wrap: (value: unknown) => unknown, path: string][] = [
  [(value) => value, ''],
  [(value) => ({ a: 1, b: { c: value } }), 'b.c'],
  [(value) => [0, [value]], '1.0'],
  [(value) => ({ items: [{ at: value }] }), 'items.0.at'],
  [(value) => new Written({ inner: value }), 'inner'],
];

describe('what JSON loses', () => {
  it.each<[string, unknown, string]>([
    ['a Map', new Map([[1, 2]]), 'a Map'],
    ['an empty Map', new Map(), 'a Map'],
    ['a Set', new Set([1]), 'a Set'],
    ['a WeakMap', new WeakMap(), 'a WeakMap'],
    ['an Error', new Error('x'), 'an Error'],
    ['an Error of its own class', new RangeError('x'), 'an Error'],
    ['NaN', NaN, 'NaN'],
    ['Infinity', -Infinity, '-Infinity'],
    ['a bigint', 1n, 'a bigint'],
    ['a function', () => 1, 'a function'],
    ['a class', Point, 'a function'],
    ['a symbol', Symbol('x'), 'a symbol'],
    ['a Uint8Array', new Uint8Array(2), 'binary data'],
    ['a Buffer', Buffer.from('x'), 'binary data'],
    ['a DataView', new DataView(new ArrayBuffer(1)), 'binary data'],
    ['an ArrayBuffer', new ArrayBuffer(1), 'an ArrayBuffer'],
    ['a RegExp', /x/, 'a RegExp'],
    ['an invalid Date', new Date(NaN), 'an invalid Date'],
    ['a Promise', Promise.resolve(1), 'a Promise'],
    ['a generator', (function* () {})(), 'a Generator'],
    ['URLSearchParams', new URLSearchParams('a=1'), 'a URLSearchParams'],
    ['what toJSON() returns', new Written(new Map()), 'a Map'],
    ['a cycle', cycle, 'more than 1000 levels, or an object that contains itself'],
  ])('%s, wherever it lies', (_, value, what) => {
    for (const [wrap, path] of PLACES) {
      const loss = jsonLoss(wrap(value));
      expect(loss?.what).toBe(what);
      if (what.startsWith('more')) continue;
      expect(loss?.path).toBe(path);
    }
  });

  it('is an undefined element of a list, which would arrive as null', () => {
    expect(jsonLoss({ list: [1, undefined] })).toEqual({ path: 'list.1', what: 'undefined' });
  });

  it.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['an optional field', { a: undefined, b: 1 }],
    ['a class with methods', new Point()],
    ['an empty class', new (class Empty {})()],
    ['a valid Date', { at: new Date() }],
    ['a URL', new URL('https://a.example')],
    ['a value with toJSON()', new Written([{ a: 'x' }])],
    ['boxed primitives', [Object('a'), Object(1), Object(true)]],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 })],
    ['a symbol key', { [Symbol('x')]: 1 }],
    ['one object twice', [cycle.none, { a: 1 }, { a: 1 }].slice(1)],
  ])('is not %s', (_, value) => {
    expect(jsonLoss(value)).toBeNull();
  });

  it('is what a getter or toJSON() throws, to the caller', () => {
    const hostile = {
      get x(): number {
        throw new Error('no');
      },
    };
    expect(() => jsonLoss(hostile)).toThrow('no');
  });

  it('does not overflow the stack', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 100_000; i++) deep = [deep];
    expect(jsonLoss(deep)?.path.length).toBeLessThan(100);
  });

  it('is found in exactly the values that do not come back from JSON', () => {
    fc.assert(
      fc.property(fc.anything({ withDate: false, withNullPrototype: true, maxDepth: 4 }), (value) => {
        if (jsonLoss(value) !== null) return;
        const back = value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
        expect(back).toEqual(normalized(value));
      }),
      { numRuns: 2_000 },
    );
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(jsonLoss(value)).toBeNull()));
  });
});

/** What JSON is meant to change: fields without a value are left out, and -0 is 0. */
function normalized(value: unknown): unknown {
  if (Object.is(value, -0)) return 0;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(normalized);
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, normalized(field)]));
}
