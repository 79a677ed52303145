// What does a delivery cost of one broadcast to 1,000 channels that leaves out one connection, compared with plain broadcasts?
import { interleave } from '../harness/interleave.js';
import type { Options } from '../harness/options.js';
import { Pair } from '../harness/pair.js';
import type { CaseResult, Contestant, Scenario } from '../harness/scenario.js';
import { LISTED, roomName } from '../room-plan.js';
import { FEED } from '../workload.js';

const PLAIN = { peer: 'realtime', label: 'plain broadcasts', reference: 'plain' } as const satisfies Contestant;
const LIST = { peer: 'lists', label: 'one list, with except' } as const satisfies Contestant;
const CONTESTANTS = [PLAIN, LIST];

const MEMBERS = LISTED.connections;
/** Channels of the list that hold all members, in the case in which members are shared. */
const SHARED = 3;
const LISTS = 60;

/** Clients that subscribe as the case has it, and the work of one sample. */
interface Case {
  readonly name: string;
  prepare(pair: Pair): Promise<void>;
  /** @returns CPU microseconds for each member and item. */
  sample(pair: Pair, lists: number): Promise<number>;
}

const CASES: readonly Case[] = [
  {
    name: `1,000 members, each in ${SHARED} channels of the list; plain: one channel`,
    async prepare(pair) {
      const rooms = Array.from({ length: SHARED }, (_, room) => roomName(room));
      for (const channel of pair.peer === PLAIN.peer ? [FEED] : rooms) await pair.subscribe(channel);
    },
    sample: async (pair, count) => (await pair.broadcast({ count, perTurn: 1, window: 8 })) / (count * MEMBERS),
  },
  {
    name: '1 to 5 members in each channel of the list; plain: one broadcast to each channel, which reaches members up to 5 times',
    prepare: (pair) => pair.subscribeRooms({ plan: LISTED, from: 0, to: LISTED.rooms }),
    async sample(pair, lists) {
      if (pair.peer === LIST.peer) {
        return (await pair.broadcast({ count: lists, perTurn: 1, window: 8 })) / (lists * MEMBERS);
      }
      const count = lists * LISTED.rooms;
      const cpu = await pair.broadcast({ count, perTurn: LISTED.rooms, window: 8 * LISTED.rooms, plan: LISTED });
      return cpu / (lists * MEMBERS);
    },
  },
];

export const listBroadcast: Scenario = {
  name: 'list-broadcast',
  async run(options) {
    const results: CaseResult[] = [];
    for (const each of CASES) results.push(await measure(each, options));
    return results;
  },
};

async function measure({ name, prepare, sample }: Case, options: Options): Promise<CaseResult> {
  const pairs: Pair[] = [];
  try {
    for (const { peer } of CONTESTANTS) {
      const pair = await Pair.start(peer, options.profile);
      pairs.push(pair);
      await pair.connect(MEMBERS);
      await prepare(pair);
    }
    const rounds = { warmUp: options.warmUp, measured: options.rounds };
    const lists = Math.max(10, Math.round(LISTS * options.scale));
    const samples = await interleave(pairs, rounds, (pair) => sample(pair, lists));
    return {
      scenario: 'list-broadcast',
      case: name,
      unit: 'CPU-s per million members reached',
      contestants: CONTESTANTS.map((contestant, index) => ({ ...contestant, samples: samples[index] })),
      targets: [{ contestant: LIST.label, against: 'plain', atMost: 1.05 }],
    };
  } finally {
    await Promise.all(pairs.map((pair) => pair.close()));
  }
}
