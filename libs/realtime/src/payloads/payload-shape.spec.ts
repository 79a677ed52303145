import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { RealtimeLimits } from '../realtime.options.js';
import { checkShape, isPlainObject } from './payload-shape.js';

const limits = new RealtimeLimits();
const check = (payload: unknown) => checkShape(payload, limits)?.code ?? null;

/** `depth` levels of nested objects or arrays. */
function nested(depth: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = wrap(1);
  for (let level = 1; level < depth; level++) value = wrap(value);
  return value;
}

function keyed(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, 1]));
}

describe('the shape check before any schema', () => {
  it.each([undefined, null, true, 0, -1.5, '', 'text', [], {}, Object.create(null), { a: [{ b: null }] }])(
    'passes plain JSON, case %#',
    (payload) => {
      expect(checkShape(payload, limits)).toBeNull();
    },
  );

  it.each([
    ['objects', (inner: unknown) => ({ a: inner })],
    ['arrays', (inner: unknown) => [inner]],
    ['both', (inner: unknown) => (Array.isArray(inner) ? { a: inner } : [inner])],
  ])('passes %s 16 deep and refuses them 17 deep', (_name, wrap) => {
    expect(check(nested(16, wrap))).toBeNull();
    expect(check(nested(17, wrap))).toBe('PAYLOAD_TOO_LARGE');
  });

  it('refuses empty objects and arrays below the depth limit too', () => {
    expect(check(JSON.parse(`${'['.repeat(16)}${']'.repeat(16)}`))).toBeNull();
    expect(check(JSON.parse(`${'['.repeat(17)}${']'.repeat(17)}`))).toBe('PAYLOAD_TOO_LARGE');
  });

  it.each([(inner: unknown) => [inner], (inner: unknown) => ({ a: inner })])(
    'checks 100,000 levels without exhausting the stack, at any depth limit (case %#)',
    (wrap) => {
      const deep = nested(100_000, wrap);
      expect(check(deep)).toBe('PAYLOAD_TOO_LARGE');
      const patient = { payloadBytes: 1e9, payloadDepth: 1e9, payloadKeys: 1e9 };
      expect(checkShape(deep, patient)).toBeNull();
    },
  );

  it('counts object keys and array elements together, up to 1,000', () => {
    expect(check(keyed(1_000))).toBeNull();
    expect(check(keyed(1_001))).toBe('PAYLOAD_TOO_LARGE');
    expect(check(new Array(1_000).fill(0))).toBeNull();
    expect(check(new Array(1_001).fill(0))).toBe('PAYLOAD_TOO_LARGE');
    expect(check({ list: new Array(499).fill(0), map: keyed(499) })).toBeNull();
    expect(check({ list: new Array(500).fill(0), map: keyed(499) })).toBe('PAYLOAD_TOO_LARGE');
    expect(check(Array.from({ length: 32 }, () => new Array(32).fill({})))).toBe('PAYLOAD_TOO_LARGE');
  });

  it('refuses a wide array before it reads the elements', () => {
    expect(check(new Array(1_000_000).fill(null))).toBe('PAYLOAD_TOO_LARGE');
    expect(check({ list: new Array(1_000_000) })).toBe('PAYLOAD_TOO_LARGE');
  });

  it('counts bytes of strings, keys and scalars, not characters', () => {
    expect(check('x'.repeat(65_534))).toBeNull();
    expect(check('x'.repeat(65_535))).toBe('PAYLOAD_TOO_LARGE');
    expect(check('é'.repeat(32_767))).toBeNull();
    expect(check('é'.repeat(32_768))).toBe('PAYLOAD_TOO_LARGE');
    expect(check({ ['x'.repeat(70_000)]: 1 })).toBe('PAYLOAD_TOO_LARGE');
    expect(check([['x'.repeat(40_000)], ['x'.repeat(40_000)]])).toBe('PAYLOAD_TOO_LARGE');
    expect(checkShape([1, 2, 3], { ...limits, payloadBytes: 11 })?.code).toBe('PAYLOAD_TOO_LARGE');
  });

  describe.each(['__proto__', 'constructor', 'prototype'])('the key %s', (key) => {
    it.each([
      ['at the top', `{"${key}":1}`],
      ['with an object', `{"${key}":{"polluted":true}}`],
      ['in an object', `{"a":{"${key}":null}}`],
      ['in an array', `{"a":[1,[{"b":2,"${key}":{}}]]}`],
      ['15 levels down', `${'{"a":'.repeat(15)}{"${key}":1}${'}'.repeat(15)}`],
      ['escaped', `{"\\u00${key.charCodeAt(0).toString(16)}${key.slice(1)}":1}`],
    ])('is refused %s', (_where, json) => {
      const refusal = checkShape(JSON.parse(json), limits);
      expect(refusal).toEqual({
        code: 'INVALID_PAYLOAD',
        issues: [{ path: '', message: 'keys that reach a prototype are not allowed' }],
      });
    });

    it('is harmless as a value', () => {
      expect(check({ a: key, b: [key] })).toBeNull();
    });
  });

  it.each([
    Buffer.from('a'),
    new Uint8Array(1),
    new ArrayBuffer(1),
    new Date(),
    new Map([['a', 1]]),
    new Set([1]),
    /a/,
    new Error('a'),
    new (class Note {
      text = 'a';
    })(),
    Object.create({ a: 1 }) as object,
    Promise.resolve(),
  ])('refuses values that JSON cannot produce, at the top, in objects and in arrays (case %#)', (value) => {
    const refused = {
      code: 'INVALID_PAYLOAD',
      issues: [{ path: '', message: 'only plain JSON values are allowed' }],
    };
    expect(checkShape(value, limits)).toEqual(refused);
    expect(checkShape({ a: value }, limits)).toEqual(refused);
    expect(checkShape([[value]], limits)).toEqual(refused);
  });

  it('refuses a cycle', () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    expect(check(cycle)).toBe('PAYLOAD_TOO_LARGE');
  });

  it('never throws, and passes exactly the JSON that its limits allow', () => {
    const measure = (value: unknown): number =>
      typeof value === 'object' && value !== null
        ? Object.values(value).reduce<number>((sum, inner) => sum + 1 + measure(inner), 0)
        : 0;
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), fc.integer({ min: 0, max: 20 }), (raw, payloadKeys) => {
        const value: unknown = JSON.parse(JSON.stringify(raw));
        const code = checkShape(value, { ...limits, payloadKeys })?.code ?? null;
        if (/"(__proto__|constructor|prototype)":/.test(JSON.stringify(raw))) expect(code).not.toBeNull();
        else expect(code).toBe(measure(value) > payloadKeys ? 'PAYLOAD_TOO_LARGE' : null);
      }),
    );
  });
});

describe('a plain object', () => {
  it.each([[], null, undefined, 'a', 1, new Date(), () => 1, new (class {})()])('is not this (case %#)', (value) => {
    expect(isPlainObject(value)).toBe(false);
  });

  it('is a literal, or has no prototype', () => {
    expect(isPlainObject({})).toBe(true);
    expect(isPlainObject(Object.create(null))).toBe(true);
    expect(isPlainObject(JSON.parse('{"__proto__":[]}'))).toBe(true);
  });
});
