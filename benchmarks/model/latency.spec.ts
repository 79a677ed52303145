import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { busier } from './capacity.js';
import { CHAT, SITE } from './cases.js';
import { latencyP99, waitP99 } from './latency.js';

describe('the wait in a queue', () => {
  it('is the one that a queue of random jobs has which all take as long: M/D/1', () => {
    // Half full, jobs of 1 ms: the mean wait is 0.5 ms, and 1 ms for those that wait; e^(-t/1 ms) / 2 is 1 % at 3.9 ms.
    expect(waitP99([{ perSecond: 500, micros: 1_000 }])).toBeCloseTo(Math.log(50), 6);
  });

  it('is nothing in an empty queue, and has no bound in one that gets more than it can do', () => {
    expect(waitP99([])).toBe(0);
    expect(waitP99([{ perSecond: 1_001, micros: 1_000 }])).toBe(Infinity);
  });

  it('does not fall when more jobs come', () => {
    const jobs = fc.record({ perSecond: fc.integer({ min: 1, max: 1_000 }), micros: fc.integer({ min: 1, max: 500 }) });
    fc.assert(
      fc.property(jobs, fc.double({ min: 1, max: 2, noNaN: true }), (one, factor) => {
        const more = { ...one, perSecond: one.perSecond * factor };
        expect(waitP99([more])).toBeGreaterThanOrEqual(waitP99([one]) * (1 - 1e-9));
      }),
    );
  });
});

describe('the latency of an event', () => {
  it('does not fall when there is more to do', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        fc.double({ min: 1, max: 3, noNaN: true }),
        (some, factor) => {
          const deployment = { nodes: 100, masters: 300 };
          const before = latencyP99(busier(CHAT, some), deployment, SITE);
          expect(latencyP99(busier(CHAT, some * factor), deployment, SITE)).toBeGreaterThanOrEqual(before * (1 - 1e-9));
        },
      ),
    );
  });
});
