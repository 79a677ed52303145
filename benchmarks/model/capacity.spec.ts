import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  bottleneckOf,
  busier,
  busyShare,
  deploymentFor,
  fits,
  FULL,
  growthUntilFull,
  mastersNeeded,
  RESOURCES,
  utilisationOf,
} from './capacity.js';
import { CHAT, SITE } from './cases.js';
import { cpuOf } from './work.js';
import { nodesWithMembers, ratesOf, type Workload, workOf } from './workload.js';

/** Loads of any kind. */
const loads: fc.Arbitrary<Workload> = fc.record({
  connections: fc.integer({ min: 1, max: 10_000_000 }),
  subscriptionsPerConnection: fc.integer({ min: 1, max: 100 }),
  membersPerChannel: fc.integer({ min: 1, max: 100_000 }),
  requestsPerConnection: fc.double({ min: 0, max: 10, noNaN: true }),
  broadcastsPerConnection: fc.double({ min: 0, max: 10, noNaN: true }),
  historyShare: fc.double({ min: 0, max: 1, noNaN: true }),
  framesPerWrite: fc.integer({ min: 1, max: 50 }),
  eventBytes: fc.integer({ min: 50, max: 10_000 }),
  sessionSeconds: fc.integer({ min: 10, max: 100_000 }),
  presenceChannels: fc.nat(3),
  revocationsPerSecond: fc.nat(100),
});
const deployments = fc.record({ nodes: fc.integer({ min: 1, max: 1_000 }), masters: fc.integer({ min: 1, max: 100 }) });

describe('utilisation', () => {
  it.each([
    'connections',
    'subscriptionsPerConnection',
    'requestsPerConnection',
    'broadcastsPerConnection',
    'historyShare',
    'eventBytes',
    'revocationsPerSecond',
  ] as const)('of no resource falls when %s grows', (what) => {
    fc.assert(
      fc.property(loads, deployments, fc.double({ min: 1, max: 10, noNaN: true }), (load, deployment, factor) => {
        const before = utilisationOf(load, deployment, SITE);
        const after = utilisationOf({ ...load, [what]: load[what] * factor }, deployment, SITE);
        for (const resource of RESOURCES) expect(after[resource]).toBeGreaterThanOrEqual(before[resource] * (1 - 1e-9));
      }),
    );
  });

  it('is the work of all nodes, shared by them, between the cost of events that gather and of events that come alone', () => {
    fc.assert(
      fc.property(loads, deployments, (load, deployment) => {
        const used = utilisationOf(load, deployment, SITE);
        const done = workOf(load, deployment);
        const alone = cpuOf(done.node, SITE.costs.node) / deployment.nodes / 1e6;
        const gathered = cpuOf(done.node, SITE.gathered.node) / deployment.nodes / 1e6;
        expect(used['node CPU']).toBeCloseTo(busyShare(alone, gathered), 9);
      }),
    );
  });

  const shares = fc.double({ min: 0, max: 10, noNaN: true });

  it('of a process is what it does for those events that find it idle, and for the others', () => {
    fc.assert(
      fc.property(shares, shares, (gathered, more) => {
        const alone = gathered + more;
        const busy = busyShare(alone, gathered);
        expect(busy).toBeCloseTo(gathered + (alone - gathered) * Math.max(0, 1 - busy), 6);
        expect(busy).toBeGreaterThanOrEqual(gathered - 1e-9);
        expect(busy).toBeLessThanOrEqual(alone + 1e-9);
      }),
    );
  });

  it('names as bottleneck the resource that is nearest to its limit', () => {
    fc.assert(
      fc.property(loads, deployments, (load, deployment) => {
        const used = utilisationOf(load, deployment, SITE);
        const worst = bottleneckOf(used);
        for (const resource of RESOURCES) {
          expect(used[worst] / FULL[worst]).toBeGreaterThanOrEqual(used[resource] / FULL[resource]);
        }
      }),
    );
  });

  it('sends each broadcast to each node with members once: never to more than there are of either', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000 }), fc.integer({ min: 1, max: 1_000 }), (members, nodes) => {
        const interested = nodesWithMembers(members, nodes);
        expect(interested).toBeLessThanOrEqual(Math.min(members, nodes) * (1 + 1e-9));
        expect(interested).toBeGreaterThanOrEqual(1 - 1e-9);
      }),
    );
  });

  it('delivers each broadcast to each member', () => {
    fc.assert(
      fc.property(loads, deployments, (load, deployment) => {
        const { broadcasts, deliveries } = ratesOf(load, deployment);
        expect(deliveries).toBeCloseTo(broadcasts * load.membersPerChannel, 3);
      }),
    );
  });
});

describe('capacity', () => {
  it('is reached where the load has grown by as much as it may, and by no less', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (nodes) => {
        const load = { ...CHAT, connections: nodes * 5_000 };
        const deployment = { nodes, masters: 100 };
        const factor = growthUntilFull(load, deployment, SITE);
        expect(factor).toBeGreaterThan(0);
        expect(fits(utilisationOf(busier(load, factor * 0.999), deployment, SITE))).toBe(true);
        expect(fits(utilisationOf(busier(load, factor * 1.001), deployment, SITE))).toBe(false);
      }),
      { numRuns: 20 },
    );
  });

  it('asks for the fewest servers of Redis that are enough', () => {
    const nodes = 100;
    const masters = mastersNeeded(CHAT, nodes, SITE)!;
    expect(utilisationOf(CHAT, { nodes, masters }, SITE)['Redis CPU']).toBeLessThanOrEqual(FULL['Redis CPU']);
    expect(utilisationOf(CHAT, { nodes, masters: masters - 1 }, SITE)['Redis CPU']).toBeGreaterThan(FULL['Redis CPU']);
  });

  it('says that more servers do not help where the beats of the nodes alone fill each of them', () => {
    const costs = { ...SITE.costs, redis: { ...SITE.costs.redis, beat: 1e7 } };
    const site = { ...SITE, costs, gathered: costs };
    expect(mastersNeeded(CHAT, 10, site)).toBeNull();
    expect(deploymentFor(CHAT, site)).toBeNull();
  });

  it('finds the fewest nodes with which everything fits', () => {
    const { nodes, masters } = deploymentFor(CHAT, SITE)!;
    expect(fits(utilisationOf(CHAT, { nodes, masters }, SITE))).toBe(true);
    const fewer = { nodes: nodes - 1, masters: mastersNeeded(CHAT, nodes - 1, SITE)! };
    expect(fits(utilisationOf(CHAT, fewer, SITE))).toBe(false);
  });
});
