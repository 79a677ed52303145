// What does one member that has stopped reading cost the server, while all others receive everything?
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
const MEMBERS = 100;
const STALLED = 1;
/** Large enough that the kernel's buffers of the stalled connection, some four megabytes, are full after a quarter of the series. */
const TEXT_LENGTH = 4_000;
const BROADCASTS = 4_000;
const PACE = { perTurn: 20, window: 40 };
const MEGABYTE = 1024 * 1024;

export const slowConsumer: Scenario = {
  name: 'slow-consumer',
  async run(options) {
    const contestants = CONTESTANTS.filter(({ peer }) => options.peers.includes(peer));
    const kept = new Map<Contestant, number[]>(contestants.map((contestant) => [contestant, []]));
    const rounds = { warmUp: 0, measured: options.freshRounds };
    const cpu = await interleave(contestants, rounds, async (contestant) => {
      const { cpuMicros, megabytes } = await measureStalled(contestant.peer, options);
      kept.get(contestant)!.push(megabytes);
      return cpuMicros / (BROADCASTS * (MEMBERS - STALLED));
    });
    const result = (what: string, unit: string, samplesOf: (at: number) => readonly number[]): CaseResult => ({
      scenario: 'slow-consumer',
      case: `${STALLED} of ${MEMBERS} members reads nothing, ${what}`,
      unit,
      contestants: contestants.map((contestant, index) => ({ ...contestant, samples: samplesOf(index) })),
      targets: [],
    });
    return [
      result('CPU', 'CPU-s per million deliveries', (index) => cpu[index]),
      result('memory kept', 'MB', (index) => kept.get(contestants[index])!),
    ];
  },
};

async function measureStalled(
  peer: Contestant['peer'],
  options: Options,
): Promise<{ cpuMicros: number; megabytes: number }> {
  const pair = await Pair.start(peer, options.profile);
  try {
    await pair.connect(MEMBERS);
    await pair.subscribe(FEED);
    // Warms up what the stalled connection does not touch.
    await pair.broadcast({ count: 200, ...PACE, textLength: TEXT_LENGTH });
    const before = await pair.memory();
    await pair.stall(STALLED);
    const cpuMicros = await pair.broadcast({ count: BROADCASTS, ...PACE, textLength: TEXT_LENGTH });
    const after = await pair.memory();
    return { cpuMicros, megabytes: (after.heapAndExternal - before.heapAndExternal) / MEGABYTE };
  } finally {
    await pair.close();
  }
}
