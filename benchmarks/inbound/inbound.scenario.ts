// What does an acknowledged message cost the server, from the wire through checks and handler and back?
import { interleave } from '../harness/interleave.js';
import type { Options } from '../harness/options.js';
import { Pair } from '../harness/pair.js';
import { BARE, type Contestant, NEST, REALTIME, type Scenario } from '../harness/scenario.js';
import { NOTES } from '../workload.js';

/** A peer and the message it is sent: `plain` goes to a bare handler, `checked` to one with a DTO and a guard. */
interface InboundContestant extends Contestant {
  readonly event: 'plain' | 'checked';
}

const BARE_EVENT: InboundContestant = { ...BARE, event: 'plain' };
const NEST_CHECKED: InboundContestant = { ...NEST, label: 'Nest gateway, DTO and guard', event: 'checked' };
const CHECKED: InboundContestant = { ...REALTIME, label: 'nestjs-realtime, DTO and guard', event: 'checked' };
const PLAIN: InboundContestant = { ...REALTIME, label: 'nestjs-realtime, bare handler', event: 'plain' };

/** Neighbours in this order are those whose ratio is promised. */
const CONTESTANTS = [BARE_EVENT, PLAIN, CHECKED, NEST_CHECKED];
const CONNECTIONS = 50;
const OUTSTANDING = 1;
const ROUND_TRIPS = 12_000;

export const inbound: Scenario = {
  name: 'inbound',
  async run(options) {
    const contestants = CONTESTANTS.filter(({ peer }) => options.peers.includes(peer));
    const pairs = new Map<Contestant['peer'], Pair>();
    try {
      for (const { peer } of contestants) if (!pairs.has(peer)) pairs.set(peer, await startPair(peer, options));
      const count = Math.round(ROUND_TRIPS * options.scale);
      const samples = await interleave(
        contestants,
        { warmUp: 2, measured: options.rounds },
        async ({ peer, event }) => {
          const cpuMicros = await pairs.get(peer)!.roundTrips({ event, count, outstanding: OUTSTANDING });
          return cpuMicros / count;
        },
      );
      return [
        {
          scenario: 'inbound',
          case: `${CONNECTIONS} connections, ${OUTSTANDING} outstanding each`,
          unit: 'CPU-s per million round trips',
          contestants: contestants.map((contestant, index) => ({ ...contestant, samples: samples[index] })),
          targets: [{ contestant: CHECKED.label, against: 'nest', atMost: 1 }],
        },
      ];
    } finally {
      await Promise.all([...pairs.values()].map((pair) => pair.close()));
    }
  },
};

async function startPair(peer: Contestant['peer'], options: Options): Promise<Pair> {
  const pair = await Pair.start(peer, options.profile);
  await pair.connect(CONNECTIONS);
  await pair.prepareToSend(NOTES);
  return pair;
}
