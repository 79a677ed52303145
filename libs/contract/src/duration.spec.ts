// Which values are durations, and how long are they?
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Duration, milliseconds } from './index.js';

describe('a duration', () => {
  it.each<[Duration, number]>([
    [0, 0],
    [1.5, 1.5],
    ['500ms', 500],
    ['30s', 30_000],
    ['0.5s', 500],
    ['5m', 300_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
  ])('%j is %d ms', (duration, expected) => {
    expect(milliseconds(duration)).toBe(expected);
  });

  it.each([
    undefined,
    null,
    {},
    [],
    true,
    -1,
    Number.NaN,
    Infinity,
    '',
    '5',
    's',
    '5 s',
    ' 5s',
    '5s ',
    '5S',
    '5w',
    '-5s',
    '+5s',
    '1e3s',
    '0x10s',
    '.5s',
    '5.s',
    '1_000ms',
    'Infinitys',
    '5s\n',
    '5minutes',
    '٥s',
  ])('%j is none', (value) => {
    expect(milliseconds(value)).toBeNull();
  });

  it('is a number of milliseconds, or no duration, for any text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.]{1,5}(ms|s|m|h|d)$/)), (text) => {
        const duration = milliseconds(text);
        expect(duration === null || duration >= 0).toBe(true);
      }),
    );
  });
});
