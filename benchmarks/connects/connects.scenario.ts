// How many connections can a server accept in a second of its CPU?
import { interleave } from '../harness/interleave.js';
import { Pair } from '../harness/pair.js';
import { BARE, NEST, NEST_WS, REALTIME, type Scenario } from '../harness/scenario.js';

const CONTESTANTS = [BARE, NEST, REALTIME, NEST_WS];
const CONNECTIONS = 1_000;
/** A sample is short, so it varies: a round takes this many. */
const SAMPLES_PER_ROUND = 4;
const MICROS_PER_SECOND = 1e6;

export const connects: Scenario = {
  name: 'connects',
  async run(options) {
    const contestants = CONTESTANTS.filter(({ peer }) => options.peers.includes(peer));
    const count = Math.round(CONNECTIONS * options.scale);
    const pairs: Pair[] = [];
    try {
      for (const { peer } of contestants) pairs.push(await Pair.start(peer, options.profile));
      const samples = await interleave(
        pairs,
        { warmUp: 2, measured: SAMPLES_PER_ROUND * options.rounds },
        async (pair) => {
          const cpuMicros = await pair.connectMeasured(count);
          await pair.disconnect(count);
          return (count / cpuMicros) * MICROS_PER_SECOND;
        },
      );
      return [
        {
          scenario: 'connects',
          case: `${count.toLocaleString('en')} at a time`,
          unit: 'connects per CPU-second',
          contestants: contestants.map((contestant, index) => ({ ...contestant, samples: samples[index] })),
          targets: [{ contestant: REALTIME.label, against: 'bare', atLeast: 0.95 }],
        },
      ];
    } finally {
      await Promise.all(pairs.map((pair) => pair.close()));
    }
  },
};
