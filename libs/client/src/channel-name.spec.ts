import { describe, expect, it } from '@jest/globals';
import { ChannelParamsError, ChannelTemplate } from '@nestjs-realtime/contract';
import fc from 'fast-check';
import { KNOWN_VALUES, legalValues } from '../../contract/test/param-values.js';
import { fillChannelName } from './channel-name.js';

const TEMPLATE = 'shops.{shopId}.users.{userId}';
const compiled = new ChannelTemplate(TEMPLATE);

function nameOrError(make: () => string): string {
  try {
    return make();
  } catch (error) {
    return (error as Error).name;
  }
}

describe('the name that a client makes', () => {
  it('is spelled as the protocol wants it', () => {
    const params = { shopId: 'a.b', userId: 'auth0|507f' };
    expect(fillChannelName(TEMPLATE, params)).toBe('shops.a%2Eb.users.auth0%7C507f');
    expect(fillChannelName('ping', {})).toBe('ping');
    expect(fillChannelName('users.auth0%7C507f', {})).toBe('users.auth0%7C507f');
  });

  it('is that of the server, for every value', () => {
    const value = fc.oneof(legalValues, fc.string(), fc.string({ unit: 'binary', maxLength: 200 }), fc.jsonValue());
    fc.assert(
      fc.property(value, value, (shopId, userId) => {
        const params = { shopId, userId } as Record<string, string>;
        expect(nameOrError(() => fillChannelName(TEMPLATE, params))).toBe(nameOrError(() => compiled.build(params)));
      }),
      { numRuns: 2_000 },
    );
    for (const userId of KNOWN_VALUES) {
      const params = { shopId: '1', userId };
      expect(fillChannelName(TEMPLATE, params)).toBe(compiled.build(params));
    }
  });

  it.each([undefined, null, 42, '', 'a\n', '\u009f', '\ud800', 'x'.repeat(129), ['a'], Object('a') as unknown])(
    'does not exist with an illegal param, and the error says what is legal (case %#)',
    (userId) => {
      const fill = (): string => fillChannelName(TEMPLATE, { shopId: '1', userId });
      expect(fill).toThrow(ChannelParamsError);
      expect(fill).toThrow(
        'Param "userId" of channel "shops.{shopId}.users.{userId}" must be a string of 1 to 128 characters, without control',
      );
    },
  );

  it('has at most 512 characters', () => {
    expect(fillChannelName('u.{id}', { id: '😀'.repeat(42) })).toHaveLength(506);
    expect(() => fillChannelName('u.{id}', { id: '😀'.repeat(43) })).toThrow(ChannelParamsError);
    expect(() => fillChannelName('u.{id}', { id: '😀'.repeat(43) })).toThrow(
      'Channel "u.{id}" with these params is longer than 512 characters; use shorter keys.',
    );
  });
});
