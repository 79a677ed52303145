// How many guards can one connection have running? As many as it may have subscriptions.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { connectClient, request } from '../hostile/honest-client.js';
import { until } from '../kit/until.js';
import { OWN_SUBSCRIPTIONS } from './raised.js';

/** Channels that a client may ask for. */
const LIMIT = 20;

interface Reply {
  readonly ok: boolean;
  readonly error?: { readonly code: string };
}

describe('batches of channels with a slow guard', () => {
  let fixture: FixtureProcess;
  let socket: Socket;

  beforeAll(async () => {
    fixture = await FixtureProcess.start({
      REALTIME_OPTIONS: JSON.stringify({ limits: { subscriptionsPerConnection: LIMIT + OWN_SUBSCRIPTIONS } }),
    });
    await connect();
  });

  afterAll(async () => {
    socket.disconnect();
    await fixture.stop();
  });

  async function connect(): Promise<void> {
    socket = await connectClient(fixture, { auth: { token: await fixture.login('alice') } });
    await until(
      () => fixture.stats(),
      ({ subscriptions }) => subscriptions === OWN_SUBSCRIPTIONS,
    );
  }

  const batch = (from: number, count: number, channel = (n: number) => `t.room.${n}`): Promise<Reply[]> =>
    request(
      socket,
      'rt:subscribe',
      Array.from({ length: count }, (_, index) => ({ channel: channel(from + index) })),
    ) as unknown as Promise<Reply[]>;

  function count(replies: readonly Reply[]): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { ok, error } of replies) {
      const outcome = ok ? 'ok' : error!.code;
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
    return counts;
  }

  it('channels are counted before the guard is asked, whether they exist or not', async () => {
    await fixture.control('/guard', { delayMs: 300 });
    const replies = [batch(0, 15), batch(15, 15), batch(0, 10, (n) => `no.such.${n}`)];
    await replies[2]; // By now every guard has been asked.
    await fixture.control('/guard', { delayMs: 0 });
    const outcome = (await Promise.all(replies)).map(count);
    expect(outcome).toEqual([{ ok: 15 }, { ok: 5, LIMIT_EXCEEDED: 10 }, { LIMIT_EXCEEDED: 10 }]);
    expect((await fixture.stats()).guardsInFlightMax).toBe(LIMIT);
    for (let n = 0; n < LIMIT; n++) await request(socket, 'rt:unsubscribe', { channel: `t.room.${n}` });
    expect(count(await batch(100, LIMIT))).toEqual({ ok: LIMIT });
    for (let n = 0; n < LIMIT; n++) await request(socket, 'rt:unsubscribe', { channel: `t.room.${100 + n}` });
  });

  it('requests for the same channels wait for each other, up to a limit', async () => {
    socket.disconnect();
    await until(
      () => fixture.stats(),
      ({ connections }) => connections === 0,
    );
    await connect();
    await fixture.control('/guard', { delayMs: 100 });
    const replies = Array.from({ length: 10 }, () => batch(200, LIMIT));
    const outcome = await Promise.all(replies);
    // Four for each subscription that the limit allows.
    const waiting = 4 * (LIMIT + OWN_SUBSCRIPTIONS);
    expect(outcome.slice(0, 4).map(count)).toEqual(Array.from({ length: 4 }, () => ({ ok: LIMIT })));
    expect(count(outcome.flat())).toEqual({ ok: waiting, OVERLOADED: 10 * LIMIT - waiting });
    expect((await fixture.stats()).guardsInFlightMax).toBe(LIMIT);
    await fixture.control('/guard', { delayMs: 0 });
  });
});
