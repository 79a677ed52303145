import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { leastSquares } from './least-squares.js';

const KINDS = ['a', 'b', 'c'] as const;

describe('the fit of costs', () => {
  it('finds the costs that explain every measurement', () => {
    const cost = fc.integer({ min: 1, max: 100 });
    const times = fc.record({ a: fc.nat(100), b: fc.nat(100), c: fc.nat(100) });
    fc.assert(
      fc.property(fc.record({ a: cost, b: cost, c: cost }), fc.array(times, { maxLength: 5 }), (costs, more) => {
        const all = [{ a: 10, b: 0, c: 1 }, { a: 0, b: 20, c: 0 }, { a: 1, b: 1, c: 30 }, ...more];
        const observations = all
          .map((done) => ({ done, micros: KINDS.reduce((sum, kind) => sum + done[kind] * costs[kind], 0) }))
          .filter(({ micros }) => micros > 0);
        const found = leastSquares(KINDS, observations);
        for (const kind of KINDS) expect(found[kind]).toBeCloseTo(costs[kind], 3);
      }),
    );
  });

  it('takes a cost that would be below zero as none', () => {
    const found = leastSquares(
      ['a', 'b'],
      [
        { done: { a: 1 }, micros: 10 },
        { done: { a: 1, b: 1 }, micros: 8 },
      ],
    );
    expect(found.b).toBe(0);
    expect(found.a).toBeGreaterThan(0);
  });

  it('says that measurements do not tell two costs apart', () => {
    expect(() => leastSquares(['a', 'b'], [{ done: { a: 1, b: 1 }, micros: 10 }])).toThrow(
      'do not tell the costs apart',
    );
  });
});
