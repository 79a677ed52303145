// How much do more nodes bring, and what do they cost? The same members on each of 1, 2 and 4 nodes; one of them broadcasts.
import { interleave } from '../harness/interleave.js';
import type { CaseResult, Scenario } from '../harness/scenario.js';
import { Cluster, type ClusterCost } from './cluster.js';
import { CLUSTER_CONTESTANTS } from './contestants.js';

const NODES = [1, 2, 4];
const MEMBERS_PER_NODE = 200;
const BROADCASTS = 2_000;

export const clusterNodes: Scenario = {
  name: 'cluster-nodes',
  async run(options) {
    const results: CaseResult[] = [];
    for (const nodes of NODES) {
      const clusters: Cluster[] = [];
      try {
        for (const { peer } of CLUSTER_CONTESTANTS) {
          clusters.push(
            await Cluster.start(
              peer,
              Array.from({ length: nodes }, () => MEMBERS_PER_NODE),
            ),
          );
        }
        const count = Math.round(BROADCASTS * options.scale);
        const all = clusters.map((): ClusterCost[] => []);
        await interleave(clusters, { warmUp: options.warmUp, measured: options.rounds }, async (one) => {
          const cost = await one.broadcast({ count, perTurn: 20, window: 200 });
          all[clusters.indexOf(one)].push(cost);
          return cost.wallMs;
        });
        const deliveries = count * nodes * MEMBERS_PER_NODE;
        const result = (what: string, unit: string, figure: (cost: ClusterCost) => number): CaseResult => ({
          scenario: 'cluster-nodes',
          case: `${what}, ${nodes} ${nodes === 1 ? 'node' : 'nodes'} of ${MEMBERS_PER_NODE} members`,
          unit,
          contestants: CLUSTER_CONTESTANTS.map((one, index) => ({
            ...one,
            samples: all[index].slice(options.warmUp).map(figure),
          })),
          targets: [],
        });
        results.push(
          result('deliveries', 'thousand a second', ({ wallMs }) => deliveries / wallMs),
          result('broadcasts', 'a second', ({ wallMs }) => (1_000 * count) / wallMs),
          result('all nodes', 'CPU-s per million deliveries', ({ sender, others }) => (sender + others) / deliveries),
          result('Redis', 'CPU-s per million deliveries', ({ redis }) => redis / deliveries),
        );
      } finally {
        await Promise.all(clusters.map((one) => one.close()));
      }
    }
    return results;
  },
};
