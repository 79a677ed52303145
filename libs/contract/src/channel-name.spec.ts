import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  isLegalChannelName,
  isLegalSegment,
  MAX_CHANNEL_NAME_LENGTH,
  MAX_SEGMENT_LENGTH,
  splitChannelName,
} from './index.js';

const PROTOCOL_NAME = /^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64})*$/;
const segment = fc.stringMatching(/^[A-Za-z0-9_-]{1,64}$/);

describe('the check of a channel name', () => {
  const longest = ['a'.repeat(64), 'b'.repeat(64), 'c'.repeat(64), 'd'.repeat(5)].join('.');

  it.each([
    'a',
    '0',
    '_',
    '-',
    'orders',
    'orders.42',
    'A-Z_0-9.a',
    '__proto__',
    'x'.repeat(MAX_SEGMENT_LENGTH),
    longest,
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
    'x'.repeat(MAX_SEGMENT_LENGTH + 1),
    `a.${'x'.repeat(MAX_SEGMENT_LENGTH + 1)}`,
    `${longest}d`,
    'a'.repeat(10_000),
    'a.'.repeat(5_000),
  ])('refuses %j', (name) => {
    expect(isLegalChannelName(name)).toBe(false);
    expect(splitChannelName(name)).toBeNull();
    expect(isLegalSegment(name)).toBe(false);
  });

  it.each([undefined, null, 42, true, {}, [], ['a'], Symbol('a'), 1n, () => 'a', Object('a') as unknown])(
    'refuses a value that is not a string (case %#)',
    (value) => {
      expect(isLegalChannelName(value)).toBe(false);
      expect(isLegalSegment(value)).toBe(false);
      expect(splitChannelName(value)).toBeNull();
    },
  );

  it('accepts a name of exactly 200 characters', () => {
    expect(longest).toHaveLength(MAX_CHANNEL_NAME_LENGTH);
  });

  it('refuses a dot in one segment', () => {
    expect(isLegalSegment('a')).toBe(true);
    expect(isLegalSegment('a.b')).toBe(false);
  });

  it('agrees with the grammar of the protocol on any string', () => {
    const strings = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.array(segment).map((parts) => parts.join('.')),
    );
    fc.assert(
      fc.property(strings, (name) => {
        expect(isLegalChannelName(name)).toBe(name.length <= 200 && PROTOCOL_NAME.test(name) && !name.endsWith('\n'));
      }),
    );
  });
});
