// Does the client keep its connection over time: with credentials that end, users who log in, and limits of the server?
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AuthRequest, createRealtimeClient, type RealtimeClient } from '@nestjs-realtime/client';
import type { RealtimeSettings } from 'nestjs-realtime';
import { reached, reasonOf } from '../../libs/client/test/reached.js';
import type { Accounts } from '../authority/accounts.js';
import { bootAuthority } from '../authority/authority-app.js';
import { closeApps, type TestApp } from '../kit/boot.js';
import { Latch } from '../kit/latch.js';

describe('the credentials of a client over time', () => {
  let app: TestApp;
  let accounts: Accounts;
  const clients: RealtimeClient[] = [];

  async function start(settings: RealtimeSettings = {}): Promise<void> {
    ({ app, accounts } = await bootAuthority(settings));
    accounts.login('ann', 'ann');
    accounts.login('bob', 'bob');
  }

  function connect(auth: (request: AuthRequest) => object | undefined | Promise<object>): RealtimeClient {
    const client = createRealtimeClient({ url: app.url, retryDelay: 10, maxRetryDelay: 50, auth });
    clients.push(client);
    return client;
  }

  /** Logs in for a short time, each time that it is called. */
  function shortLogin(milliseconds: number): object {
    accounts.login('short', 'ann', { expiresAt: new Date(Date.now() + milliseconds) });
    return { token: 'short' };
  }

  beforeEach(() => start());
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    await closeApps();
  });

  it('come back after they have expired, although auth() failed all the time before', async () => {
    let mayRenew = false;
    const reasons: string[] = [];
    const client = connect(({ reason }) => {
      reasons.push(reason);
      if (reason === 'connect') return shortLogin(500);
      return mayRenew ? { token: 'ann' } : Promise.reject(new Error('offline'));
    });
    const channel = client.channel('inside');
    await channel.ready();
    await reached(client, 'reconnecting');
    expect(reasonOf(client)?.code).toBe('EXPIRED');
    mayRenew = true;
    await client.ready();
    await channel.ready();
    expect(client.user).toEqual({ userId: 'ann', roles: [] });
    expect(new Set(reasons)).toEqual(new Set(['connect', 'expiring']));
  });

  it('that live shorter than the notice are renewed in good time, and not all the time', async () => {
    let calls = 0;
    const enough = new Latch();
    const since = Date.now();
    const client = connect(() => {
      if (++calls === 5) enough.open();
      return shortLogin(800);
    });
    await client.ready();
    const states: string[] = [];
    client.onStatus(({ state }) => states.push(state));
    await enough.opened;
    expect(states).toEqual([]);
    expect(Date.now() - since).toBeGreaterThan(800);
  });

  it('open the channels that were refused before the login', async () => {
    const login: { token?: string } = {};
    const client = connect(() => login);
    await client.ready();
    const [inside, staff] = [client.channel('inside'), client.channel('staff')];
    await Promise.all([reached(inside, 'ended'), reached(staff, 'ended')]);
    login.token = 'ann';
    expect(await client.authenticate()).toEqual({ userId: 'ann', roles: [] });
    await inside.ready();
    await reached(staff, 'ended');
    accounts.login('ann', 'ann', { roles: ['staff'] });
    await client.authenticate();
    await staff.ready();
    accounts.login('ann', 'ann');
    await client.authenticate();
    expect((await reached(staff, 'ended')).reason?.code).toBe('FORBIDDEN');
  });

  it('of another user, or of none, lead to another connection', async () => {
    let token: string | undefined = 'ann';
    const client = connect(() => (token === undefined ? undefined : { token }));
    const channel = client.channel('inside');
    await channel.ready();
    const first = client.connectionId;
    token = 'bob';
    expect(await client.authenticate()).toEqual({ userId: 'bob', roles: [] });
    await channel.ready();
    expect(client.connectionId).not.toBe(first);
    token = undefined;
    expect(await client.authenticate()).toBeNull();
    await reached(channel, 'ended');
    expect(app.stats().connections).toBe(1);
  });

  it('let a user in once their own connection of before has left', async () => {
    await closeApps();
    await start({ limits: { connectionsPerUser: 1 } });
    const ghost = await app.connect({ as: 'ann' });
    const since = Date.now();
    const client = connect(() => ({ token: 'ann' }));
    const { reason, retryAt } = await reached(client, 'reconnecting');
    expect(reason).toMatchObject({ code: 'LIMIT_EXCEEDED', retryable: true, retryAfterMs: 5_000 });
    expect(retryAt - since).toBeGreaterThanOrEqual(5_000);
    ghost.socket.disconnect();
    await client.ready();
  });

  it('of two tabs do not fight for the only place', async () => {
    await closeApps();
    await start({ limits: { connectionsPerUser: { max: 1, over: 'close-oldest' } } });
    const first = connect(() => ({ token: 'ann' }));
    await first.ready();
    const second = connect(() => ({ token: 'ann' }));
    await second.ready();
    expect((await reached(first, 'failed')).reason.code).toBe('POLICY');
    first.connect();
    await first.ready();
    expect((await reached(second, 'failed')).reason.code).toBe('POLICY');
  });
});
