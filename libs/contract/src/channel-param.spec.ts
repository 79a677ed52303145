import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  KNOWN_VALUES,
  legalValues,
  protocolSpelling,
  spellingOf,
  spellingsOf,
  strangeTexts,
} from '../test/param-values.js';
import { ChannelParamsError, decodeParam, encodeParam, isLegalChannelName, MAX_PARAM_LENGTH } from './index.js';

describe('the spelling of a param', () => {
  it.each([
    ['ada', 'ada'],
    ['A-Z_0-9', 'A-Z_0-9'],
    ['auth0|507f', 'auth0%7C507f'],
    ['ada@example.com', 'ada%40example%2Ecom'],
    ['100%', '100%25'],
    ['%2E', '%252E'],
    ["!'()*~ ", '%21%27%28%29%2A%7E%20'],
    ['é', '%C3%A9'],
    ['e\u0301', 'e%CC%81'],
    ['€', '%E2%82%AC'],
    ['😀', '%F0%9F%98%80'],
    ['\u00a0', '%C2%A0'],
    ['\ufeff', '%EF%BB%BF'],
  ])('is for %j %j', (value, spelling) => {
    expect(encodeParam(value)).toBe(spelling);
    expect(decodeParam(spelling)).toBe(value);
  });

  it.each(KNOWN_VALUES)('is one segment that is read back, for %j', (value) => {
    const segment = encodeParam(value);
    expect(segment).toBe(spellingOf(value));
    expect(segment).toMatch(/^[A-Za-z0-9_%-]+$/);
    expect(decodeParam(segment)).toBe(value);
  });

  it.each([
    '',
    'x'.repeat(MAX_PARAM_LENGTH + 1),
    `${'😀'.repeat(20)}${'x'.repeat(109)}`,
    'x'.repeat(1_000_000),
    'a\n',
    '\u0000',
    '\u001f',
    '\u007f',
    '\u0080',
    '\u0085',
    '\u009f',
    '\ud800',
    'a\udfffb',
    '\ude00\ud83d',
    undefined,
    null,
    42,
    42n,
    true,
    Symbol('a'),
    {},
    ['a'],
    { toString: () => 'a' },
    Object('a') as unknown,
  ])('does not exist for an illegal value (case %#)', (value) => {
    expect(() => encodeParam(value as string)).toThrow(ChannelParamsError);
    expect(() => encodeParam(value as string)).toThrow(
      'A param must be a string of 1 to 128 characters, without control characters and lone surrogates.',
    );
  });

  it('counts characters, not the halves of which JavaScript makes some', () => {
    expect(decodeParam(encodeParam(`${'😀'.repeat(20)}${'x'.repeat(108)}`))).toHaveLength(148);
  });

  it('names in its error what the caller calls the param', () => {
    expect(() => encodeParam('', 'The user id')).toThrow('The user id must be a string of 1 to 128 characters');
  });

  it.each(['', 'a.b', '.', '%', '%2e', '%41', '%C0%AE', '%00', '%ED%A0%80', 'a b', 'é', 'x'.repeat(129)])(
    'is not %j, which stands for no value',
    (segment) => {
      expect(decodeParam(segment)).toBeNull();
    },
  );

  it('is read back as the same value, for every legal value', () => {
    fc.assert(
      fc.property(legalValues, (value) => {
        const segment = encodeParam(value);
        expect(segment).toBe(spellingOf(value));
        expect(isLegalChannelName(segment)).toBe(true);
        expect(decodeParam(segment)).toBe(value);
      }),
      { numRuns: 1_000 },
    );
  });

  it('is the only one: every other spelling of the same value is refused', () => {
    fc.assert(
      fc.property(
        legalValues.chain((value) => fc.tuple(fc.constant(value), spellingsOf(value))),
        ([value, spelling]) => {
          expect(decodeParam(spelling)).toBe(spelling === encodeParam(value) ? value : null);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('is never shared by two values', () => {
    fc.assert(
      fc.property(legalValues, legalValues, (one, other) => {
        expect(encodeParam(one) === encodeParam(other)).toBe(one === other);
      }),
      { numRuns: 1_000 },
    );
    expect(new Set(KNOWN_VALUES.map((value) => encodeParam(value))).size).toBe(KNOWN_VALUES.length);
  });

  it('is null or the spelling of the protocol, for any text', () => {
    fc.assert(
      fc.property(strangeTexts, (text) => {
        const value = decodeParam(text);
        expect(value !== null).toBe(text.length <= 512 && protocolSpelling(text) === text);
        if (value !== null) expect(encodeParam(value)).toBe(text);
      }),
      { numRuns: 2_000 },
    );
  });
});
