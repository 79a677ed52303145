// What happens when rights are revoked while a request is being decided, over real sockets? The revocation wins.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IRealtimeConnections } from 'nestjs-realtime';
import { closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import type { Accounts } from './accounts.js';
import { bootAuthority, insideChannel, roomChannel } from './authority-app.js';

const ROOM = { channel: 'room.1' };
const room = roomChannel.with({ roomId: '1' });

describe('races', () => {
  let app: TestApp;
  let accounts: Accounts;
  let connections: IRealtimeConnections;

  beforeEach(async () => {
    ({ app, accounts, connections } = await bootAuthority({
      limits: { messagesPerSecond: 1_000, messageBurst: 1_000 },
    }));
    accounts.login('s1', 'ann');
    accounts.admit('ann', '1');
  });

  afterEach(closeApps);

  async function hears(client: Client): Promise<boolean> {
    const from = client.events.length;
    await app.broadcast(room, { n: 1 });
    await client.settle();
    return client.events.length > from;
  }

  describe('while gate 2 runs', () => {
    it.each<[string, (connectionId: string) => Promise<void>]>([
      ['of a user from the channel', () => connections.unsubscribe({ userId: 'ann' }, room)],
      ['of a user from every channel', () => connections.unsubscribe({ userId: 'ann' })],
      ['of a session from the channel', () => connections.unsubscribe({ sessionId: 's1' }, room)],
      ['of a session from every channel', () => connections.unsubscribe({ sessionId: 's1' })],
      ['of a connection from the channel', (connectionId) => connections.unsubscribe({ connectionId }, room)],
      ['of a connection from every channel', (connectionId) => connections.unsubscribe({ connectionId })],
    ])('unsubscribe %s wins over a subscribe', async (_what, unsubscribe) => {
      const client = await app.connect({ as: 's1' });
      const held = accounts.membership.hold();
      const reply = client.subscribe('room.1');
      await held.asked;
      await unsubscribe(client.socket.id!);
      held.release();
      expect(await reply).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
      expect(await hears(client)).toBe(false);
      expect(app.stats()).toMatchObject({ subscriptions: 0, rooms: 0 });
    });

    it('a revocation for another user, connection or channel changes nothing', async () => {
      const client = await app.connect({ as: 's1' });
      const held = accounts.membership.hold();
      const reply = client.subscribe('room.1');
      await held.asked;
      const other = await app.connect({ as: 's1' });
      await connections.unsubscribe({ userId: 'bob' });
      await connections.unsubscribe({ connectionId: other.socket.id! });
      await connections.unsubscribe({ userId: 'ann' }, roomChannel.with({ roomId: '2' }));
      await connections.unsubscribe({ connectionId: client.socket.id! }, insideChannel);
      await connections.disconnect({ sessionId: 's2' });
      await connections.disconnect({ connectionId: other.socket.id! });
      held.release();
      expect(await reply).toEqual({ ok: true, channel: 'room.1' });
      expect(accounts.membership.count).toBe(1);
    });

    it.each<[string, (connectionId: string) => Promise<void>]>([
      ['of a user', () => connections.reauthorize({ userId: 'ann' })],
      ['of a session', () => connections.reauthorize({ sessionId: 's1' })],
      ['of a connection, for the channel', (connectionId) => connections.reauthorize({ connectionId }, room)],
    ])('reauthorize %s has the subscription judged again', async (_whose, reauthorize) => {
      const client = await app.connect({ as: 's1' });
      const held = accounts.membership.hold();
      const reply = client.subscribe('room.1');
      await held.asked;
      accounts.expel('ann', '1');
      await reauthorize(client.socket.id!);
      held.release();
      expect(await reply).toMatchObject({ error: { code: 'FORBIDDEN' } });
      expect(accounts.membership.count).toBe(2);
      expect(await hears(client)).toBe(false);
    });

    it('a revocation of one channel spares the rest of its batch', async () => {
      accounts.admit('ann', '2');
      const client = await app.connect({ as: 's1' });
      const held = accounts.membership.hold();
      const reply = client.request<unknown>('rt:subscribe', [ROOM, { channel: 'room.2' }, { channel: 'inside' }]);
      await held.asked;
      await client.settle();
      await connections.unsubscribe({ userId: 'ann' }, insideChannel);
      held.release();
      expect(await reply).toMatchObject([{ ok: true }, { ok: true }, { ok: false, error: { code: 'FORBIDDEN' } }]);
    });

    it('a disconnect leaves nothing behind', async () => {
      const client = await app.connect({ as: 's1' });
      const subscribed = app.record('subscribed');
      const held = accounts.membership.hold();
      void client.subscribe('room.1');
      await held.asked;
      client.close();
      await app.nextHook('disconnected');
      held.release();
      const witness = await app.connect({ as: 's1' });
      await witness.settle();
      expect(subscribed).toEqual([]);
      expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 0, rooms: 0, inFlight: 0 });
    });

    it('an unsubscribe wins and is answered after the subscribe', async () => {
      const client = await app.connect({ as: 's1' });
      const held = accounts.membership.hold();
      const replies = [client.subscribe('room.1'), client.unsubscribe('room.1')];
      await held.asked;
      held.release();
      expect(await Promise.all(replies)).toEqual([
        { ok: true, channel: 'room.1' },
        { ok: true, channel: 'room.1' },
      ]);
      expect(client.log.slice(-2)).toEqual(['reply rt:subscribe', 'reply rt:unsubscribe']);
      expect(app.stats()).toMatchObject({ subscriptions: 0, rooms: 0 });
      expect(await hears(client)).toBe(false);
    });
  });

  it.each([
    ['subscribe', true],
    ['unsubscribe', false],
  ])('a storm that ends in %s leaves the client in that state', async (last, subscribed) => {
    const client = await app.connect({ as: 's1' });
    const held = accounts.membership.hold();
    const storm: Promise<unknown>[] = [];
    for (let n = 0; n < 50; n++) storm.push(client.subscribe('room.1'), client.unsubscribe('room.1'));
    if (last === 'subscribe') storm.push(client.subscribe('room.1'));
    await held.asked;
    held.release();
    await Promise.all(storm);
    expect(await hears(client)).toBe(subscribed);
    expect(app.stats()).toMatchObject({ subscriptions: subscribed ? 1 : 0 });
  });

  describe('while gate 1 runs', () => {
    it.each([
      ['disconnect of the user', () => connections.disconnect({ userId: 'ann' })],
      ['disconnect of the session', () => connections.disconnect({ sessionId: 's1' })],
    ])('%s wins over a connect', async (_what, disconnect) => {
      const held = accounts.identity.hold();
      const connecting = app.connect({ as: 's1' });
      connecting.catch(() => undefined);
      await held.asked;
      await disconnect();
      held.release();
      await expect(connecting).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
      expect(app.stats()).toMatchObject({ connections: 0, pendingAuthentications: 0 });
    });

    it('reauthorize has the authenticator asked again', async () => {
      accounts.login('s1', 'ann', { roles: ['staff'] });
      const held = accounts.identity.hold();
      const connecting = app.connect({ as: 's1' });
      await held.asked;
      accounts.login('s1', 'ann');
      await connections.reauthorize({ userId: 'ann' });
      held.release();
      const client = await connecting;
      expect(await client.welcome()).toMatchObject({ user: { userId: 'ann', roles: [] } });
      expect(accounts.identity.count).toBe(2);
    });

    it('a revocation for another user or session changes nothing', async () => {
      const held = accounts.identity.hold();
      const connecting = app.connect({ as: 's1' });
      await held.asked;
      await connections.disconnect({ userId: 'bob' });
      await connections.disconnect({ sessionId: 's2' });
      await connections.disconnect({ connectionId: 'another' });
      await connections.unsubscribe({ userId: 'ann' });
      await connections.reauthorize({ userId: 'bob' });
      held.release();
      await connecting;
      expect(accounts.identity.count).toBe(1);
    });
  });

  describe('while rt:authenticate runs', () => {
    it.each([
      ['disconnect of the user', () => connections.disconnect({ userId: 'ann' })],
      ['disconnect of the session', () => connections.disconnect({ sessionId: 's1' })],
    ])('%s wins over new credentials', async (_what, disconnect) => {
      const client = await app.connect();
      const held = accounts.identity.hold();
      const reply = client.request('rt:authenticate', { token: 's1' });
      await held.asked;
      await disconnect();
      held.release();
      expect(await reply).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
      expect(await client.subscribe('inside')).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
    });

    it('reauthorize has the authenticator asked again', async () => {
      accounts.login('s1', 'ann', { roles: ['staff'] });
      const client = await app.connect({ as: 's1' });
      await client.subscribe('staff');
      const held = accounts.identity.hold();
      const reply = client.request('rt:authenticate', { token: 's1' });
      await held.asked;
      const fresh = accounts.identity.hold();
      accounts.login('s1', 'ann');
      const reauthorized = connections.reauthorize({ userId: 'ann' });
      await fresh.asked;
      fresh.release();
      await reauthorized;
      held.release();
      expect(await reply).toMatchObject({ ok: true, user: { roles: [] } });
      expect(await client.subscribe('staff')).toMatchObject({ error: { code: 'FORBIDDEN' } });
    });
  });
});
