// Do the control calls for lists, exceptions, single connections and server-made subscriptions do what they say, seen from outside?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { io, type Socket } from 'socket.io-client';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { until } from '../kit/until.js';
import { request } from '../hostile/honest-client.js';

describe('the fixture', () => {
  let fixture: FixtureProcess;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    fixture = await FixtureProcess.start();
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });
  afterAll(() => fixture.stop());

  /** A client with everything that it has heard, once the server has subscribed it to its own channels. */
  async function enter(
    userId: string,
    session?: string,
  ): Promise<{ socket: Socket; heard: unknown[][]; session: string }> {
    const token = session ?? (await fixture.login(userId));
    const socket = io(fixture.url, { path: fixture.path, auth: { token }, transports: ['websocket'], forceNew: true });
    sockets.push(socket);
    const heard: unknown[][] = [];
    socket.onAny((...event: unknown[]) => heard.push(event));
    await new Promise<void>((resolve) =>
      socket.on('rt:subscribed', ({ channel }: { channel: string }) => {
        if (channel.startsWith('t.mine.')) resolve();
      }),
    );
    return { socket, heard, session: token };
  }
  const eventsOf = async ({ socket, heard }: { socket: Socket; heard: unknown[][] }): Promise<unknown[][]> => {
    await request(socket, 'rt:unsubscribe', { channel: 't.none' });
    return heard.filter(([name]) => name === 'rt:event').map(([, ...event]) => event);
  };
  const room = (roomId: string): object => ({ channel: 't.room.{roomId}', params: { roomId } });

  it('broadcasts to several channels at once, and leaves a connection out', async () => {
    const [ann, bob] = [await enter('ann'), await enter('bob')];
    for (const { socket } of [ann, bob]) {
      for (const channel of ['t.room.1', 't.room.2']) await request(socket, 'rt:subscribe', { channel });
    }
    const channels = [room('2'), room('1')];
    expect(await fixture.control('/publish', { channels, payload: { n: 1 } })).toMatchObject({ status: 200 });
    const except = ann.socket.id;
    expect(await fixture.control('/publish', { ...room('1'), payload: { n: 2 }, except })).toMatchObject({
      status: 200,
    });
    expect(await eventsOf(ann)).toEqual([['t.room.2', 'message', { n: 1 }]]);
    expect(await eventsOf(bob)).toEqual([
      ['t.room.2', 'message', { n: 1 }],
      ['t.room.1', 'message', { n: 2 }],
    ]);
  });

  it.each<[string, object]>([
    ['channels of two descriptors', { channels: [room('1'), { channel: 't.auth' }], payload: { n: 1 } }],
    ['an exception that is no id', { ...room('1'), payload: { n: 1 }, except: 42 }],
    ['a key without history', { ...room('1'), payload: { n: 1 }, idempotencyKey: 'k' }],
    ['a payload for an event without one', { channel: 't.auth', event: 'refresh', payload: { n: 1 } }],
    ['no channel', { payload: { n: 1 } }],
  ])('refuses %s', async (_, publication) => {
    expect(await fixture.control('/publish', publication)).toEqual({ status: 422, body: { fault: 'BroadcastFault' } });
  });

  it('sends to one connection that is subscribed, and answers 404 where it is not', async () => {
    const [ann, bob] = [await enter('ann'), await enter('bob')];
    for (const { socket } of [ann, bob]) await request(socket, 'rt:subscribe', { channel: 't.room.3' });
    const to = (connectionId: string | undefined) => ({ connectionId, ...room('3'), payload: { n: 7 } });
    expect((await fixture.control('/send', to(ann.socket.id))).status).toBe(200);
    expect((await fixture.control('/send', { ...to(ann.socket.id), ...room('4') })).status).toBe(404);
    expect((await fixture.control('/send', to('none'))).status).toBe(404);
    expect(await eventsOf(ann)).toEqual([['t.room.3', 'message', { n: 7 }]]);
    expect(await eventsOf(bob)).toEqual([]);
  });

  it('subscribes and unsubscribes all connections of a user', async () => {
    const [one, two] = [await enter('carol'), await enter('carol')];
    const call = { userId: 'carol', ...room('5') };
    expect(await fixture.control('/subscribe', call)).toEqual({ status: 200, body: { refusals: {} } });
    await fixture.control('/publish', { ...room('5'), payload: { n: 1 } });
    await fixture.control('/unsubscribe', call);
    await fixture.control('/publish', { ...room('5'), payload: { n: 2 } });
    for (const client of [one, two]) {
      expect(await eventsOf(client)).toEqual([['t.room.5', 'message', { n: 1 }]]);
      expect(client.heard).toContainEqual(['rt:evicted', { channel: 't.room.5', code: 'REVOKED', retryable: false }]);
    }
    const { body } = await fixture.control('/subscribe', { userId: 'carol', channel: 't.admin' });
    expect(body).toEqual({ refusals: { [one.socket.id!]: 'FORBIDDEN', [two.socket.id!]: 'FORBIDDEN' } });
  });

  it('reaches the connections of one session by its own id', async () => {
    const [one, other] = [await enter('dave'), await enter('dave')];
    const place = { channel: 't.session.{sessionId}', params: { sessionId: one.session } };
    const { body } = await fixture.control<{ refusals: object }>('/subscribe', { userId: 'dave', ...place });
    expect(body.refusals).toEqual({ [other.socket.id!]: 'FORBIDDEN' });
    await fixture.control('/publish', { ...place, payload: { n: 3 } });
    expect(await eventsOf(one)).toMatchObject([[expect.stringMatching(/^t\.session\./), 'message', { n: 3 }]]);
    expect(await eventsOf(other)).toEqual([]);
    expect(JSON.stringify(one.heard)).not.toContain(one.session);
  });

  it('serves clients that know nothing of the protocol', async () => {
    const ann = await enter('ann');
    expect(await ann.socket.emitWithAck('typing', { on: true })).toEqual({ seen: true });
    expect(await ann.socket.emitWithAck('typing', { on: 'x' })).toMatchObject({ error: { code: 'INVALID_PAYLOAD' } });
    await fixture.control('/publish', { channel: 't.plain', event: 'notice', payload: { n: 1, extra: true } });
    await fixture.control('/publish', { channel: 't.plain', event: 'refresh' });
    await eventsOf(ann);
    expect(ann.heard.filter(([name]) => !String(name).startsWith('rt:'))).toEqual([['notice', { n: 1 }], ['refresh']]);
    expect(ann.heard).not.toContainEqual(['rt:subscribed', { channel: 't.plain' }]);
  });

  it('answers with declared replies and errors alone', async () => {
    const { socket } = await enter('ann');
    await request(socket, 'rt:subscribe', { channel: 't.auth' });
    const send = (event: string, payload?: unknown): Promise<unknown> =>
      request(socket, 'rt:message', { channel: 't.auth', event, payload });
    expect(await send('bid', { amount: 4 })).toMatchObject({
      ok: false,
      error: { code: 'BID_TOO_LOW', data: { minimum: 10 } },
    });
    expect(await send('bid', { amount: 10 })).toEqual({ ok: true });
    expect(await send('ids')).toEqual({
      ok: true,
      data: {
        objectId: '507f1f77bcf86cd799439011',
        decimal: '0.1',
        date: '2026-01-02T03:04:05.678Z',
        url: 'https://example.com/path?q=1',
      },
    });
    expect(await send('map')).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    // The log comes through another pipe than the answer.
    await until(
      () => fixture.logged,
      (log) => log.includes('JSON cannot carry a Map'),
    );
    await fixture.control('/publish', { channel: 't.auth', event: 'refresh' });
    const heard = await new Promise((resolve) => {
      socket.on('rt:event', (...event: unknown[]) => resolve(event));
      void fixture.control('/publish', { channel: 't.auth', event: 'refresh' });
    });
    expect(heard).toEqual(['t.auth', 'refresh', null]);
  });
});
