// What does the dashboard add to a server that broadcasts 2,000 times a second, watched and unwatched?
import { interleave } from '../harness/interleave.js';
import { Pair } from '../harness/pair.js';
import { type Contestant, REALTIME, type Scenario } from '../harness/scenario.js';
import type { RoomPlan } from '../room-plan.js';

const UNWATCHED = { peer: 'dashboard', label: 'dashboard, unwatched' } as const satisfies Contestant;
const WATCHED = { peer: 'dashboard', label: 'dashboard, watched' } as const satisfies Contestant;
const PEERS: readonly Contestant[] = [REALTIME, UNWATCHED, WATCHED];

const CHANNEL = 'realtime-dashboard.live';
const PLAN: RoomPlan = { rooms: 200, connections: 0 };
const PER_SECOND = 2_000;
const SECONDS = 4;
const TICK = { everyMs: 10, perTick: 20 };
const MICROS_PER_PERCENT = 10_000;

export const dashboard: Scenario = {
  name: 'dashboard',
  async run(options) {
    if (!options.peers.includes(REALTIME.peer)) return [];
    const pairs: Pair[] = [];
    try {
      for (const { peer } of PEERS) pairs.push(await Pair.start(peer, options.profile));
      await watch(pairs[PEERS.indexOf(WATCHED)]);
      const count = Math.round(PER_SECOND * SECONDS * options.scale);
      const rounds = { warmUp: options.warmUp, measured: options.rounds };
      const [without, ...withIt] = await interleave(pairs, rounds, async (pair) => {
        const cpuMicros = await pair.broadcastUnheard({ count, ...TICK, plan: PLAN });
        return cpuMicros / (count / PER_SECOND) / MICROS_PER_PERCENT;
      });
      return [
        {
          scenario: 'dashboard',
          case: `${PER_SECOND.toLocaleString('en')} broadcasts a second over ${PLAN.rooms} channels`,
          unit: '% of a core more than without',
          contestants: [UNWATCHED, WATCHED].map((contestant, index) => ({
            ...contestant,
            samples: withIt[index].map((sample, round) => sample - without[round]),
          })),
          targets: [],
        },
      ];
    } finally {
      await Promise.all(pairs.map((pair) => pair.close()));
    }
  },
};

async function watch(pair: Pair): Promise<void> {
  await pair.connect(1);
  await pair.subscribe(CHANNEL);
  await pair.overhear(1);
}
