// What does a chat cost? Every inbound message is acknowledged and broadcast to all members: inbound and fan-out at once.
import { interleave } from '../harness/interleave.js';
import type { Options } from '../harness/options.js';
import { Pair } from '../harness/pair.js';
import { BARE, type CaseResult, NEST, NEST_WS, REALTIME, type Scenario, WS } from '../harness/scenario.js';
import { CHAT } from '../workload.js';

const CONTESTANTS = [BARE, NEST, REALTIME, NEST_WS, WS];
const MEMBERS = 100;
const SENDERS = 20;
const MESSAGES_PER_SENDER = 50;

/** How many messages a sender may have unacknowledged: in a busy room, and in one where a turn of the event loop has little to join. */
const PACES = [
  { name: '8 outstanding each', outstanding: 8, atMost: 0.12 },
  { name: '1 outstanding each', outstanding: 1 },
];

export const chat: Scenario = {
  name: 'chat',
  async run(options) {
    const contestants = CONTESTANTS.filter(({ peer }) => options.peers.includes(peer));
    const pairs: Pair[] = [];
    try {
      for (const { peer } of contestants) pairs.push(await startChat(peer, options));
      const perSender = Math.round(MESSAGES_PER_SENDER * options.scale);
      const results: CaseResult[] = [];
      for (const { name, outstanding, atMost } of PACES) {
        const rounds = { warmUp: options.warmUp, measured: options.rounds };
        const samples = await interleave(pairs, rounds, async (pair) => {
          const cpuMicros = await pair.chat({ senders: SENDERS, perSender, outstanding });
          return cpuMicros / (SENDERS * perSender * MEMBERS);
        });
        results.push({
          scenario: 'chat',
          case: `${SENDERS} senders, ${MEMBERS} members, ${name}`,
          unit: 'CPU-s per million deliveries',
          contestants: contestants.map((contestant, index) => ({ ...contestant, samples: samples[index] })),
          targets: atMost === undefined ? [] : [{ contestant: REALTIME.label, against: 'bare', atMost }],
        });
      }
      return results;
    } finally {
      await Promise.all(pairs.map((pair) => pair.close()));
    }
  },
};

async function startChat(peer: Pair['peer'], options: Options): Promise<Pair> {
  const pair = await Pair.start(peer, options.profile);
  await pair.connect(MEMBERS);
  await pair.subscribe(CHAT);
  return pair;
}
