import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { COSTS } from './figures.js';
import { broadcastWork, cpuByKind, cpuOf, sum, work } from './work.js';

const broadcasts = fc.record({
  count: fc.nat(10_000),
  kept: fc.nat(100),
  members: fc.nat(10_000),
  nodes: fc.nat(100),
  others: fc.nat(99),
  framesPerWrite: fc.integer({ min: 1, max: 50 }),
});

describe('the work of broadcasts', () => {
  it('is a delivery to each member, an event to each node, and one received on each other node', () => {
    const done = broadcastWork({ count: 10, kept: 4, members: 100, nodes: 3, others: 2, framesPerWrite: 5 });
    expect(done.node).toMatchObject({ broadcast: 10, historyBroadcast: 4, received: 20, write: 200, frame: 1_000 });
    expect(done.redis).toMatchObject({ publish: 10, historyPublish: 4, frameOut: 30 });
  });

  it('is conserved: two parts do what the whole does, and cost the same', () => {
    fc.assert(
      fc.property(broadcasts, broadcasts, (one, other) => {
        const parts = [broadcastWork(one), broadcastWork(other)];
        const whole = sum(parts);
        const apart = parts.reduce(
          (micros, { node, redis }) => micros + cpuOf(node, COSTS.node) + cpuOf(redis, COSTS.redis),
          0,
        );
        expect(cpuOf(whole.node, COSTS.node) + cpuOf(whole.redis, COSTS.redis)).toBeCloseTo(apart, 3);
        expect(whole.node.frame).toBe(one.count * one.members + other.count * other.members);
      }),
    );
  });

  it('costs what its kinds cost together', () => {
    const { node } = work({ broadcast: 3, write: 7, request: 2 });
    const { broadcast, write, request } = cpuByKind(node, COSTS.node);
    expect(cpuOf(node, COSTS.node)).toBeCloseTo(broadcast + write + request, 9);
  });
});
