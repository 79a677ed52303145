// Does the capacity model predict what 1, 2 and 4 nodes and their Redis cost? It is calibrated on this machine, with other series on 3 nodes.
// Everything is CPU time of the processes, so that a busy machine makes the test slower and no less true.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  calibrate,
  type Calibration,
  CALIBRATION,
  warmUpOn,
  workOfSeries,
} from '../../benchmarks/calibration/calibrate.js';
import { MeasuredSite, type Series } from '../../benchmarks/calibration/measured-site.js';
import { type RoundCosts, Rounds } from '../../benchmarks/calibration/rounds.js';
import { cpuOf, sum, work } from '../../benchmarks/model/work.js';
import { RedisServer } from '../kit/redis-server.js';

const TOLERANCE = 0.25;
const NODES = 4;
const ROUNDS = 6;
/** A machine that does much else takes more rounds until their medians are those of the nodes. */
const MOST_ROUNDS = 18;
const MOST_MS = 600_000;

/** Broadcasts without and with history, and messages that are acknowledged alone. */
function loadOn(nodes: number, membersOfNode: number, count: number): Series[] {
  const members = Array.from({ length: nodes }, () => membersOfNode);
  const name = `${membersOfNode}-on-each-of-${nodes}`;
  return [
    { channel: `plain.${name}`, event: 'say', members, count },
    { channel: `kept.${name}`, event: 'say', members, count: count / 2 },
    { channel: `plain.${name}`, event: 'note', members, count },
  ];
}

interface Comparison {
  readonly predicted: number;
  readonly measured: number;
}

function isClose({ predicted, measured }: Comparison): boolean {
  return Math.abs(predicted / measured - 1) <= TOLERANCE;
}

/** With few members, most of it is what a broadcast costs on each node; with many, what its deliveries do. */
const LOADS = [1, 2, 4].flatMap((nodes) => [
  { nodes, members: 10, series: loadOn(nodes, 10, 100) },
  { nodes, members: 100, series: loadOn(nodes, 100, 80) },
]);

describe('the capacity model', () => {
  const all = [...CALIBRATION, ...LOADS.flatMap(({ series }) => series)];
  let redis: RedisServer;
  let site: MeasuredSite;
  let measured: RoundCosts;
  let calibration: Calibration;

  beforeAll(async () => {
    redis = await RedisServer.start();
    site = await MeasuredSite.start(NODES, redis.url);
    const warmUp = warmUpOn(NODES, 700);
    await site.prepare([...warmUp, ...all]);
    for (const series of warmUp) await site.run(series);
    const rounds = new Rounds(site, all);
    await rounds.warmUp(1);
    for (let count = ROUNDS; count <= MOST_ROUNDS; count += ROUNDS) {
      measured = await rounds.measure(ROUNDS);
      calibration = calibrate(measured.costs.slice(0, CALIBRATION.length), measured.rest);
      if (LOADS.every(({ nodes, series }) => Object.values(compared(nodes, series)).every(isClose))) break;
    }
  }, MOST_MS);
  afterAll(async () => {
    await site?.close();
    await redis?.stop();
  });

  /** CPU microseconds that were predicted and measured for a load, of its nodes and of Redis. */
  function compared(nodes: number, series: readonly Series[]): Record<'nodes' | 'redis', Comparison> {
    const costs = series.map((one) => measured.costs[all.indexOf(one)]);
    const seconds = costs.reduce((total, cost) => total + cost.seconds, 0);
    const idle = work({ nodeSecond: nodes * seconds }, { serverSecond: seconds });
    const done = sum([...series.map(workOfSeries), idle]);
    const ofNodes = costs.flatMap((cost) => cost.nodes.slice(0, nodes)).reduce((total, micros) => total + micros, 0);
    const ofRedis = costs.reduce((total, cost) => total + cost.redis, 0);
    return {
      nodes: { predicted: cpuOf(done.node, withOthers(done.node, calibration.node)), measured: ofNodes },
      redis: { predicted: cpuOf(done.redis, withOthers(done.redis, calibration.redis)), measured: ofRedis },
    };
  }

  describe.each(LOADS)('with $members members on each of $nodes nodes', ({ nodes, series }) => {
    it.each([
      ['the nodes', 'nodes'],
      ['Redis', 'redis'],
    ] as const)('predicts within a quarter what %s cost', (_, whose) => {
      const comparison = compared(nodes, series)[whose];
      const ratio = comparison.predicted / comparison.measured;
      expect({ ...comparison, calibration, ratio, isClose: isClose(comparison) }).toEqual(
        expect.objectContaining({ isClose: true }),
      );
    });
  });
});

/** Nothing that these loads do costs anything else. */
function withOthers<Kind extends string>(
  done: Readonly<Record<Kind, number>>,
  fitted: Readonly<Partial<Record<Kind, number>>>,
): Record<Kind, number> {
  return { ...(Object.fromEntries(Object.keys(done).map((kind) => [kind, 0])) as Record<Kind, number>), ...fitted };
}
