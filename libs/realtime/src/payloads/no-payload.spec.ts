import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { z } from 'zod';
import { RealtimeException } from '../realtime.exception.js';
import { PayloadSchemaCompiler } from './payload-schema.compiler.js';

const schemas = new PayloadSchemaCompiler(null);

function refusalOf(run: () => unknown): RealtimeException {
  try {
    run();
  } catch (error) {
    if (error instanceof RealtimeException) return error;
    throw error;
  }
  throw new Error('It passed');
}

describe('a slot without payload', () => {
  const { parse, strip } = schemas.compile(null, 'Event "closed" of channel "auctions"');
  const hostile = new Proxy({}, { get: () => fail(), getPrototypeOf: () => fail() });

  it('takes nothing or null from a client, and gives the handler undefined', () => {
    expect(parse(undefined)).toBeUndefined();
    expect(parse(null)).toBeUndefined();
  });

  it('refuses everything else', () => {
    fc.assert(
      fc.property(fc.anything(), (payload) => {
        fc.pre(payload !== null && payload !== undefined);
        expect(refusalOf(() => parse(payload))).toMatchObject({
          code: 'INVALID_PAYLOAD',
          issues: [{ path: '', message: 'it takes no payload' }],
        });
      }),
    );
    expect(refusalOf(() => parse(hostile)).code).toBe('INVALID_PAYLOAD');
  });

  it('sends nothing, and tells the programmer how to send a payload', () => {
    expect(strip(undefined)).toBeUndefined();
    const message =
      'Event "closed" of channel "auctions" carries nothing; leave the payload out, or declare its schema in place of null';
    for (const payload of [null, 0, '', false, {}, [], hostile]) {
      const expected = { code: 'INVALID_PAYLOAD', issues: [{ path: '', message }] };
      expect(refusalOf(() => strip(payload))).toMatchObject(expected);
    }
  });
});

describe('a slot whose schema accepts undefined', () => {
  const { parse, strip } = schemas.compile(z.string().optional(), 'Event "note" of channel "auctions"');

  it('may carry nothing, or what the schema says', () => {
    for (const way of [parse, strip]) {
      expect(way(undefined)).toBeUndefined();
      expect(way('a')).toBe('a');
      expect(refusalOf(() => way(null)).code).toBe('INVALID_PAYLOAD');
    }
  });
});

function fail(): never {
  throw new Error('The payload was read');
}
