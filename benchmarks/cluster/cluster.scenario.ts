// What does a broadcast cost that members of another node hear? Redis and both nodes, and how long it takes.
import { interleave } from '../harness/interleave.js';
import type { Options } from '../harness/options.js';
import type { CaseResult, Scenario, Target } from '../harness/scenario.js';
import { Cluster, type ClusterCost } from './cluster.js';
import { CLUSTER_CONTESTANTS, LOG_NODE, NODE } from './contestants.js';

const MEMBERS = 50;
const PACES = [
  { name: 'burst, 50 a turn', perTurn: 50, window: 500, broadcasts: 5_000, isBurst: true },
  { name: 'paced, 1 a turn', perTurn: 1, window: 50, broadcasts: 2_000, isBurst: false },
];
const LATENCY = { everyMs: 10, count: 200 };

/** What the project commits to, for the node's work in bursts and for that of Redis. */
const NODE_TARGETS: readonly Target[] = [NODE, LOG_NODE].flatMap(({ label }) => [
  { contestant: label, against: 'redis', atMost: 0.3 },
  { contestant: label, against: 'streams', atMost: 0.3 },
]);
const REDIS_TARGETS: readonly Target[] = [
  { contestant: NODE.label, against: 'redis', atMost: 1.1 },
  { contestant: NODE.label, against: 'streams', atMost: 0.6 },
];

export const cluster: Scenario = {
  name: 'cluster',
  async run(options) {
    const clusters: Cluster[] = [];
    try {
      for (const { peer } of CLUSTER_CONTESTANTS) clusters.push(await Cluster.start(peer, [0, MEMBERS]));
      const results: CaseResult[] = [];
      for (const pace of PACES) results.push(...(await costs(clusters, pace, options)));
      results.push(...(await latencies(clusters, options)));
      return results;
    } finally {
      await Promise.all(clusters.map((one) => one.close()));
    }
  },
};

async function costs(
  clusters: readonly Cluster[],
  { name, perTurn, window, broadcasts, isBurst }: (typeof PACES)[number],
  options: Options,
): Promise<CaseResult[]> {
  const count = Math.round(broadcasts * options.scale);
  const all = clusters.map((): ClusterCost[] => []);
  await interleave(clusters, { warmUp: options.warmUp, measured: options.rounds }, async (one) => {
    const cost = await one.broadcast({ count, perTurn, window });
    all[clusters.indexOf(one)].push(cost);
    return cost.redis;
  });
  const measured = all.map((samples) => samples.slice(options.warmUp));
  const result = (what: string, unit: string, figure: (cost: ClusterCost) => number, targets: readonly Target[]) => ({
    scenario: 'cluster',
    case: `${what}, ${MEMBERS} members on another node, ${name}`,
    unit,
    contestants: CLUSTER_CONTESTANTS.map((one, index) => ({ ...one, samples: measured[index].map(figure) })),
    targets,
  });
  const perDelivery = 'CPU-s per million deliveries';
  return [
    result('Redis', 'CPU-µs per broadcast', ({ redis }) => redis / count, REDIS_TARGETS),
    result('receiving node', perDelivery, ({ others }) => others / (count * MEMBERS), isBurst ? NODE_TARGETS : []),
    result('sending node', 'CPU-µs per broadcast', ({ sender }) => sender / count, []),
  ];
}

async function latencies(clusters: readonly Cluster[], options: Options): Promise<CaseResult[]> {
  const count = Math.round(LATENCY.count * options.scale);
  const p50s = clusters.map((): number[] => []);
  const p99s = await interleave(clusters, { warmUp: 1, measured: options.rounds }, async (one) => {
    const { p50, p99 } = await one.latencies({ everyMs: LATENCY.everyMs, count });
    p50s[clusters.indexOf(one)].push(p50);
    return p99;
  });
  return [['p50', p50s.map((samples) => samples.slice(1))] as const, ['p99', p99s] as const].map(
    ([quantile, samples]) => ({
      scenario: 'cluster',
      case: `latency to ${MEMBERS} members on another node, ${1_000 / LATENCY.everyMs} broadcasts a second, ${quantile}`,
      unit: 'ms',
      contestants: CLUSTER_CONTESTANTS.map((one, index) => ({ ...one, samples: samples[index] })),
      targets: [],
    }),
  );
}
