// What does one delivery to a member of a busy room cost the server, in bursts and paced?
import { interleave } from '../harness/interleave.js';
import type { Options } from '../harness/options.js';
import { Pair } from '../harness/pair.js';
import { BARE, type CaseResult, FLOOR, NEST, NEST_WS, REALTIME, type Scenario, WS } from '../harness/scenario.js';
import { FEED } from '../workload.js';

const CONTESTANTS = [BARE, NEST, REALTIME, NEST_WS, WS, FLOOR];

/** Turns of the event loop are filled with `perTurn` broadcasts; `deliveries` are the work of one sample. */
const PACES = [
  { name: 'burst, 20 a turn', perTurn: 20, window: 40, deliveries: 80_000, atMost: 0.09 },
  { name: 'paced, 1 a turn', perTurn: 1, window: 8, deliveries: 50_000, atMost: 0.65 },
];

export const fanOut: Scenario = {
  name: 'fan-out',
  async run(options) {
    const results: CaseResult[] = [];
    for (const members of options.members) results.push(...(await measureRoom(members, options)));
    return results;
  },
};

async function measureRoom(members: number, options: Options): Promise<CaseResult[]> {
  const contestants = CONTESTANTS.filter(({ peer }) => options.peers.includes(peer));
  const pairs: Pair[] = [];
  try {
    for (const { peer } of contestants) pairs.push(await startRoom(peer, members, options));
    const results: CaseResult[] = [];
    for (const pace of PACES) {
      const turns = Math.max(2, Math.round((pace.deliveries * options.scale) / members / pace.perTurn));
      const count = turns * pace.perTurn;
      const rounds = { warmUp: options.warmUp, measured: options.rounds };
      const samples = await interleave(pairs, rounds, async (pair) => {
        const cpuMicros = await pair.broadcast({ count, perTurn: pace.perTurn, window: pace.window });
        return cpuMicros / (count * members);
      });
      results.push({
        scenario: 'fan-out',
        case: `${members.toLocaleString('en')} members, ${pace.name}`,
        unit: 'CPU-s per million deliveries',
        contestants: contestants.map((contestant, index) => ({ ...contestant, samples: samples[index] })),
        targets: [{ contestant: REALTIME.label, against: 'bare', atMost: pace.atMost }],
      });
    }
    return results;
  } finally {
    await Promise.all(pairs.map((pair) => pair.close()));
  }
}

async function startRoom(peer: Pair['peer'], members: number, options: Options): Promise<Pair> {
  const pair = await Pair.start(peer, options.profile);
  await pair.connect(members);
  await pair.subscribe(FEED);
  return pair;
}
