// Rights have changed and the application reports it: which subscriptions end, over real sockets?
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IRealtimeConnections } from 'nestjs-realtime';
import { closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import type { Accounts } from './accounts.js';
import { bootAuthority, insideChannel, newsChannel, roomChannel, staffChannel } from './authority-app.js';

const CHANNELS = ['news', 'inside', 'staff', 'room.1'];

describe('reauthorize', () => {
  let app: TestApp;
  let accounts: Accounts;
  let connections: IRealtimeConnections;

  beforeEach(async () => {
    ({ app, accounts, connections } = await bootAuthority());
    accounts.login('ann', 'ann', { roles: ['staff'] });
    accounts.login('bob', 'bob', { roles: ['staff'] });
    for (const user of ['ann', 'bob']) accounts.admit(user, '1');
  });

  afterEach(closeApps);

  async function listener(sessionId: string): Promise<Client> {
    const client = await app.connect({ as: sessionId });
    for (const channel of CHANNELS) expect(await client.subscribe(channel)).toEqual({ ok: true, channel });
    return client;
  }

  /** The events that reach a client of a broadcast to every channel. */
  async function hears(client: Client): Promise<string[]> {
    const from = client.events.length;
    for (const channel of [newsChannel, insideChannel, staffChannel]) await app.broadcast(channel, { n: 1 });
    await app.broadcast(roomChannel.with({ roomId: '1' }), { n: 1 });
    await client.settle();
    return client.events.slice(from).map(({ channel }) => channel);
  }

  it('evicts from what a lost role had opened, on every connection of the user, and keeps the connections', async () => {
    const [first, second, bob] = [await listener('ann'), await listener('ann'), await listener('bob')];
    accounts.login('ann', 'ann');
    await connections.reauthorize({ userId: 'ann' });
    for (const client of [first, second]) {
      expect(await hears(client)).toEqual(['news', 'inside', 'room.1']);
      expect(await client.next('rt:evicted')).toEqual([{ channel: 'staff', code: 'REVOKED', retryable: false }]);
      expect(await client.subscribe('staff')).toMatchObject({ error: { code: 'FORBIDDEN' } });
    }
    expect(await hears(bob)).toEqual(CHANNELS);
  });

  it('makes a new role count', async () => {
    accounts.login('ann', 'ann');
    const client = await app.connect({ as: 'ann' });
    expect(await client.subscribe('staff')).toMatchObject({ error: { code: 'FORBIDDEN' } });
    accounts.login('ann', 'ann', { roles: ['staff'] });
    await connections.reauthorize({ userId: 'ann' });
    expect(await client.subscribe('staff')).toEqual({ ok: true, channel: 'staff' });
  });

  it('evicts a user that a guard now refuses', async () => {
    const [ann, bob] = [await listener('ann'), await listener('bob')];
    accounts.expel('ann', '1');
    expect(await hears(ann)).toContain('room.1');
    await connections.reauthorize({ userId: 'ann' });
    expect(await hears(ann)).toEqual(['news', 'inside', 'staff']);
    expect(await ann.next('rt:evicted')).toEqual([{ channel: 'room.1', code: 'REVOKED', retryable: false }]);
    expect(await hears(bob)).toEqual(CHANNELS);
  });

  it('keeps every subscription that is still allowed', async () => {
    const client = await listener('ann');
    await connections.reauthorize({ userId: 'ann' });
    expect(await hears(client)).toEqual(CHANNELS);
    expect(client.log).not.toContain('rt:evicted');
  });

  it('disconnects a user whose session has ended', async () => {
    const [ann, bob] = [await listener('ann'), await listener('bob')];
    accounts.logout('ann');
    await connections.reauthorize({ userId: 'ann' });
    expect(app.stats()).toMatchObject({ connections: 1, subscriptions: CHANNELS.length });
    expect(await ann.next('rt:bye')).toEqual([{ code: 'REVOKED', reconnect: false }]);
    expect(await ann.closed).toBe('io server disconnect');
    expect(await hears(bob)).toEqual(CHANNELS);
  });

  it('disconnects a session that now belongs to another user', async () => {
    const ann = await listener('ann');
    accounts.login('ann', 'root', { roles: ['staff'] });
    await connections.reauthorize({ userId: 'ann' });
    expect(await ann.next('rt:bye')).toEqual([{ code: 'REVOKED', reconnect: false }]);
  });

  it.each(['fails', 'hangs'] as const)(
    'evicts with a retryable code, within about a second, when the refresh %s',
    async (how) => {
      const client = await listener('ann');
      accounts.identity.fail(how);
      const startedAt = Date.now();
      await connections.reauthorize({ userId: 'ann' });
      expect(Date.now() - startedAt).toBeLessThan(2_000);
      expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 0 });
      expect(await hears(client)).toEqual([]);
      for (const channel of CHANNELS) {
        expect(await client.next('rt:evicted')).toEqual([{ channel, code: 'EXPIRED', retryable: true }]);
      }
    },
  );

  it.each(['fails', 'hangs'] as const)('evicts from a channel whose guard %s', async (how) => {
    const client = await listener('ann');
    accounts.membership.fail(how);
    await connections.reauthorize({ userId: 'ann' });
    expect(await hears(client)).toEqual(['news', 'inside', 'staff']);
    expect(await client.next('rt:evicted')).toEqual([{ channel: 'room.1', code: 'EXPIRED', retryable: true }]);
  });

  it('admits no user by an unconfirmed role until it is confirmed', async () => {
    const client = await listener('ann');
    accounts.login('ann', 'ann');
    accounts.identity.fail('fails');
    await connections.reauthorize({ userId: 'ann' });
    expect(await client.subscribe('staff')).toMatchObject({ error: { code: 'UNAVAILABLE', retryable: true } });
    accounts.identity.recover();
    expect(await client.subscribe('staff')).toMatchObject({ error: { code: 'FORBIDDEN' } });
    expect(await client.subscribe('inside')).toEqual({ ok: true, channel: 'inside' });
  });

  it('resolves only after slow guards have answered', async () => {
    const client = await listener('ann');
    accounts.expel('ann', '1');
    const held = accounts.membership.hold();
    let done = false;
    const reauthorized = connections.reauthorize({ userId: 'ann' }).then(() => (done = true));
    await held.asked;
    await client.settle();
    expect(done).toBe(false);
    held.release();
    await reauthorized;
    expect(await hears(client)).not.toContain('room.1');
  });

  it('is not undone by an older answer that arrives later', async () => {
    const client = await listener('ann');
    const old = accounts.identity.hold();
    const before = connections.reauthorize({ userId: 'ann' });
    await old.asked;
    const recent = accounts.identity.hold();
    accounts.login('ann', 'ann');
    const after = connections.reauthorize({ userId: 'ann' });
    await recent.asked;
    recent.release();
    await after;
    old.release();
    await before;
    expect(await hears(client)).not.toContain('staff');
    expect(await client.subscribe('staff')).toMatchObject({ error: { code: 'FORBIDDEN' } });
  });

  it('does not resolve earlier because a newer renewal has already answered', async () => {
    const client = await listener('ann');
    const first = accounts.identity.hold();
    accounts.expel('ann', '1');
    const before = connections.reauthorize({ userId: 'ann' });
    await first.asked;
    accounts.identity.hold().release();
    const judging = accounts.membership.hold();
    const after = connections.reauthorize({ userId: 'ann' });
    await judging.asked;
    accounts.membership.hold().release();
    first.release();
    await before;
    expect(await hears(client)).not.toContain('room.1');
    judging.release();
    await after;
  });

  it('keeps a connection that has moved to a new session while the old one ended', async () => {
    const client = await listener('ann');
    const held = accounts.identity.hold();
    accounts.logout('ann');
    const reauthorized = connections.reauthorize({ userId: 'ann' });
    await held.asked;
    const fresh = accounts.identity.hold();
    accounts.login('ann2', 'ann', { roles: ['staff'] });
    const renewed = client.request('rt:authenticate', { token: 'ann2' });
    await fresh.asked;
    fresh.release();
    expect(await renewed).toMatchObject({ ok: true });
    held.release();
    await reauthorized;
    expect(await hears(client)).toEqual(CHANNELS);
  });
});
