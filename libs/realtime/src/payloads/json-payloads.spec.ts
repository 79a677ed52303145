import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Allow } from 'class-validator';
import fc from 'fast-check';
import { z } from 'zod';
import { RealtimeException } from '../realtime.exception.js';
import { ClassSchemaCompiler } from './class-schema.js';
import { asJsonCarries } from './json-walk.js';
import { PayloadSchemaCompiler } from './payload-schema.compiler.js';

class Holder {
  @Allow()
  value: unknown;
}
const schemas = new PayloadSchemaCompiler(await ClassSchemaCompiler.load());

/** Payloads with everything that `fc.anything` makes, and with toJSON(), functions, symbols and shared parts. */
function payloadsOf(key: fc.Arbitrary<string>): fc.Arbitrary<unknown> {
  const anything = fc.anything({
    key,
    withBigInt: true,
    withBoxedValues: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
  });
  const carried = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
  );
  const special = fc.constantFrom(null, undefined, new Date(0), new Date(Number.NaN), /a/, Symbol('a'), () => 1, 1n);
  return fc.letrec<{ node: unknown }>((tie) => ({
    node: fc.oneof(
      { depthSize: 'small' },
      { weight: 6, arbitrary: carried },
      { weight: 1, arbitrary: fc.oneof(anything, special) },
      { weight: 3, arbitrary: fc.array(tie('node'), { maxLength: 4 }) },
      { weight: 3, arbitrary: fc.dictionary(key, tie('node'), { maxKeys: 4 }) },
      { weight: 1, arbitrary: tie('node').map((answer) => ({ toJSON: () => answer })) },
      { weight: 1, arbitrary: tie('node').map((part) => [part, part]) },
    ),
  })).node;
}

/** The text of the payload, and null if JSON loses something of it. */
function textOf(strip: (payload: unknown) => unknown, payload: unknown): string | null | undefined {
  let sent: unknown;
  try {
    sent = strip(payload);
  } catch (error) {
    expect(error).toBeInstanceOf(RealtimeException);
    return null;
  }
  return JSON.stringify(sent);
}

/** What a client should read, without the help of `JSON`. */
function asRead(value: unknown, bare = false): unknown {
  if (Object.is(value, -0)) return 0;
  if (typeof value !== 'object' || value === null) return value;
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON === 'function' && !bare) return asRead(toJSON.call(value, ''), true);
  if (Array.isArray(value)) return value.map((item) => asRead(item));
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return asRead(value.valueOf());
  const read: Record<string, unknown> = {};
  for (const [key, field] of Object.entries(value)) {
    const made = bare && typeof field === 'function' ? undefined : asRead(field);
    if (made === undefined) continue;
    Object.defineProperty(read, key, { value: made, enumerable: true, writable: true, configurable: true });
  }
  return read;
}

describe('any payload', () => {
  it('passes as it is, if it is JSON', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(asJsonCarries(value)).toBe(value);
      }),
    );
  });

  it('that passes arrives as it is, but for toJSON() and undefined fields', () => {
    let passed = 0;
    fc.assert(
      fc.property(payloadsOf(fc.oneof(fc.string(), fc.constant('toJSON'))), (payload) => {
        const text = textOf(asJsonCarries, payload);
        if (text === null) return;
        passed++;
        expect(text).toBe(JSON.stringify(payload));
        if (text !== undefined) expect(JSON.parse(text)).toEqual(asRead(payload));
      }),
      { numRuns: 1_000 },
    );
    expect(passed).toBeGreaterThan(300);
  });

  it('passes or is an issue under a class and zod alike, and arrives alike', () => {
    const [byClass, byZod] = [Holder, z.object({ value: z.unknown() })].map((schema) =>
      schemas.compile(schema, 'Event'),
    );
    fc.assert(
      fc.property(payloadsOf(fc.constantFrom('a', 'b', 'c', 'a b')), (value) => {
        const [one, other] = [byClass, byZod].map(({ strip }) => textOf((payload) => strip(payload), { value }));
        expect(one).toBe(other);
      }),
      { numRuns: 1_000 },
    );
  });
});
