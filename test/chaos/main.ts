// Does a client miss anything while nodes and Redis die? Three nodes, many clients, a fault every few seconds, and a verdict.
import { parseArgs } from 'node:util';
import { Chance } from '../kit/chance.js';
import { runChaos } from './run.js';
import { SingleServer } from './single-server.js';
import { WholeCluster } from './whole-cluster.js';

const ENGINES = { server: SingleServer, cluster: WholeCluster } as const;

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'server' },
    minutes: { type: 'string', default: '10' },
    clients: { type: 'string', default: '300' },
    rate: { type: 'string', default: '200' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
if (!Object.hasOwn(ENGINES, values.engine)) throw new Error(`--engine is one of ${Object.keys(ENGINES).join(', ')}.`);
const seed = Number(values.seed);
console.log(
  `chaos on a ${values.engine}: ${values.minutes} minutes, ${values.clients} clients, ${values.rate} events/s, --seed ${seed}`,
);
// processes that were started end with this one
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
const report = await runChaos({
  engine: await ENGINES[values.engine as keyof typeof ENGINES].start(),
  forMs: Number(values.minutes) * 60_000,
  clients: Number(values.clients),
  perSecond: Number(values.rate),
  chance: new Chance(seed),
  say: (line) => console.log(line),
});
console.log(JSON.stringify({ seed, ...report }, null, 2));
process.exit(report.isClean ? 0 : 1);
