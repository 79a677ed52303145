// What does a connection that says nothing keep in the server's memory?
import { interleave } from '../harness/interleave.js';
import { Pair } from '../harness/pair.js';
import { BARE, type CaseResult, type Contestant, NEST, REALTIME, type Scenario } from '../harness/scenario.js';

const CONTESTANTS = [BARE, NEST, REALTIME];
/** A sample needs processes of its own, and memory hardly varies. */
const MOST_ROUNDS = 3;
const KILOBYTE = 1024;

export const idleMemory: Scenario = {
  name: 'idle-memory',
  async run(options) {
    const contestants = CONTESTANTS.filter(({ peer }) => options.peers.includes(peer));
    const rss = new Map<Contestant, number[]>(contestants.map((contestant) => [contestant, []]));
    const rounds = { warmUp: 0, measured: Math.min(options.rounds, MOST_ROUNDS) };
    const heap = await interleave(contestants, rounds, async (contestant) => {
      const perConnection = await measureIdle(contestant.peer, options.connections);
      rss.get(contestant)!.push(perConnection.rss);
      return perConnection.heapAndExternal;
    });
    const result = (
      what: string,
      samplesOf: (contestant: Contestant, index: number) => readonly number[],
    ): CaseResult => ({
      scenario: 'idle-memory',
      case: `${options.connections.toLocaleString('en')} connections, ${what}`,
      unit: 'KB per connection',
      contestants: contestants.map((contestant, index) => ({ ...contestant, samples: samplesOf(contestant, index) })),
      targets: [{ contestant: REALTIME.label, against: 'bare', atMost: 1.15 }],
    });
    return [
      result('heap and external', (_, index) => heap[index]),
      result('resident set', (contestant) => rss.get(contestant)!),
    ];
  },
};

/** Kilobytes that as many connections again add to so many, so that code, caches and the slack of a young heap are not counted. */
async function measureIdle(
  peer: Contestant['peer'],
  connections: number,
): Promise<{ heapAndExternal: number; rss: number }> {
  const pair = await Pair.start(peer);
  try {
    await pair.connect(connections);
    const before = await pair.memory();
    await pair.connect(connections);
    const after = await pair.memory();
    return {
      heapAndExternal: (after.heapAndExternal - before.heapAndExternal) / connections / KILOBYTE,
      rss: (after.rss - before.rss) / connections / KILOBYTE,
    };
  } finally {
    await pair.close();
  }
}
