import { describe, expect, it } from '@jest/globals';
import { Latencies } from './latencies.js';
import { PerSecond } from './per-second.js';

describe('counts per second', () => {
  it('report the last whole second, and the last minute of them', () => {
    const counts = new PerSecond();
    counts.add(10_000);
    counts.add(10_999, 2);
    counts.add(12_000, 5);
    expect(counts.last(13_000)).toBe(5);
    expect(counts.history(13_000).slice(-4)).toEqual([0, 3, 0, 5]);
    expect(counts.history(70_500)[0]).toBe(3);
    expect(counts.isEmpty(72_999)).toBe(false);
    expect(counts.isEmpty(73_000)).toBe(true);
  });

  it('wait for a clock that is set back a little, and start again at zero after a large step back', () => {
    const counts = new PerSecond();
    counts.add(100_000);
    counts.add(99_000);
    expect(counts.last(101_000)).toBe(2);
    expect(counts.last(1_000)).toBe(0);
    expect(counts.last(101_000)).toBe(0);
  });
});

describe('latencies', () => {
  it('are within 10 % over the last minute', () => {
    const latencies = new Latencies();
    for (let n = 1; n <= 1_000; n++) latencies.add(5_000, n, n > 900);
    const { count, failures, p50Ms, p99Ms } = latencies.summary(5_000)!;
    expect([count, failures]).toEqual([1_000, 100]);
    expect(Math.abs(p50Ms / 500 - 1)).toBeLessThan(0.1);
    expect(Math.abs(p99Ms / 990 - 1)).toBeLessThan(0.1);
    expect(latencies.summary(64_999)).not.toBeNull();
    expect(latencies.summary(65_000)).toBeNull();
  });

  it('count durations that make no sense', () => {
    const latencies = new Latencies();
    for (const odd of [0, -1, Number.NaN, Number.POSITIVE_INFINITY, 1e12]) latencies.add(0, odd, false);
    expect(latencies.summary(0)!.count).toBe(5);
  });
});
