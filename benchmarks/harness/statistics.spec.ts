import { describe, expect, it } from '@jest/globals';
import { interleave } from './interleave.js';
import { median, ratioOf } from './statistics.js';

describe('statistics', () => {
  it('takes the middle sample, or the mean of the two in the middle', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it('divides only samples of the same round', () => {
    expect(ratioOf([2, 20, 300], [1, 10, 100])).toEqual({ median: 2, lowest: 2, highest: 3 });
  });
});

describe('interleave', () => {
  it('reverses the order after every round and drops the warm-up', async () => {
    const order: string[] = [];
    const samples = await interleave(['a', 'b', 'c'], { warmUp: 1, measured: 2 }, (name) =>
      Promise.resolve(order.push(name)),
    );
    expect(order.join('')).toBe('abccbaabc');
    expect(samples).toEqual([
      [6, 7],
      [5, 8],
      [4, 9],
    ]);
  });
});
