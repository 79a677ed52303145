import { describe, expect, it, jest } from '@jest/globals';
import { Latencies } from './latencies.js';

describe('Latencies', () => {
  it('measures every delivery from the moment its own broadcast was sent', () => {
    const clock = jest.spyOn(process.hrtime, 'bigint');
    const latencies = new Latencies(4);
    [
      [0, 11],
      [1, 25],
      [0, 13],
      [1, 29],
    ].forEach(([broadcast, at], delivery) => {
      clock.mockReturnValueOnce(BigInt(at * 1e6));
      latencies.note(broadcast, delivery);
    });
    expect(latencies.summarize([10, 20])).toEqual({ p50: 3, p99: 9 });
    clock.mockRestore();
  });
});
