// Does each of many clients get exactly its own events, in order, from the built application in production mode?
import { afterEach, describe, expect, it } from '@jest/globals';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { HTTP_ADAPTERS } from '../kit/boot.js';
import { Client } from '../kit/client.js';

const CLIENTS = 50;
const ROOMS = 5;
const EVENTS = 200;

interface Publication {
  readonly channel: string;
  readonly params?: Record<string, string>;
  readonly payload: { readonly n: number };
  readonly times: number;
  readonly perTick: number;
}

describe('fan-out of the built application in production mode', () => {
  let fixture: FixtureProcess;

  afterEach(() => fixture.stop());

  /** What client `k` subscribes to: everything public, one room in five, its user's channel, and every tenth client the admins' channel. */
  function channelsOf(k: number): string[] {
    const channels = ['t.public', `t.room.${k % ROOMS}`, `t.user.u${k}`];
    return k % 10 === 0 ? [...channels, 't.admin'] : channels;
  }

  it.each(HTTP_ADAPTERS)('gives each of 50 clients exactly its own events, in order, on %s', async (http) => {
    fixture = await FixtureProcess.start({ NODE_ENV: 'production', HTTP: http });
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, async (_, k) => {
        const as = await fixture.login(`u${k}`, ...(k % 10 === 0 ? ['admin'] : []));
        const client = await Client.connect(fixture.url, { as, path: fixture.path });
        const replies = await client.request<{ ok: boolean }[]>(
          'rt:subscribe',
          channelsOf(k).map((channel) => ({ channel })),
        );
        expect(replies.every(({ ok }) => ok)).toBe(true);
        // a client gets no events of forbidden channels: another user's channel, and the admins'
        expect(await client.subscribe(`t.user.u${(k + 1) % CLIENTS}`)).toMatchObject({ error: { code: 'FORBIDDEN' } });
        if (k % 10 !== 0) expect(await client.subscribe('t.admin')).toMatchObject({ error: { code: 'FORBIDDEN' } });
        return client;
      }),
    );
    // The server itself subscribes each client to its user's t.mine and to t.plain.
    expect(await fixture.stats()).toMatchObject({ connections: CLIENTS, rooms: 1 + ROOMS + CLIENTS + 1 + CLIENTS + 1 });

    const counted = { payload: { n: 0 }, times: EVENTS, perTick: 10 };
    const publications: Publication[] = [
      { channel: 't.public', ...counted },
      { channel: 't.admin', ...counted },
      ...Array.from({ length: ROOMS }, (_, room) => ({
        channel: 't.room.{roomId}',
        params: { roomId: String(room) },
        ...counted,
      })),
      ...clients.map((_, k) => ({ channel: 't.user.{userId}', params: { userId: `u${k}` }, ...counted, times: 5 })),
    ];
    const outcomes = await Promise.all(publications.map((publication) => fixture.control('/publish', publication)));
    expect(outcomes.map(({ status }) => status)).toEqual(publications.map(() => 200));
    await Promise.all(clients.map((client) => client.settle()));

    const numbers = (count: number) => Array.from({ length: count }, (_, n) => n);
    for (const [k, client] of clients.entries()) {
      expect([...new Set(client.events.map(({ channel }) => channel))].sort()).toEqual(channelsOf(k).sort());
      for (const channel of channelsOf(k)) {
        const received = client.events.filter((event) => event.channel === channel);
        const expected = numbers(channel.startsWith('t.user.') ? 5 : EVENTS);
        expect(received.map(({ payload }) => (payload as { n: number }).n)).toEqual(expected);
      }
    }

    for (const client of clients) client.close();
    expect(await fixture.stop()).toBe(0);
  });

  it('sends nothing of a payload that gate 4 refuses, and no details of the error', async () => {
    fixture = await FixtureProcess.start({ NODE_ENV: 'production' });
    const client = await Client.connect(fixture.url, { as: await fixture.login('ann'), path: fixture.path });
    await client.request('rt:subscribe', [{ channel: 't.public' }, { channel: 't.auth' }]);
    const faulty = { channel: 't.public', payload: { n: 'no number' } };
    expect(await fixture.control('/publish', faulty)).toEqual({ status: 422, body: { fault: 'BroadcastFault' } });
    const reply = await client.send('t.auth', 'boom');
    expect(reply).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    expect(JSON.stringify(reply)).not.toContain('SECRET');
    expect(client.events).toEqual([]);
    expect((await fixture.stats()).unhandled).toBe(0);
    client.close();
  });
});
