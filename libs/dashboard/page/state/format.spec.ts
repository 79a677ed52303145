import { describe, expect, it } from '@jest/globals';
import { bytes, clock, count, duration, rate, since } from './format.js';

describe('the format of figures', () => {
  it('groups the digits of counts, and gives small rates one decimal', () => {
    expect([count(1_234_567), rate(3.14159), rate(812.5)]).toEqual(['1,234,567', '3.1', '813']);
  });

  it('chooses the unit of a size', () => {
    expect([0, 999, 1_000, 15_300, 128_400_000, 3e18].map(bytes)).toEqual([
      '0 B',
      '999 B',
      '1 kB',
      '15.3 kB',
      '128.4 MB',
      '3,000,000 TB',
    ]);
  });

  it('shows the two largest parts of a duration', () => {
    expect([12.9, 61, 3_700, 93_784].map(duration)).toEqual(['12 s', '1 min', '1 h 1 min', '1 d 2 h']);
  });

  it('adds the date unless it is today', () => {
    const at = new Date(2026, 0, 2, 3, 4, 5, 60).getTime();
    expect(clock(at, true)).toBe('03:04:05.060');
    expect(since(at, at + 60_000)).toBe('03:04:05');
    expect(since(at, at + 3 * 86_400_000)).toBe('2026-01-02 03:04:05');
  });
});
