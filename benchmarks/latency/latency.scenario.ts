// How long does a broadcast take when the server is not busy? Gathering the frames of a turn must not cost milliseconds.
import { interleave } from '../harness/interleave.js';
import type { Options } from '../harness/options.js';
import { Pair } from '../harness/pair.js';
import {
  BARE,
  type CaseResult,
  type Contestant,
  NEST,
  NEST_WS,
  REALTIME,
  type Scenario,
  WS,
} from '../harness/scenario.js';
import { FEED } from '../workload.js';

const CONTESTANTS = [BARE, NEST, REALTIME, NEST_WS, WS];
const MEMBERS = 1_000;
const EVERY_MS = 50;
const BROADCASTS = 40;

export const latency: Scenario = {
  name: 'latency',
  async run(options) {
    const contestants = CONTESTANTS.filter(({ peer }) => options.peers.includes(peer));
    const pairs: Pair[] = [];
    try {
      for (const { peer } of contestants) pairs.push(await startRoom(peer, options));
      const count = Math.round(BROADCASTS * options.scale);
      const halves = new Map<Pair, number[]>(pairs.map((pair) => [pair, []]));
      const rounds = { warmUp: 1, measured: options.rounds };
      const p99 = await interleave(pairs, rounds, async (pair) => {
        const summary = await pair.latencies({ count, everyMs: EVERY_MS });
        halves.get(pair)!.push(summary.p50);
        return summary.p99;
      });
      const p50 = pairs.map((pair) => halves.get(pair)!.slice(rounds.warmUp));
      const result = (quantile: string, samples: readonly (readonly number[])[]): CaseResult => ({
        scenario: 'latency',
        case: `${MEMBERS.toLocaleString('en')} members, ${1_000 / EVERY_MS} broadcasts a second, ${quantile}`,
        unit: 'ms',
        contestants: contestants.map((contestant, index) => ({ ...contestant, samples: samples[index] })),
        targets: quantile === 'p99' ? [{ contestant: REALTIME.label, against: 'bare', atMost: 1 }] : [],
      });
      return [result('p50', p50), result('p99', p99)];
    } finally {
      await Promise.all(pairs.map((pair) => pair.close()));
    }
  },
};

async function startRoom(peer: Contestant['peer'], options: Options): Promise<Pair> {
  const pair = await Pair.start(peer, options.profile);
  await pair.connect(MEMBERS);
  await pair.subscribe(FEED);
  return pair;
}
