import { describe, expect, it } from '@jest/globals';
import { RealtimeException } from '../realtime.exception.js';
import { whyInvalid } from './invalid-payload.js';

const invalid = (options: ConstructorParameters<typeof RealtimeException>[1]) =>
  new RealtimeException('INVALID_PAYLOAD', options);

describe('why a payload is invalid', () => {
  it.each<[unknown, string]>([
    [
      invalid({
        issues: [
          { path: 'a.0', message: 'no' },
          { path: '', message: 'not so' },
        ],
      }),
      'a.0: no; payload: not so',
    ],
    [invalid({ issues: [{ path: 'a', message: 'it throws' }], cause: new Error('boom') }), 'a: it throws (boom)'],
    [invalid({ reason: 'the schema threw', cause: 'text' }), 'the schema threw (text)'],
    [invalid({}), 'The payload is not valid.'],
    [new Error('boom'), 'boom'],
    [Object.create(null), 'a thrown value that has no text'],
  ])('is one line, case %#', (error, text) => {
    expect(whyInvalid(error)).toBe(text);
  });
});
