// How much memory of the server does an idle connection take, and how much an idle subscription?
import { interleave } from '../harness/interleave.js';
import { Pair } from '../harness/pair.js';
import { BARE, type CaseResult, type Contestant, NEST, NEST_WS, REALTIME, type Scenario } from '../harness/scenario.js';
import { membersOf, type RoomPlan } from '../room-plan.js';
import type { Memory } from '../peers/peer.main.js';

const CONTESTANTS = [BARE, NEST, REALTIME, NEST_WS];
const KILOBYTE = 1024;
/** With one to five members in a room, every connection has twelve subscriptions at the end. */
const ROOMS_PER_CONNECTION = 4;

/** Kilobytes per connection and per subscription. */
interface Kept {
  readonly connection: Memory;
  readonly subscription: Memory;
}

export const idleMemory: Scenario = {
  name: 'idle-memory',
  async run(options) {
    const contestants = CONTESTANTS.filter(({ peer }) => options.peers.includes(peer));
    const samples = new Map<Contestant, Kept[]>(contestants.map((contestant) => [contestant, []]));
    const rounds = { warmUp: 0, measured: options.freshRounds };
    await interleave(contestants, rounds, async (contestant) => {
      const kept = await measureIdle(contestant.peer, options.connections);
      samples.get(contestant)!.push(kept);
      return kept.connection.rss;
    });
    const result = (of: keyof Kept, what: keyof Memory, atMost?: number): CaseResult => ({
      scenario: 'idle-memory',
      case: `${options.connections.toLocaleString('en')} connections, ${what === 'rss' ? 'resident set' : 'heap and external'}`,
      unit: `KB per ${of}`,
      contestants: contestants.map((contestant) => ({
        ...contestant,
        samples: samples.get(contestant)!.map((kept) => kept[of][what]),
      })),
      targets: atMost === undefined ? [] : [{ contestant: REALTIME.label, against: 'bare', atMost }],
    });
    return [
      result('connection', 'heapAndExternal', 1.05),
      result('connection', 'rss', 1.05),
      result('subscription', 'heapAndExternal', 1.2),
      result('subscription', 'rss'),
    ];
  },
};

/** Measures what the second half adds to the first, so that code, caches and the slack of a young heap are not counted. */
async function measureIdle(peer: Contestant['peer'], connections: number): Promise<Kept> {
  const plan: RoomPlan = { connections: 2 * connections, rooms: 2 * connections * ROOMS_PER_CONNECTION };
  const half = plan.rooms / 2;
  const pair = await Pair.start(peer);
  try {
    await pair.connect(connections);
    const few = await pair.memory();
    await pair.connect(connections);
    const many = await pair.memory();
    await pair.subscribeRooms({ plan, from: 0, to: half });
    const subscribed = await pair.memory();
    await pair.subscribeRooms({ plan, from: half, to: plan.rooms });
    return {
      connection: perUnit(few, many, connections),
      subscription: perUnit(subscribed, await pair.memory(), membershipsOf(plan, half)),
    };
  } finally {
    await pair.close();
  }
}

function perUnit(before: Memory, after: Memory, units: number): Memory {
  return {
    heapAndExternal: (after.heapAndExternal - before.heapAndExternal) / units / KILOBYTE,
    rss: (after.rss - before.rss) / units / KILOBYTE,
  };
}

function membershipsOf(plan: RoomPlan, from: number): number {
  let memberships = 0;
  for (let room = from; room < plan.rooms; room++) memberships += membersOf(room, plan).length;
  return memberships;
}
