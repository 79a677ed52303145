// Do three nodes survive an hour of faults? The chaos run, on nodes of which two live to its end: their heap, and what strangers hear, are watched.
import { parseArgs } from 'node:util';
import { Chance } from '../kit/chance.js';
import type { ChaosNode, Nodes } from './nodes.js';
import { runChaos } from './run.js';
import { SingleServer } from './single-server.js';
import { Stranger } from './stranger.js';

/** The heap may be larger in the last quarter than in the first by this part of it; noise is about half of that. */
const MOST_GROWTH = 0.1;

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    clients: { type: 'string', default: '150' },
    rate: { type: 'string', default: '100' },
    seed: { type: 'string', default: String(Math.floor(Math.random() * 2 ** 31)) },
  },
});
const seed = Number(values.seed);
console.log(`soak over nodes: ${values.minutes} minutes, ${values.clients} clients, --seed ${seed}`);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const heaps = new Map<string, number[]>();
/** Joins and leaves that a node keeps for `GET /edges`, which is a part of what its heap grows by. */
const booked = new Map<string, number>();
const strangers = new Map<ChaosNode, Stranger>();
const living = ({ all }: Nodes): readonly ChaosNode[] => all.slice(0, 2);

/** Between two faults. */
async function look(nodes: Nodes): Promise<void> {
  for (const node of living(nodes)) {
    const stranger = strangers.get(node) ?? new Stranger(node);
    strangers.set(node, stranger);
    await stranger.listen();
    const { heapUsed } = await node.fixture.stats({ gc: true });
    const samples = [...(heaps.get(node.name) ?? []), heapUsed];
    heaps.set(node.name, samples);
    if (samples.length % 25 === 0) booked.set(node.name, await edgesOf(node));
  }
}

async function edgesOf({ fixture }: ChaosNode): Promise<number> {
  const { joins, leaves } = (await fixture.control<{ joins: unknown[]; leaves: unknown[] }>('/edges')).body;
  return joins.length + leaves.length;
}

const mean = (samples: readonly number[]): number =>
  samples.reduce((sum, sample) => sum + sample, 0) / Math.max(1, samples.length);

const meanMB = (samples: readonly number[]): number => Math.round(mean(samples) / 1e5) / 10;

/** Of each node that lives to the end: how its heap went, in twelve parts of the run, and how the last quarter compares with the first. */
function growths() {
  return Array.from(heaps, ([node, samples]) => {
    const [part, quarter] = [12, 4].map((parts) => Math.ceil(samples.length / parts));
    const partsMB = Array.from({ length: 12 }, (_, i) => meanMB(samples.slice(i * part, (i + 1) * part)));
    const growth = mean(samples.slice(-quarter)) / mean(samples.slice(0, quarter)) - 1;
    return {
      node,
      samples: samples.length,
      partsMB: partsMB.join(' '),
      growth: Math.round(growth * 1_000) / 1_000,
      bookedEdges: booked.get(node) ?? 0,
    };
  });
}

/** What the run has found so far; also where it breaks off. */
function found() {
  const all = [...strangers.values()];
  const unauthorized = all.reduce((sum, one) => sum + one.unauthorized, 0);
  const withheld = all.reduce((sum, { published }) => sum + published, 0);
  return { heap: growths(), unauthorized, withheld };
}

const report = await runChaos({
  engine: await SingleServer.start(),
  forMs: Number(values.minutes) * 60_000,
  clients: Number(values.clients),
  perSecond: Number(values.rate),
  chance: new Chance(seed),
  say: (line) => console.log(line),
  mortal: ({ all }) => all.slice(2),
  calm: look,
}).catch((error: unknown) => {
  console.log(JSON.stringify(found(), null, 2));
  throw error;
});

for (const stranger of strangers.values()) stranger.close();
const { heap, unauthorized, withheld } = found();
console.log(
  JSON.stringify({ seed, minutes: Number(values.minutes), heap, unauthorized, withheld, ...report }, null, 2),
);
const isFlat = heap.every(({ growth }) => growth < MOST_GROWTH);
process.exit(report.isClean && isFlat && unauthorized === 0 ? 0 : 1);
