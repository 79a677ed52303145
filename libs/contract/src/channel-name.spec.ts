import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { protocolSpelling, strangeTexts } from '../test/param-values.js';
import {
  isLegalChannelName,
  isLegalSegment,
  MAX_CHANNEL_NAME_LENGTH,
  MAX_PARAM_LENGTH,
  MAX_SEGMENT_LENGTH,
  splitChannelName,
} from './index.js';

describe('the check of a channel name', () => {
  const longest = [...Array<string>(3).fill('a'.repeat(128)), 'd'.repeat(125)].join('.');

  it.each([
    'a',
    '0',
    '_',
    '-',
    'orders',
    'orders.42',
    'A-Z_0-9.a',
    '__proto__',
    'x'.repeat(MAX_PARAM_LENGTH),
    longest,
    'auth0%7C507f',
    'ada%40example%2Ecom',
    'a.%25.%2E',
    '%20',
    '%7E',
    '%C2%A0',
    '%DF%BF',
    '%E0%A0%80',
    '%ED%9F%BF',
    '%EE%80%80',
    '%EF%BB%BF',
    '%EF%BF%BF',
    '%F0%90%80%80',
    '%F4%8F%BF%BF',
    '%C3%A9'.repeat(85),
    `${'%F0%9F%98%80'.repeat(20)}${'a'.repeat(108)}`,
  ])('accepts %j', (name) => {
    expect(isLegalChannelName(name)).toBe(true);
    expect(splitChannelName(name)).toEqual(name.split('.'));
  });

  it.each([
    '',
    '.',
    '..',
    '.a',
    'a.',
    'a..b',
    ' a',
    'a ',
    'a b',
    'a\n',
    '\na',
    'a\nb',
    'a\r',
    'a\0',
    'a\u0000b',
    'a\tb',
    'a/b',
    'a:b',
    'a*',
    '{a}',
    'orders.{id}',
    'é',
    'ａ',
    'а',
    '\u200b',
    '😀',
    'a@',
    'a[',
    'a`',
    'a{',
    '/',
    ',',
    'x'.repeat(MAX_PARAM_LENGTH + 1),
    `a.${'x'.repeat(MAX_PARAM_LENGTH + 1)}`,
    `${'%F0%9F%98%80'.repeat(20)}${'a'.repeat(109)}`,
    `${longest}d`,
    'a'.repeat(10_000),
    'a.'.repeat(5_000),
    '%'.repeat(10_000),
  ])('refuses %j', (name) => {
    expect(isLegalChannelName(name)).toBe(false);
    expect(splitChannelName(name)).toBeNull();
    expect(isLegalSegment(name)).toBe(false);
  });

  it.each([
    ['nothing after the sign', '%'],
    ['one digit', '%2'],
    ['one digit, then a segment', '%2.E'],
    ['no digits', '%zz'],
    ['a sign for a digit', '%-1'],
    ['another sign', '@2E'],
    ['another sign beyond ASCII', 'é2E'],
    ['another sign in a later byte', '%C3@A9'],
    ['a second sign', '%%25'],
    ['the end of a sign', 'a%C3%'],
    ['lower case', '%2e'],
    ['lower case in the first digit', '%c3%A9'],
    ['lower case in a later byte', '%C3%a9'],
    ['a letter that needs none', '%41'],
    ['a digit that needs none', 'a%30'],
    ['a _ that needs none', '%5F'],
    ['a - that needs none', '%2D'],
    ['NUL', '%00'],
    ['a line end', 'a%0A'],
    ['the last control character below space', '%1F'],
    ['DEL', '%7F'],
    ['the first control character beyond ASCII', '%C2%80'],
    ['NEL', '%C2%85'],
    ['the last control character', '%C2%9F'],
    ['a continuation alone', '%80'],
    ['a continuation in place of a lead of two bytes', '%83%A9'],
    ['the last continuation in place of a lead', '%BF%BF'],
    ['a continuation after a character', '%C3%A9%A9'],
    ['the lead of two bytes alone', '%C3'],
    ['a lead and a plain letter', '%C3A9'],
    ['a lead and ASCII', '%C3%2E'],
    ['a lead and a lead', '%C3%C3'],
    ['a lead and a dot', '%C3.%A9'],
    ['three bytes cut after two', '%E2%82'],
    ['four bytes cut after three', '%F0%9F%98'],
    ['an overlong dot in two bytes', '%C0%AE'],
    ['an overlong DEL in two bytes', '%C1%BF'],
    ['an overlong dot in three bytes', '%E0%80%AE'],
    ['an overlong é', '%E0%83%A9'],
    ['the last overlong of three bytes', '%E0%9F%BF'],
    ['an overlong dot in four bytes', '%F0%80%80%AE'],
    ['the last overlong of four bytes', '%F0%8F%BF%BF'],
    ['the first surrogate', '%ED%A0%80'],
    ['the last surrogate', '%ED%BF%BF'],
    ['a pair of surrogates (CESU-8)', '%ED%A0%BD%ED%B8%80'],
    ['one beyond the last code point', '%F4%90%80%80'],
    ['a lead beyond the last code point', '%F5%80%80%80'],
    ['the lead of five bytes', '%F8%88%80%80%80'],
    ['the lead of five bytes before three', '%F8%9F%98%80'],
    ['the lead of six bytes before three', '%FC%9F%98%80'],
    ['a byte that no UTF-8 has', '%FF'],
    ['%uXXXX', '%u002E'],
    ['a plus for a space', 'a+b'],
    ['what is encoded, unencoded', 'ada@example%2Ecom'],
  ])('refuses an encoding with %s', (_what, segment) => {
    for (const name of [segment, `a.${segment}`, `${segment}.a`, `${segment}b`, `a${segment}`]) {
      expect([name, isLegalChannelName(name)]).toEqual([name, false]);
      expect(splitChannelName(name)).toBeNull();
    }
  });

  it.each([undefined, null, 42, true, {}, [], ['a'], Symbol('a'), 1n, () => 'a', Object('a') as unknown])(
    'refuses a value that is not a string (case %#)',
    (value) => {
      expect(isLegalChannelName(value)).toBe(false);
      expect(isLegalSegment(value)).toBe(false);
      expect(splitChannelName(value)).toBeNull();
    },
  );

  it('accepts a name of exactly 512 characters', () => {
    expect(longest).toHaveLength(MAX_CHANNEL_NAME_LENGTH);
    expect(MAX_CHANNEL_NAME_LENGTH).toBe(512);
  });

  it('agrees with the grammar of the protocol on any string', () => {
    fc.assert(
      fc.property(strangeTexts, (name) => {
        const isLegal = name.length <= 512 && name.split('.').every((segment) => protocolSpelling(segment) === segment);
        expect(isLegalChannelName(name)).toBe(isLegal);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('the check of a literal segment', () => {
  it.each(['a', 'A-Z_0-9', '__proto__', 'x'.repeat(MAX_SEGMENT_LENGTH)])('accepts %j', (segment) => {
    expect(isLegalSegment(segment)).toBe(true);
  });

  it.each(['', 'a.b', 'a%2Eb', '%41', 'a b', 'é', 'x'.repeat(MAX_SEGMENT_LENGTH + 1)])('refuses %j', (segment) => {
    expect(isLegalSegment(segment)).toBe(false);
  });
});
