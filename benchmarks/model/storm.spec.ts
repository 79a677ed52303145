import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { regionStorm, SITE } from './cases.js';
import { type Storm, stormOf } from './storm.js';

const storms = fc
  .record({
    returning: fc.integer({ min: 1_000, max: 500_000 }),
    nodes: fc.integer({ min: 5, max: 100 }),
    authenticationsPerSecond: fc.integer({ min: 1_000, max: 100_000 }),
    pendingPerNode: fc.integer({ min: 100, max: 5_000 }),
  })
  .map((varied): Storm => ({ ...regionStorm(varied.nodes, 50, 0), ...varied }));

describe('a storm of clients that come back', () => {
  it('loses none and doubles none: each is back, waits, or is away', () => {
    fc.assert(
      fc.property(storms, (storm) => {
        let before = 0;
        for (const { back, waiting, away } of stormOf(storm, SITE).steps) {
          expect(back + waiting + away).toBeCloseTo(storm.returning, 3);
          expect(Math.min(back - before, waiting, away)).toBeGreaterThanOrEqual(-1e-3);
          before = back;
        }
      }),
      { numRuns: 30 },
    );
  });

  it('is over no sooner than the slowest part allows', () => {
    fc.assert(
      fc.property(storms, (storm) => {
        const { seconds, perSecond } = stormOf(storm, SITE);
        expect(perSecond).toBeLessThanOrEqual(storm.authenticationsPerSecond);
        expect(seconds).toBeGreaterThanOrEqual(storm.returning / perSecond - 0.1);
      }),
      { numRuns: 30 },
    );
  });

  it('ends, and brings all back', () => {
    const { steps, seconds } = stormOf(regionStorm(10, 10, 10_000), SITE);
    expect(seconds).toBeLessThan(60);
    expect(steps.at(-1)!.back).toBeCloseTo(100_000, -1);
  });

  it('names what bounds it', () => {
    expect(stormOf(regionStorm(10, 10, 1_000), SITE).limit).toBe('identity provider');
    expect(stormOf(regionStorm(10, 10, 1e9), SITE).limit).toBe('node CPU');
  });

  it('tells that it takes more than an hour', () => {
    expect(stormOf(regionStorm(500, 300, 1_000), SITE).seconds).toBe(Infinity);
  });
});
