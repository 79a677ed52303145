import { afterEach, describe, expect, it } from '@jest/globals';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { expectCalm } from '../hostile/calm.js';
import { connectClient, openClient, refusalOf } from '../hostile/honest-client.js';
import { RawSocket, type Reply } from '../hostile/raw-socket.js';
import { until } from '../kit/until.js';
import { expectFanOut, FAN_OUTS } from './fan-outs.js';
import { OWN_SUBSCRIPTIONS, startExactly, startFixture } from './raised.js';

/** Channels that a client of these tests may ask for. */
const ROOM = 5;
const SUBSCRIPTIONS = ROOM + OWN_SUBSCRIPTIONS;
const LIMIT_EXCEEDED = { code: 'LIMIT_EXCEEDED', message: expect.any(String), retryable: false };
/** A place becomes free when another connection of the user ends. */
const NO_PLACE = { ...LIMIT_EXCEEDED, retryable: true, retryAfterMs: 5_000 };
const codeOf = (reply: Reply | null): string => (reply!.ok ? 'ok' : reply!.error!.code);

describe.each(FAN_OUTS)('on the %s path the limits of one client', (fanOut) => {
  let fixture: FixtureProcess;

  afterEach(async () => {
    await fixture.control('/auth', { mode: 'ok' });
    await expectCalm(fixture);
    await expectFanOut(fixture, fanOut);
    expect(await fixture.stop()).toBe(0);
  });

  describe('on subscriptions of a connection', () => {
    const connect = async (): Promise<RawSocket> => {
      fixture = await startFixture({ fanOut, limits: { subscriptionsPerConnection: SUBSCRIPTIONS } });
      const socket = await RawSocket.connect(fixture, await fixture.login('alice'));
      await until(
        () => fixture.stats(),
        ({ subscriptions }) => subscriptions === OWN_SUBSCRIPTIONS,
      );
      return socket;
    };
    const subscribe = (socket: RawSocket, room: number): Promise<Reply | null> =>
      socket.request('rt:subscribe', `{"channel":"t.room.r${room}"}`);

    it('subscriptions of a connection are limited; leaving one channel makes room for another', async () => {
      const socket = await connect();
      const replies = await Promise.all([1, 2, 3, 4, 5, 6, 7].map((room) => subscribe(socket, room)));
      expect(replies.map(codeOf)).toEqual(['ok', 'ok', 'ok', 'ok', 'ok', 'LIMIT_EXCEEDED', 'LIMIT_EXCEEDED']);
      expect(replies.at(-1)!.error).toEqual(LIMIT_EXCEEDED);
      expect(codeOf(await subscribe(socket, 1))).toBe('ok');
      expect(codeOf(await socket.request('rt:unsubscribe', '{"channel":"t.room.r1"}'))).toBe('ok');
      expect(codeOf(await subscribe(socket, 6))).toBe('ok');
      expect(codeOf(await subscribe(socket, 7))).toBe('LIMIT_EXCEEDED');
      expect((await fixture.stats()).subscriptions).toBe(SUBSCRIPTIONS);
      await socket.close();
    });

    it('subscriptions are limited inside one batch, and its refusals hold nothing', async () => {
      const socket = await connect();
      const batch = JSON.stringify(Array.from({ length: 100 }, (_, i) => ({ channel: `t.room.r${i}` })));
      const replies = (await socket.request('rt:subscribe', batch)) as unknown as Reply[];
      expect(replies.map(codeOf)).toEqual([...Array(ROOM).fill('ok'), ...Array(100 - ROOM).fill('LIMIT_EXCEEDED')]);
      const { subscriptions, rooms } = await fixture.stats();
      expect({ subscriptions, rooms }).toEqual({ subscriptions: SUBSCRIPTIONS, rooms: SUBSCRIPTIONS });
      await socket.close();
    });

    it('subscriptions are limited also when many requests wait for a slow guard at once', async () => {
      const socket = await connect();
      await fixture.control('/guard', { delayMs: 100 });
      const replies = await Promise.all(Array.from({ length: 20 }, (_, room) => subscribe(socket, room)));
      expect(replies.map(codeOf).filter((code) => code === 'ok')).toHaveLength(ROOM);
      expect((await fixture.stats()).subscriptions).toBe(SUBSCRIPTIONS);
      await socket.close();
    });

    it('a refused channel counts as no subscription', async () => {
      const socket = await connect();
      for (let i = 0; i < 10; i++)
        expect(codeOf(await socket.request('rt:subscribe', '{"channel":"t.admin"}'))).toBe('FORBIDDEN');
      expect(codeOf(await subscribe(socket, 1))).toBe('ok');
      await socket.close();
    });
  });

  describe('on connections of a user', () => {
    it('connections of a user are limited over all sessions, and released after a disconnect', async () => {
      fixture = await startFixture({ fanOut, limits: { connectionsPerUser: 3 } });
      const sessions = await Promise.all(Array.from({ length: 4 }, () => fixture.login('alice')));
      const sockets = await Promise.all(
        sessions.slice(0, 3).map((token) => connectClient(fixture, { auth: { token } })),
      );
      expect(await refusalOf(fixture, { auth: { token: sessions[3] } })).toEqual(NO_PLACE);
      const bob = await connectClient(fixture, { auth: { token: await fixture.login('bob') } });
      sockets[0].disconnect();
      await until(
        () => fixture.stats(),
        ({ connections }) => connections === 3,
      );
      sockets[0] = await connectClient(fixture, { auth: { token: sessions[3] } });
      expect(await refusalOf(fixture, { auth: { token: sessions[3] } })).toEqual(NO_PLACE);
      for (const socket of [...sockets, bob]) socket.disconnect();
    });

    it('connections of a user are limited also when they all arrive at once', async () => {
      fixture = await startFixture({ fanOut, limits: { connectionsPerUser: 3 } });
      const token = await fixture.login('alice');
      await fixture.control('/auth', { mode: 'ok', delayMs: 100 });
      const sockets = await Promise.all(Array.from({ length: 20 }, () => RawSocket.open(fixture)));
      for (const socket of sockets) socket.send(`40${JSON.stringify({ token })}`);
      await Promise.all(sockets.map((socket) => socket.until((packet) => /^4[04]/.test(packet))));
      const admitted = sockets.filter((socket) => socket.packets.some((packet) => packet.startsWith('40')));
      expect(admitted).toHaveLength(3);
      await fixture.control('/auth', { mode: 'ok' });
      await Promise.all(sockets.map((socket) => socket.close()));
    });

    it('an anonymous connection counts for no user', async () => {
      fixture = await startFixture({ fanOut, limits: { connectionsPerUser: 1 } });
      const sockets = await Promise.all(Array.from({ length: 5 }, () => connectClient(fixture)));
      expect((await fixture.stats()).connections).toBe(5);
      for (const socket of sockets) socket.disconnect();
    });
  });

  describe('on authentications under way', () => {
    it('an authentication past the limit is OVERLOADED, and the client is served later', async () => {
      fixture = await startFixture({ fanOut, authenticationTimeout: 3_000, limits: { pendingAuthentications: 3 } });
      const token = await fixture.login('alice');
      await fixture.control('/auth', { mode: 'hang' });
      const hanging = Array.from({ length: 3 }, () => openClient(fixture, { auth: { token } }));
      const refusals = Promise.all(
        hanging.map(
          (socket) =>
            new Promise((resolve) =>
              socket.once('connect_error', (error: Error & { data?: unknown }) => resolve(error.data)),
            ),
        ),
      );
      await until(
        () => fixture.stats(),
        ({ pendingAuth }) => pendingAuth === 3,
      );
      expect(await refusalOf(fixture, { auth: { token } })).toMatchObject({ code: 'OVERLOADED', retryable: true });
      expect((await fixture.stats()).pendingAuth).toBe(3);
      expect(await refusals).toEqual(Array(3).fill(expect.objectContaining({ code: 'UNAVAILABLE' })));
      expect((await fixture.stats()).pendingAuth).toBe(0);
      await fixture.control('/auth', { mode: 'ok' });
      (await connectClient(fixture, { auth: { token } })).disconnect();
      for (const socket of hanging) socket.disconnect();
    });
  });

  it('a transport that never sends CONNECT is closed after 10 s, and one that did is kept', async () => {
    fixture = await startExactly({ fanOut });
    const connected = await RawSocket.connect(fixture);
    const openedAt = performance.now();
    const silent = await Promise.all(Array.from({ length: 10 }, () => RawSocket.open(fixture)));
    await until(
      () => silent.every((socket) => socket.closed),
      (closed) => closed,
      15_000,
    );
    expect(performance.now() - openedAt).toBeGreaterThan(9_000);
    expect(connected.closed).toBe(false);
    await connected.close();
  });
});
