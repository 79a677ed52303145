import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { connectClient, request } from '../hostile/honest-client.js';

describe.each(['express', 'fastify'])('the fixture on %s', (http) => {
  let fixture: FixtureProcess;
  let socket: Socket;

  const received = (count: number): Promise<unknown[][]> =>
    new Promise((resolve) => {
      const events: unknown[][] = [];
      const listen = (...event: unknown[]): void => {
        events.push(event);
        if (events.length === count) {
          socket.off('rt:event', listen);
          resolve(events);
        }
      };
      socket.on('rt:event', listen);
    });

  beforeAll(async () => {
    fixture = await FixtureProcess.start({ HTTP: http });
    socket = await connectClient(fixture, { auth: { token: await fixture.login('alice') } });
  });
  afterAll(async () => {
    socket.disconnect();
    expect(await fixture.stop()).toBe(0);
    expect(fixture.spoken).toBe(1);
  });

  it('broadcasts in order, also over several turns and several calls', async () => {
    await request(socket, 'rt:subscribe', { channel: 't.room.7' });
    const events = received(250);
    const publication = { channel: 't.room.{roomId}', params: { roomId: '7' } };
    const replies = await Promise.all([
      fixture.control('/publish', { ...publication, payload: { n: 0 }, times: 100, perTick: 7 }),
      fixture.control('/publish', { ...publication, payload: { n: 100 }, times: 149 }),
    ]);
    expect(replies).toEqual([
      { status: 200, body: { accepted: 100 } },
      { status: 200, body: { accepted: 149 } },
    ]);
    await fixture.control('/publish', { ...publication, payload: { n: 249, text: 'last', secret: 'stripped' } });
    const seen = await events;
    const numbers = seen.map(([, , payload]) => (payload as { n: number }).n);
    // two calls at once may arrive in either order, but neither is split
    expect(numbers.indexOf(99) - numbers.indexOf(0)).toBe(99);
    expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 250 }, (_, n) => n));
    expect(seen.at(-1)).toEqual(['t.room.7', 'message', { n: 249, text: 'last' }]);
  });

  it.each([
    ['an unknown channel', { channel: 't.unknown', payload: { n: 1 } }],
    ['an illegal channel', { channel: 't..', payload: { n: 1 } }],
    ['a missing param', { channel: 't.room.{roomId}', payload: { n: 1 } }],
    ['an illegal param', { channel: 't.room.{roomId}', params: { roomId: 'a\n' }, payload: { n: 1 } }],
    ['a param that is no string', { channel: 't.room.{roomId}', params: { roomId: 7 }, payload: { n: 1 } }],
    ['an unknown event', { channel: 't.public', event: 'nothing', payload: { n: 1 } }],
    ['a wrong payload', { channel: 't.public', payload: { n: 'one' } }],
    ['no payload', { channel: 't.public' }],
  ])('answers 422 with the name of the fault for %s', async (_title, publication) => {
    const { status, body } = await fixture.control('/publish', publication);
    expect({ status, body }).toEqual({ status: 422, body: { fault: expect.stringMatching(/^\w+(Fault|Error)$/) } });
  });

  it('closes rooms and opens them again', async () => {
    await fixture.control('/rooms', { roomId: '9', open: false });
    expect((await request(socket, 'rt:subscribe', { channel: 't.room.9' })).error!.code).toBe('FORBIDDEN');
    await fixture.control('/rooms', { roomId: '9', open: true });
    expect((await request(socket, 'rt:subscribe', { channel: 't.room.9' })).ok).toBe(true);
  });

  it('records the notes of a room behind its guard, and counts the guards that ran at once', async () => {
    await request(socket, 'rt:subscribe', { channel: 't.room.11' });
    await fixture.stats();
    for (const text of ['one', 'two']) {
      const reply = await request(socket, 'rt:message', { channel: 't.room.11', event: 'note', payload: { text } });
      expect(reply).toEqual({ ok: true });
    }
    const note = { roomId: '11', userId: 'alice', roles: [] };
    expect((await fixture.control('/notes')).body).toEqual([
      { ...note, text: 'one' },
      { ...note, text: 'two' },
    ]);
    expect((await fixture.stats()).guardsInFlightMax).toBe(1);
    expect((await fixture.stats()).guardsInFlightMax).toBe(0);
  });

  it('forgets a session without notifying the module', async () => {
    const session = await fixture.login('carol');
    const carol = await connectClient(fixture, { auth: { token: session } });
    expect((await fixture.control('/forget', { session })).status).toBe(200);
    expect((await request(carol, 'rt:subscribe', { channel: 't.auth' })).ok).toBe(true);
    carol.disconnect();
    await expect(connectClient(fixture, { auth: { token: session } })).rejects.toMatchObject({
      data: { code: 'UNAUTHENTICATED' },
    });
  });

  it('ships an order: its event reaches t.bus over the bridge, and unmapped fields stay on the server', async () => {
    await request(socket, 'rt:subscribe', { channel: 't.bus' });
    const wire: unknown[] = [];
    socket.io.engine.on('data', (data) => wire.push(data));
    const events = received(2);
    for (const orderId of ['42', '43']) {
      const shipped = await fixture.control('/ship', { orderId, customerEmail: 'ann@example.com' });
      expect(shipped).toEqual({ status: 200, body: {} });
    }
    const shippedAt = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(await events).toEqual([
      ['t.bus', 'message', { orderId: '42', shippedAt }],
      ['t.bus', 'message', { orderId: '43', shippedAt }],
    ]);
    expect(wire.join()).toContain('"orderId":"43"');
    expect(wire.join()).not.toContain('ann@example.com');
  });

  it('answers 404 to an unknown call and 400 to a malformed one', async () => {
    expect((await fixture.control('/nothing', {})).status).toBe(404);
    expect((await fixture.control('/login')).status).toBe(404);
    expect((await fixture.control('/login', { userId: 1 })).status).toBe(400);
    expect((await fixture.control('/ship', { orderId: '1' })).status).toBe(400);
  });

  describe('on a change of authority', () => {
    let session: string;
    let bob: Socket;
    const received = (event: string): Promise<unknown> => new Promise((resolve) => bob.once(event, resolve));

    beforeEach(async () => {
      session = await fixture.login('bob', 'admin');
      bob = await connectClient(fixture, { auth: { token: session } });
      await request(bob, 'rt:subscribe', [{ channel: 't.auth' }, { channel: 't.admin' }]);
    });
    afterEach(() => {
      bob.disconnect();
    });

    it.each(['logout', 'ban'])('%s ends the connection and the session', async (call) => {
      const bye = received('rt:bye');
      expect((await fixture.control(`/${call}`, { session, userId: 'bob' })).status).toBe(200);
      expect(await bye).toEqual({ code: 'REVOKED', reconnect: false });
      await expect(connectClient(fixture, { auth: { token: session } })).rejects.toMatchObject({
        data: { code: 'UNAUTHENTICATED' },
      });
    });

    it('roles evicts from what the roles had opened, and keeps the rest', async () => {
      const evicted = received('rt:evicted');
      await fixture.control('/roles', { userId: 'bob', roles: [] });
      expect(await evicted).toMatchObject({ channel: 't.admin', code: 'REVOKED' });
      expect((await request(bob, 'rt:message', { channel: 't.auth', event: 'whoami' })).data).toEqual({
        userId: 'bob',
        roles: [],
      });
    });

    it('revoke evicts from one channel', async () => {
      const evicted = received('rt:evicted');
      await fixture.control('/revoke', { userId: 'bob', channel: 't.auth' });
      expect(await evicted).toMatchObject({ channel: 't.auth', code: 'REVOKED' });
    });

    it('expire announces the end and ends the connection', async () => {
      const [expiring, bye] = [received('rt:expiring'), received('rt:bye')];
      await fixture.control('/expire', { session, inMs: 300 });
      expect(await expiring).toEqual({ expiresAt: expect.any(String) });
      expect(await bye).toMatchObject({ code: 'EXPIRED' });
    });
  });

  it('counts what happens', async () => {
    const stats = await fixture.stats({ gc: true });
    expect(stats).toEqual({
      connections: expect.any(Number),
      subscriptions: expect.any(Number),
      rooms: expect.any(Number),
      directory: expect.any(Number),
      users: expect.any(Number),
      sessions: expect.any(Number),
      admissions: 0,
      expiries: expect.any(Number),
      leases: expect.any(Number),
      renewals: 0,
      replays: 0,
      confirmations: 0,
      messages: 0,
      transports: expect.any(Number),
      connecting: 0,
      turns: 0,
      watchLists: 0,
      slow: 0,
      reads: 0,
      pendingAuth: 0,
      guardsInFlightMax: expect.any(Number),
      authCalls: expect.any(Number),
      inFlight: 0,
      timers: expect.any(Number),
      rss: expect.any(Number),
      heapUsed: expect.any(Number),
      loopLagMaxMs: expect.any(Number),
      unhandled: 0,
      refusals: expect.any(Object),
      polluted: false,
    });
    expect(await fixture.control('/health')).toMatchObject({ status: 200, body: { status: 'ok', fanOut: 'fast' } });
  });
});
