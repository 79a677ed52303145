import { afterEach, describe, expect, it } from '@jest/globals';
import type { FixtureProcess } from '../fixture/fixture.process.js';
import { expectCalm } from '../hostile/calm.js';
import { RawSocket, type Reply } from '../hostile/raw-socket.js';
import { until } from '../kit/until.js';
import { expectFanOut, FAN_OUTS } from './fan-outs.js';
import { startFixture } from './raised.js';

const SLOTS = 3;
/** Four messages may wait for each handler that may run. */
const ADMITTED = SLOTS * 5;

describe.each(FAN_OUTS)('handlers in flight on the %s path', (fanOut) => {
  let fixture: FixtureProcess;
  let socket: RawSocket;

  const slow = (ms: number): Promise<Reply | null> =>
    socket.request('rt:message', `{"channel":"t.auth","event":"slow","payload":{"ms":${ms}}}`);

  const start = async (options: { requestTimeout: number }): Promise<void> => {
    fixture = await startFixture({ fanOut, ...options, limits: { handlersInFlight: SLOTS } });
    socket = await RawSocket.connect(fixture, await fixture.login('alice'));
    await socket.request('rt:subscribe', '{"channel":"t.auth"}');
  };
  afterEach(async () => {
    await socket.close();
    await until(
      () => fixture.stats(),
      ({ inFlight }) => inFlight === 0,
    );
    await expectCalm(fixture);
    await expectFanOut(fixture, fanOut);
    expect(await fixture.stop()).toBe(0);
  });

  it('messages past the admission queue are OVERLOADED, and every request is answered once', async () => {
    await start({ requestTimeout: 20_000 });
    // the first one holds the lane until all have arrived
    const replies = await Promise.all(Array.from({ length: 200 }, (_, i) => slow(i === 0 ? 2_000 : 1)));
    const codes = replies.map((reply) => (reply!.ok ? 'ok' : reply!.error!.code));
    expect(codes.slice(0, ADMITTED)).toEqual(Array(ADMITTED).fill('ok'));
    expect(codes.slice(ADMITTED)).toEqual(Array(200 - ADMITTED).fill('OVERLOADED'));
    expect(socket.answeredTwice).toBe(0);
    expect((await slow(1))!.ok).toBe(true);
  });

  it('handlers that never settle return their places after the request timeout', async () => {
    await start({ requestTimeout: 1_500 });
    const never = '{"channel":"t.auth","event":"never","payload":{}}';
    const replies = await Promise.all(Array.from({ length: 30 }, () => socket.request('rt:message', never)));
    const codes = replies.map((reply) => reply!.error!.code);
    expect(codes.filter((code) => code === 'TIMEOUT')).toHaveLength(ADMITTED);
    expect(codes.filter((code) => code === 'OVERLOADED')).toHaveLength(30 - ADMITTED);
    expect((await slow(1))!.ok).toBe(true);
  });

  it('handlers of a client that has gone make room, and the waiting ones never run', async () => {
    await start({ requestTimeout: 60_000 });
    // one by one they would take minutes
    for (let i = 0; i < ADMITTED; i++) void slow(20_000);
    await until(
      () => fixture.stats(),
      ({ inFlight }) => inFlight > 0,
    );
    await socket.close();
    await until(
      () => fixture.stats(),
      ({ inFlight }) => inFlight === 0,
    );
  });
});
