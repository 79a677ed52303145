// What does one delivery cost where there are many rooms with few members?
import { interleave } from '../harness/interleave.js';
import type { Options } from '../harness/options.js';
import { Pair } from '../harness/pair.js';
import { BARE, type CaseResult, FLOOR, NEST, NEST_WS, REALTIME, type Scenario, WS } from '../harness/scenario.js';
import { membersOf, type RoomPlan } from '../room-plan.js';

const CONTESTANTS = [BARE, NEST, REALTIME, NEST_WS, WS, FLOOR];
/** A sample is short, so it varies: a round takes this many. */
const SAMPLES_PER_ROUND = 2;
const PLAN: RoomPlan = { rooms: 10_000, connections: 2_000 };

/** As in fan-out; a burst here goes to as many rooms as it has broadcasts. */
const PACES = [
  { name: 'burst, 200 a turn', perTurn: 200, window: 600, broadcasts: 20_000, atMost: 0.72 },
  { name: 'paced, 1 a turn', perTurn: 1, window: 200, broadcasts: 20_000, atMost: 0.7 },
];

export const manyRooms: Scenario = {
  name: 'many-rooms',
  async run(options) {
    const contestants = CONTESTANTS.filter(({ peer }) => options.peers.includes(peer));
    const pairs: Pair[] = [];
    try {
      for (const { peer } of contestants) pairs.push(await startRooms(peer, options));
      const results: CaseResult[] = [];
      for (const { name, perTurn, window, broadcasts, atMost } of PACES) {
        // Whole laps over the rooms, so that every sample has the same mix of sizes.
        const count = Math.max(1, Math.round((broadcasts * options.scale) / PLAN.rooms)) * PLAN.rooms;
        const rounds = { warmUp: 2, measured: SAMPLES_PER_ROUND * options.rounds };
        const samples = await interleave(pairs, rounds, async (pair) => {
          const cpuMicros = await pair.broadcast({ count, perTurn, window, plan: PLAN });
          return cpuMicros / (count * MEMBERS_PER_ROOM);
        });
        results.push({
          scenario: 'many-rooms',
          case: `${PLAN.rooms.toLocaleString('en')} rooms of 1 to 5, ${name}`,
          unit: 'CPU-s per million deliveries',
          contestants: contestants.map((contestant, index) => ({ ...contestant, samples: samples[index] })),
          targets: [{ contestant: REALTIME.label, against: 'bare', atMost }],
        });
      }
      return results;
    } finally {
      await Promise.all(pairs.map((pair) => pair.close()));
    }
  },
};

const MEMBERS_PER_ROOM =
  Array.from({ length: PLAN.rooms }, (_, room) => membersOf(room, PLAN).length).reduce((sum, size) => sum + size, 0) /
  PLAN.rooms;

async function startRooms(peer: Pair['peer'], options: Options): Promise<Pair> {
  const pair = await Pair.start(peer, options.profile);
  await pair.connect(PLAN.connections);
  await pair.subscribeRooms({ plan: PLAN, from: 0, to: PLAN.rooms });
  return pair;
}
