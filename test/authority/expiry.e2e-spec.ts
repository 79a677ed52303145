// When credentials end, over a real socket: the client is told before, and cut off in time.
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeApps } from '../kit/boot.js';
import { type AuthorityApp, bootAuthority, insideChannel } from './authority-app.js';

const SOON = 3_000;
const NOTICE = 2_000;
/** Later than 31 bits of milliseconds; a timer set to it at once would fire at once. */
const FAR = 2 ** 31 * 3;

function inMilliseconds(milliseconds: number): Date {
  return new Date(Date.now() + milliseconds);
}

describe('expiry', () => {
  let running: AuthorityApp;

  /** A running application with a session that ends so many milliseconds after now. */
  async function start(left: number, expiryNotice = NOTICE): Promise<AuthorityApp & { readonly expiresAt: Date }> {
    running = await bootAuthority({ expiryNotice });
    const expiresAt = inMilliseconds(left);
    running.accounts.login('s1', 'ann', { expiresAt });
    return { ...running, expiresAt };
  }

  afterEach(closeApps);

  it('is announced in the welcome, before it comes, and when it has come, on a connection without traffic', async () => {
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

  it('is announced at once where less than the notice is left', async () => {
    const { app, expiresAt } = await start(SOON, 60_000);
    const client = await app.connect({ as: 's1' });
    await client.next('rt:expiring');
    expect(Date.now()).toBeLessThan(expiresAt.getTime());
    await client.next('rt:bye');
    expect(Date.now()).toBeGreaterThanOrEqual(expiresAt.getTime() - 20);
  });

  it('of long ago ends the connection at once', async () => {
    const { app } = await start(-5_000);
    const client = await app.connect({ as: 's1' });
    expect(await client.next('rt:bye')).toEqual([{ code: 'EXPIRED', reconnect: false }]);
    await client.closed;
  });

  it('months away does nothing today', async () => {
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

  it('found later by a lease is enforced like one known from the beginning', async () => {
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
    // each visit of the lease finds the same end, and says so once
    expect(client.log.filter((line) => line === 'rt:expiring')).toHaveLength(1);
  });
});
