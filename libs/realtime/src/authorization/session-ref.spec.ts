import { describe, expect, it } from '@jest/globals';
import { encodeParam, isLegalSegment } from '@nestjs-realtime/contract';
import fc from 'fast-check';
import { sessionRef } from './session-ref.js';

describe('the name of a session', () => {
  it('is the SHA-256 digest of its id, in base64url', () => {
    expect(sessionRef('test')).toBe('n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg');
    expect(sessionRef('é')).toBe('SplVfkAzw1Od4utlRyAXytX5VX96BiWgnxw_biumnEw');
  });

  it('is the same each time, another for each id, and stands in a channel name as it is', () => {
    const ids = fc.string({ unit: 'binary', minLength: 1 });
    fc.assert(
      fc.property(ids, ids, (one, other) => {
        expect(sessionRef(one) === sessionRef(other)).toBe(one === other);
        expect(sessionRef(one)).toHaveLength(43);
        expect(isLegalSegment(sessionRef(one))).toBe(true);
        expect(encodeParam(sessionRef(one))).toBe(sessionRef(one));
      }),
    );
  });

  it.each(['', '\ud800', 'a\udc00', undefined, null, 42, {}, ['a'], Buffer.from('a')])(
    'does not exist for what is no id (case %#)',
    (sessionId) => {
      expect(() => sessionRef(sessionId as string)).toThrow(TypeError);
      expect(() => sessionRef(sessionId as string)).toThrow('pass the sessionId of a user');
    },
  );
});
