import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { FixtureProcess, FixtureStats } from '../fixture/fixture.process.js';
import { expectCalm } from '../hostile/calm.js';
import { RawSocket } from '../hostile/raw-socket.js';
import { until } from '../kit/until.js';
import { expectFanOut, FAN_OUTS } from '../limits/fan-outs.js';
import { startFixture } from '../limits/raised.js';
import { Fuzzer } from './fuzzer.js';
import { hostileFrames } from './hostile-frames.js';

jest.setTimeout(600_000);

const RUNS = 10_000;
const WARM_UP = 3_000;
/** `FUZZ_SEED=... npm run jest -- test/fuzz` sends the very same frames again. */
const SEED = Number(process.env.FUZZ_SEED ?? Math.floor(Math.random() * 2 ** 31));
const ECHO = '{"channel":"t.auth","event":"echo","payload":{"text":"honest"}}';

describe.each(FAN_OUTS)(`on the %s path a fuzzer with seed ${SEED}`, (fanOut) => {
  let fixture: FixtureProcess;
  let session: string;
  let base: FixtureStats;

  beforeAll(async () => {
    process.stderr.write(`FUZZ_SEED=${SEED}\n`);
    fixture = await startFixture({
      fanOut,
      requestTimeout: 500,
      authenticationTimeout: 500,
      limits: { connectionsPerUser: 1_000, packetsPerSecond: 1_000_000 },
    });
    session = await fixture.login('mallory');
    await fuzz(100, WARM_UP, SEED - 1);
    base = await atRest(0);
  });
  afterAll(async () => {
    await expectFanOut(fixture, fanOut);
    expect(await fixture.stop()).toBe(0);
  });

  it.each([1, 100])(`harms no client with ${RUNS} frames on %d connections`, async (connections) => {
    const honest = await RawSocket.connect(fixture, await fixture.login('honest'));
    await honest.request('rt:subscribe', '{"channel":"t.auth"}');
    let over = false;
    const roundTrips = (async () => {
      let count = 0;
      for (; !over; count++) expect(await honest.request('rt:message', ECHO)).toEqual(HONEST_REPLY);
      return count;
    })();
    const { sent, cuts } = await fuzz(connections, RUNS, SEED);
    over = true;
    expect(await roundTrips).toBeGreaterThan(0);
    expect(honest.closed).toBe(false);
    await honest.close();
    expect(sent).toBeGreaterThanOrEqual(RUNS);
    expect(cuts).toBeGreaterThan(0);

    const after = await atRest(0);
    await expectCalm(fixture);
    expect(kept(after)).toEqual(kept(base));
    process.stderr.write(
      `${connections} connections: ${sent} frames, ${cuts} cuts, heap ${base.heapUsed} -> ${after.heapUsed}\n`,
    );
    expect(after.heapUsed).toBeLessThan(base.heapUsed * 1.1);
  });

  async function fuzz(connections: number, runs: number, seed: number): Promise<{ sent: number; cuts: number }> {
    const fuzzers = Array.from({ length: connections }, () => new Fuzzer(fixture, session));
    const attacks = fc.sample(hostileFrames, { seed, numRuns: runs });
    await Promise.all(
      fuzzers.map(async (fuzzer, offset) => {
        for (let i = offset; i < attacks.length; i += connections) await fuzzer.send(attacks[i]);
        await fuzzer.close();
      }),
    );
    const sum = (of: (fuzzer: Fuzzer) => number): number => fuzzers.reduce((total, fuzzer) => total + of(fuzzer), 0);
    return { sent: sum(({ sent }) => sent), cuts: sum(({ cuts }) => cuts) };
  }

  async function atRest(connections: number): Promise<FixtureStats> {
    await until(
      () => fixture.stats({ gc: true }),
      (stats) => stats.connections === connections && stats.inFlight === 0,
    );
    return fixture.stats({ gc: true });
  }
});

const HONEST_REPLY = { ok: true, data: { text: 'honest' } };

function kept({ subscriptions, rooms, pendingAuth, unhandled, polluted }: FixtureStats): object {
  return { subscriptions, rooms, pendingAuth, unhandled, polluted };
}
