// What does it cost when all members of a channel come back at once? One read of Redis, not one for each of them.
import type { CaseResult, Scenario } from '../harness/scenario.js';
import { Cluster, type StormCost } from './cluster.js';
import { LOG_NODE } from './contestants.js';

const CLIENTS = 5_000;
const MISSED = 100;

export const clusterRecovery: Scenario = {
  name: 'cluster-recovery',
  async run(options) {
    const clients = Math.round(CLIENTS * options.scale);
    const cluster = await Cluster.start(LOG_NODE.peer, [0]);
    try {
      await cluster.broadcastUnheard(MISSED);
      await cluster.connect(clients);
      const storms: StormCost[] = [];
      for (let round = 0; round < 1 + options.rounds; round++) storms.push(await cluster.recoverAll(MISSED));
      const measured = storms.slice(1);
      const result = (what: string, unit: string, figure: (storm: StormCost) => number): CaseResult => ({
        scenario: 'cluster-recovery',
        case: `${clients.toLocaleString('en')} members that have each missed ${MISSED} events, at once: ${what}`,
        unit,
        contestants: [{ ...LOG_NODE, samples: measured.map(figure) }],
        targets: [],
      });
      return [
        result('until the last event', 'ms', ({ wallMs }) => wallMs),
        result('scripts that Redis has run', 'calls', ({ scripts }) => scripts),
        result('Redis', 'CPU-ms', ({ redis }) => redis / 1_000),
        result('node', 'CPU-µs per member', ({ node }) => node / clients),
      ];
    } finally {
      await cluster.close();
    }
  },
};
