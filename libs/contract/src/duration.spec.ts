import { describe, expect, it } from '@jest/globals';
import { milliseconds } from './index.js';

describe('a duration', () => {
  it.each([
    [0, 0],
    ['1.005s', 1_005],
    ['0.29s', 290],
    ['1 m', 60_000],
    [' 5s', 5_000],
    ['+5s', 5_000],
    ['1e3s', 1_000_000],
    ['0x5s', 5_000],
    ['.5s', 500],
    ['500ms', 500],
    ['30s', 30_000],
    ['1.5m', 90_000],
    ['24h', 86_400_000],
    ['7d', 604_800_000],
  ])('%j is %d ms', (duration, expected) => {
    expect(milliseconds(duration)).toBe(expected);
  });

  it.each([
    -1,
    1.5,
    '1.5ms',
    '0.0001s',
    ' s',
    '1e400s',
    NaN,
    Infinity,
    '',
    '5',
    's',
    '5s ',
    '-5s',
    '5S',
    '5min',
    '5 minutes',
    '٥s',
    null,
    undefined,
    {},
    5n,
  ])('%p is none', (value) => {
    expect(milliseconds(value)).toBeNull();
  });
});
