// What does a chat cost? Every inbound message is acknowledged and passed on to everybody, so that it is inbound and fan-out at once.
import { interleave } from '../harness/interleave.js';
import type { Options } from '../harness/options.js';
import { Pair } from '../harness/pair.js';
import { BARE, NEST, REALTIME, type Scenario, WS } from '../harness/scenario.js';
import { CHAT } from '../workload.js';

const CONTESTANTS = [BARE, NEST, REALTIME, WS];
const MEMBERS = 100;
const SENDERS = 20;
const MESSAGES_PER_SENDER = 50;

export const chat: Scenario = {
  name: 'chat',
  async run(options) {
    const contestants = CONTESTANTS.filter(({ peer }) => options.peers.includes(peer));
    const pairs: Pair[] = [];
    try {
      for (const { peer } of contestants) pairs.push(await startChat(peer, options));
      const perSender = Math.round(MESSAGES_PER_SENDER * options.scale);
      const rounds = { warmUp: 2, measured: options.rounds };
      const samples = await interleave(pairs, rounds, async (pair) => {
        const cpuMicros = await pair.chat({ senders: SENDERS, perSender });
        return cpuMicros / (SENDERS * perSender * MEMBERS);
      });
      return [
        {
          scenario: 'chat',
          case: `${SENDERS} senders, ${MEMBERS} members`,
          unit: 'CPU-s per million deliveries',
          contestants: contestants.map((contestant, index) => ({ ...contestant, samples: samples[index] })),
          targets: [{ contestant: REALTIME.label, against: 'bare', atMost: 0.12 }],
        },
      ];
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
