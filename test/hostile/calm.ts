// Has an attack done harm? The server is asked after every attack, from outside.
import { expect } from '@jest/globals';
import type { FixtureProcess, FixtureStats } from '../fixture/fixture.process.js';
import { connectClient, request } from './honest-client.js';

/** One client may hold the event loop no longer than this. */
const MAX_LAG_MS = 100;

/** Attempts for each attack: a busy machine stalls processes now and then, but an attack that works does so every time. */
const ATTEMPTS = 3;

/** Alive, nothing uncaught, prototypes clean, and an honest client is served. */
export async function expectCalm(fixture: FixtureProcess): Promise<void> {
  expect(fixture.alive).toBe(true);
  const { unhandled, polluted, inFlight } = await fixture.stats();
  expect({ unhandled, polluted, inFlight }).toEqual({ unhandled: 0, polluted: false, inFlight: 0 });

  const socket = await connectClient(fixture, { auth: { token: await fixture.login('honest') } });
  expect(await request(socket, 'rt:subscribe', { channel: 't.auth' })).toEqual({ ok: true, channel: 't.auth' });
  const echo = { channel: 't.auth', event: 'echo', payload: { text: 'still here' } };
  expect(await request(socket, 'rt:message', echo)).toEqual({ ok: true, data: { text: 'still here' } });
  socket.disconnect();
}

/** Runs the attack, which may not hold the event loop; `judge` compares the counters around it. */
export async function expectNoStall(
  fixture: FixtureProcess,
  attack: () => Promise<void>,
  judge: (before: FixtureStats, after: FixtureStats) => void = () => {},
): Promise<void> {
  let lag = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS && lag >= MAX_LAG_MS; attempt++) {
    const before = await fixture.stats();
    const workedBefore = fixture.workedMs;
    await attack();
    const worked = fixture.workedMs - workedBefore;
    const after = await fixture.stats();
    judge(before, after);
    // no turn has held the loop for longer than all turns together have worked
    lag = Math.min(lag, after.loopLagMaxMs, worked);
  }
  expect(lag).toBeLessThan(MAX_LAG_MS);
}
