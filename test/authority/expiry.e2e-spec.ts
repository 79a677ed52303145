// What happens when credentials end, over a real socket? The client is notified before, and cut off in time.
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeApps } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { type AuthorityApp, bootAuthority, insideChannel } from './authority-app.js';

const SOON = 3_000;
const NOTICE = 2_000;
/** More than 31 bits of milliseconds: a timer set to this delay fires at once. */
const FAR = 2 ** 31 * 3;

function inMilliseconds(milliseconds: number): Date {
  return new Date(Date.now() + milliseconds);
}

describe('the expiry of credentials', () => {
  let running: AuthorityApp;

  /** A running application with a session that ends this many milliseconds from now. */
  async function start(left: number, expiryNotice = NOTICE): Promise<AuthorityApp & { readonly expiresAt: Date }> {
    running = await bootAuthority({ expiryNotice });
    const expiresAt = inMilliseconds(left);
    running.accounts.login('s1', 'ann', { expiresAt });
    return { ...running, expiresAt };
  }

  afterEach(closeApps);

  it('is announced in the welcome, before it comes and when it has come, on a connection without traffic', async () => {
    const { app, expiresAt } = await start(SOON);
    const client = await app.connect({ as: 's1' });
    const text = expiresAt.toISOString();
    expect(await client.welcome()).toMatchObject({ user: { userId: 'ann' }, expiresAt: text });

    expect(await client.next('rt:expiring')).toEqual([{ expiresAt: text }]);
    const toldAt = Date.now();
    expect(toldAt).toBeGreaterThanOrEqual(expiresAt.getTime() - NOTICE - 20);
    expect(toldAt).toBeLessThan(expiresAt.getTime());

    expect(await client.next('rt:bye')).toEqual([{ code: 'EXPIRED', reconnect: false }]);
    expect(await client.closed).toBe('io server disconnect');
    expect(Math.abs(Date.now() - expiresAt.getTime())).toBeLessThan(2_000);
    expect(client.log).toEqual(['rt:welcome', 'rt:expiring', 'rt:bye']);
    expect(app.stats()).toMatchObject({ connections: 0, subscriptions: 0, rooms: 0 });
  });

  it('is announced at once where less time than the notice is left', async () => {
    const { app, expiresAt } = await start(SOON, 60_000);
    const client = await app.connect({ as: 's1' });
    await client.next('rt:expiring');
    expect(Date.now()).toBeLessThan(expiresAt.getTime());
    await client.next('rt:bye');
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime() - 20);
  });

  it('refuses a client whose credentials ended long ago', async () => {
    const { app } = await start(-5_000);
    await expect(app.connect({ as: 's1' })).rejects.toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
    expect(app.stats().holdings).toMatchObject({ directory: 0, users: 0, expiries: 0, leases: 0 });
  });

  describe('that no timer has enforced, as after a change of the clock,', () => {
    /** A client whose credentials have just ended, before any timer has fired. */
    async function overdue(): Promise<AuthorityApp & { readonly client: Client }> {
      const started = await start(60_000, 1);
      const connected = started.app.nextHook('connected');
      const client = await started.app.connect({ as: 's1' });
      await client.subscribe('inside');
      const { connection } = await connected;
      connection.user!.expiresAt!.setTime(Date.now() - 1);
      return { ...started, client };
    }

    it('refuses rt:authenticate', async () => {
      const { accounts, client } = await overdue();
      accounts.login('s1', 'ann', { expiresAt: inMilliseconds(-1) });
      const reply = await client.request('rt:authenticate', { token: 's1' });
      expect(reply).toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
    });

    it('is enforced by gate 2, for a channel that exists and for one that does not', async () => {
      const { client } = await overdue();
      for (const channel of ['inside', 'staff', 'nothing']) {
        expect(await client.subscribe(channel)).toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
      }
    });

    it('is enforced by gate 3', async () => {
      const { client } = await overdue();
      expect(await client.request('rt:message', { channel: 'inside', event: 'say', payload: { n: 1 } })).toMatchObject({
        ok: false,
        error: { code: 'UNAUTHENTICATED' },
      });
    });

    it('ends the connection when its lease is renewed', async () => {
      const { client, connections } = await overdue();
      await connections.reauthorize({ userId: 'ann' });
      expect(await client.next('rt:bye')).toEqual([{ code: 'EXPIRED', reconnect: false }]);
    });
  });

  it('does nothing today where it is months away', async () => {
    const { app, expiresAt } = await start(FAR);
    const client = await app.connect({ as: 's1' });
    expect(await client.welcome()).toMatchObject({ expiresAt: expiresAt.toISOString() });
    for (let trip = 0; trip < 20; trip++) await client.settle();
    expect(client.log.filter((line) => line !== 'reply rt:settle')).toEqual(['rt:welcome']);
    expect(client.socket.connected).toBe(true);
  });

  it('is not mentioned where credentials do not end', async () => {
    running = await bootAuthority();
    const { app, accounts } = running;
    accounts.login('s1', 'ann');
    expect(await (await app.connect({ as: 's1' })).welcome()).not.toHaveProperty('expiresAt');
    expect(await (await app.connect()).welcome()).toMatchObject({ user: null });
  });

  it('ends subscriptions with the connection, before the next event', async () => {
    const { app } = await start(SOON);
    const client = await app.connect({ as: 's1' });
    await client.subscribe('inside');
    await app.nextHook('disconnected');
    await app.broadcast(insideChannel, { n: 1 });
    await client.closed;
    expect(client.events).toEqual([]);
  });

  it('is enforced in the same way where a lease discovers it later', async () => {
    running = await bootAuthority({ expiryNotice: NOTICE, lease: 100 });
    const { app, accounts } = running;
    accounts.login('s1', 'ann');
    const client = await app.connect({ as: 's1' });
    await client.subscribe('inside');
    const expiresAt = inMilliseconds(SOON);
    accounts.login('s1', 'ann', { expiresAt });
    expect(await client.next('rt:expiring')).toEqual([{ expiresAt: expiresAt.toISOString() }]);
    expect(await client.next('rt:bye')).toEqual([{ code: 'EXPIRED', reconnect: false }]);
    expect(Math.abs(Date.now() - expiresAt.getTime())).toBeLessThan(2_000);
    // each renewal of the lease finds the same end and announces it once
    expect(client.log.filter((line) => line === 'rt:expiring')).toHaveLength(1);
  });
});
