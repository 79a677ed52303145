// What does rt:authenticate do with other credentials on the same connection, over a real socket?
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeApps, type TestApp } from '../kit/boot.js';
import type { Client, Reply } from '../kit/client.js';
import type { Accounts } from './accounts.js';
import { bootAuthority, staffChannel } from './authority-app.js';

const SOON = 1_000;
const LATER = 3_600_000;

function inMilliseconds(milliseconds: number): Date {
  return new Date(Date.now() + milliseconds);
}

describe('rt:authenticate', () => {
  let app: TestApp;
  let accounts: Accounts;

  beforeEach(async () => {
    ({ app, accounts } = await bootAuthority({ expiryNotice: SOON / 2, authenticationTimeout: 300 }));
    accounts.login('s1', 'ann', { roles: ['staff'], expiresAt: inMilliseconds(SOON) });
    accounts.login('bob', 'bob');
  });

  afterEach(closeApps);

  function authenticate(client: Client, frame: unknown): Promise<Reply> {
    return client.request('rt:authenticate', frame);
  }

  async function refused(client: Client, frame: unknown, code: string): Promise<void> {
    const before = app.stats();
    expect(await authenticate(client, frame)).toMatchObject({ ok: false, error: { code } });
    const { connections, subscriptions, pendingAuthentications } = before;
    expect(app.stats()).toMatchObject({ connections, subscriptions, pendingAuthentications });
  }

  /** A connection that did not renew is cut off by its first expiry. */
  async function endsByItsFirstExpiry(client: Client): Promise<void> {
    expect(await client.next('rt:bye')).toEqual([{ code: 'EXPIRED', reconnect: false }]);
    await client.closed;
  }

  it('extends the credentials and announces the new end', async () => {
    const client = await app.connect({ as: 's1' });
    await client.subscribe('staff');
    await client.next('rt:expiring');
    const expiresAt = inMilliseconds(SOON);
    accounts.login('s2', 'ann', { roles: ['staff'], expiresAt });
    expect(await authenticate(client, { token: 's2' })).toEqual({
      ok: true,
      user: { userId: 'ann', roles: ['staff'] },
      expiresAt: expiresAt.toISOString(),
    });
    expect(await client.next('rt:expiring')).toEqual([{ expiresAt: expiresAt.toISOString() }]);
    await app.broadcast(staffChannel, { n: 1 });
    await client.next('rt:bye');
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime() - 20);
    expect(client.log).toEqual([
      'rt:welcome',
      'reply rt:subscribe',
      'rt:expiring',
      'reply rt:authenticate',
      'rt:expiring',
      'event staff message',
      'rt:bye',
    ]);
  });

  it('lifts the expiry where the new credentials have none', async () => {
    const client = await app.connect({ as: 's1' });
    accounts.login('s2', 'ann');
    expect(await authenticate(client, { token: 's2' })).toEqual({ ok: true, user: { userId: 'ann', roles: [] } });
    const witness = await app.connect({ as: 's1' });
    await witness.closed;
    await client.settle();
    expect(client.socket.connected).toBe(true);
    expect(client.log).not.toContain('rt:bye');
  });

  it('evicts from what a lost role had opened, before its reply, and keeps the connection open', async () => {
    const client = await app.connect({ as: 's1' });
    for (const channel of ['staff', 'inside', 'news']) await client.subscribe(channel);
    accounts.login('s2', 'ann', { expiresAt: inMilliseconds(LATER) });
    expect(await authenticate(client, { token: 's2' })).toMatchObject({ ok: true, user: { roles: [] } });
    expect(client.log.slice(-2)).toEqual(['rt:evicted', 'reply rt:authenticate']);
    expect(await client.next('rt:evicted')).toEqual([{ channel: 'staff', code: 'REVOKED', retryable: false }]);
    expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 2, rooms: 2 });
    await app.broadcast(staffChannel, { n: 1 });
    await client.settle();
    expect(client.events).toEqual([]);
    expect(await client.subscribe('staff')).toMatchObject({ error: { code: 'FORBIDDEN' } });
  });

  it('opens what a new role opens', async () => {
    const client = await app.connect({ as: 'bob' });
    expect(await client.subscribe('staff')).toMatchObject({ error: { code: 'FORBIDDEN' } });
    accounts.login('bob2', 'bob', { roles: ['staff'] });
    expect(await authenticate(client, { token: 'bob2' })).toMatchObject({ ok: true, user: { roles: ['staff'] } });
    expect(await client.subscribe('staff')).toEqual({ ok: true, channel: 'staff' });
  });

  it('ends a subscription that a guard had admitted when the membership is lost', async () => {
    accounts.admit('ann', '1');
    const client = await app.connect({ as: 's1' });
    expect(await client.subscribe('room.1')).toMatchObject({ ok: true });
    accounts.expel('ann', '1');
    accounts.login('s2', 'ann', { expiresAt: inMilliseconds(LATER) });
    await authenticate(client, { token: 's2' });
    expect(await client.next('rt:evicted')).toEqual([{ channel: 'room.1', code: 'REVOKED', retryable: false }]);
  });

  it('answers FORBIDDEN to the credentials of another user and changes nothing', async () => {
    const client = await app.connect({ as: 's1' });
    await client.subscribe('staff');
    accounts.login('s3', 'root', { roles: ['staff'] });
    await refused(client, { token: 's3' }, 'FORBIDDEN');
    expect(client.log).not.toContain('rt:evicted');
    await endsByItsFirstExpiry(client);
  });

  it.each([{ token: 'nobody' }, { token: '' }, { token: 7 }, {}, { other: 's1' }])(
    'answers UNAUTHENTICATED to bad credentials and changes nothing: %j',
    async (frame) => {
      const client = await app.connect({ as: 's1' });
      await client.subscribe('staff');
      await refused(client, frame, 'UNAUTHENTICATED');
      await endsByItsFirstExpiry(client);
    },
  );

  it.each([undefined, null, 7, 'token', [], [{ token: 's1' }], true])(
    'answers BAD_REQUEST to a malformed request without asking the authenticator: %j',
    async (frame) => {
      const client = await app.connect({ as: 's1' });
      const asked = accounts.identity.count;
      await refused(client, frame, 'BAD_REQUEST');
      expect(accounts.identity.count).toBe(asked);
    },
  );

  it.each(['fails', 'hangs'] as const)(
    'answers UNAVAILABLE while the database %s, and changes nothing',
    async (how) => {
      const client = await app.connect({ as: 's1' });
      await client.subscribe('staff');
      accounts.identity.fail(how);
      const reply = await authenticate(client, { token: 's1' });
      expect(reply).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE', retryable: true } });
      expect(app.stats()).toMatchObject({ subscriptions: 1, pendingAuthentications: 0 });
      await endsByItsFirstExpiry(client);
    },
  );

  it('is answered within the request timeout; a later answer of the authenticator changes nothing', async () => {
    await closeApps();
    ({ app, accounts } = await bootAuthority({ requestTimeout: 150, authenticationTimeout: 60_000 }));
    accounts.login('s1', 'ann', { roles: ['staff'] });
    const client = await app.connect({ as: 's1' });
    await client.subscribe('staff');
    accounts.login('s2', 'ann', { roles: [] });
    const slow = accounts.identity.hold();
    expect(await authenticate(client, { token: 's2' })).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
    slow.release();
    await client.settle();
    expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 1 });
    expect(client.log).not.toContain('rt:evicted');
    expect(await authenticate(client, { token: 's1' })).toMatchObject({ ok: true, user: { roles: ['staff'] } });
  });

  it('gives an anonymous connection a user, and revocation then finds it', async () => {
    const client = await app.connect();
    await client.subscribe('news');
    expect(await client.subscribe('inside')).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
    expect(await authenticate(client, { token: 's1' })).toMatchObject({ ok: true, user: { userId: 'ann' } });
    for (const channel of ['inside', 'staff']) expect(await client.subscribe(channel)).toEqual({ ok: true, channel });
    expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 3 });
    await endsByItsFirstExpiry(client);
  });

  it('counts against the connections of a user, as connecting does', async () => {
    await closeApps();
    ({ app, accounts } = await bootAuthority({ limits: { connectionsPerUser: 1 } }));
    accounts.login('s1', 'ann');
    await app.connect({ as: 's1' });
    const client = await app.connect();
    await refused(client, { token: 's1' }, 'LIMIT_EXCEEDED');
  });

  it('is served one at a time, so that the last request decides', async () => {
    const client = await app.connect({ as: 'bob' });
    accounts.login('bob2', 'bob', { roles: ['staff'] });
    const held = accounts.identity.hold();
    const first = authenticate(client, { token: 'bob2' });
    await held.asked;
    // the next request is answered at once
    accounts.identity.hold().release();
    accounts.login('bob3', 'bob', { roles: ['other'] });
    const second = authenticate(client, { token: 'bob3' });
    await client.settle();
    held.release();
    expect(await first).toMatchObject({ user: { roles: ['staff'] } });
    expect(await second).toMatchObject({ user: { roles: ['other'] } });
    expect(await client.subscribe('staff')).toMatchObject({ error: { code: 'FORBIDDEN' } });
  });
});
