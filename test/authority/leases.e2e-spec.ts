// When does authority end that is not renewed, over real sockets? No later than one lease, whatever fails.
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeApps } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { type AuthorityApp, bootAuthority, insideChannel, roomChannel } from './authority-app.js';

const LEASE = 900;
/** How late a busy machine may be. */
const TOLERANCE = 1_500;

describe('leases', () => {
  let running: AuthorityApp;

  async function start(lease = LEASE): Promise<AuthorityApp> {
    running = await bootAuthority({ lease });
    running.accounts.login('ann', 'ann', { roles: ['staff'] });
    running.accounts.admit('ann', '1');
    return running;
  }

  afterEach(closeApps);

  async function listener(...channels: string[]): Promise<Client> {
    const client = await running.app.connect({ as: 'ann' });
    for (const channel of channels) expect(await client.subscribe(channel)).toEqual({ ok: true, channel });
    return client;
  }

  /** Resolves once the question has been asked this many more times, once by each visit of the sweep. */
  async function asked(question: { readonly count: number }, times: number): Promise<void> {
    const until = question.count + times;
    while (question.count < until) await new Promise(setImmediate);
  }

  it('a lease evicts a user in time when a guard refuses the user', async () => {
    const { app, accounts } = await start();
    const client = await listener('room.1', 'inside');
    accounts.expel('ann', '1');
    const changedAt = Date.now();
    expect(await client.next('rt:evicted')).toEqual([{ channel: 'room.1', code: 'REVOKED', retryable: false }]);
    expect(Date.now() - changedAt).toBeLessThan(LEASE + TOLERANCE);
    await app.broadcast(roomChannel.with({ roomId: '1' }), { n: 1 });
    await app.broadcast(insideChannel, { n: 2 });
    await client.settle();
    expect(client.events).toEqual([{ channel: 'inside', event: 'message', payload: { n: 2 } }]);
  });

  it('a lease evicts in time from what a lost role had opened', async () => {
    const { accounts } = await start();
    const client = await listener('staff', 'inside');
    accounts.login('ann', 'ann');
    const changedAt = Date.now();
    expect(await client.next('rt:evicted')).toEqual([{ channel: 'staff', code: 'REVOKED', retryable: false }]);
    expect(Date.now() - changedAt).toBeLessThan(LEASE + TOLERANCE);
    expect(running.app.stats()).toMatchObject({ connections: 1, subscriptions: 1 });
  });

  it('a lease disconnects in time when the session has ended', async () => {
    const { accounts } = await start();
    const client = await listener('inside');
    accounts.logout('ann');
    const changedAt = Date.now();
    expect(await client.next('rt:bye')).toEqual([{ code: 'REVOKED', reconnect: false }]);
    expect(Date.now() - changedAt).toBeLessThan(LEASE + TOLERANCE);
  });

  it.each(['fails', 'hangs'] as const)(
    'a lease outlasts the first half of an outage in which the refresh %s, and not the second',
    async (how) => {
      const { accounts } = await start();
      const client = await listener('inside', 'staff');
      await asked(accounts.identity, 1);
      const provenAt = Date.now();
      accounts.identity.fail(how);
      expect(await client.next('rt:evicted')).toEqual([{ channel: 'inside', code: 'EXPIRED', retryable: true }]);
      const lasted = Date.now() - provenAt;
      expect(lasted).toBeGreaterThan(LEASE / 2 - 50);
      expect(lasted).toBeLessThan(LEASE + TOLERANCE);
      expect(await client.next('rt:evicted')).toEqual([{ channel: 'staff', code: 'EXPIRED', retryable: true }]);
      accounts.identity.recover();
      expect(await client.subscribe('staff')).toEqual({ ok: true, channel: 'staff' });
    },
  );

  it('a lease ends where a guard fails throughout it, and only there', async () => {
    const { app, accounts } = await start();
    const client = await listener('inside', 'room.1');
    accounts.membership.fail('fails');
    expect(await client.next('rt:evicted')).toEqual([{ channel: 'room.1', code: 'EXPIRED', retryable: true }]);
    expect(app.stats()).toMatchObject({ subscriptions: 1 });
  });

  it('a lease survives an outage that costs it one visit', async () => {
    // between two visits a busy machine may be late by half a lease
    const { app, accounts } = await start(3_000);
    const client = await listener('inside', 'staff', 'room.1');
    for (let outage = 0; outage < 2; outage++) {
      await asked(accounts.identity, 1);
      accounts.identity.fail('fails');
      await asked(accounts.identity, 1);
      accounts.identity.recover();
    }
    await asked(accounts.identity, 1);
    await client.settle();
    expect(client.log).not.toContain('rt:evicted');
    expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 3 });
  });

  it('a lease passes no gate again for an unchanged user where no guard could decide otherwise', async () => {
    const { accounts, gates } = await start(200);
    await listener('news', 'inside', 'staff');
    const { subscribeGates } = gates;
    await asked(accounts.identity, 5);
    expect(gates.subscribeGates).toBe(subscribeGates);
    expect(accounts.membership.count).toBe(0);
  });

  it('a lease asks the guard of a channel once a visit', async () => {
    const { accounts } = await start(200);
    await listener('inside', 'room.1');
    const [visits, judgements] = [accounts.identity.count, accounts.membership.count];
    await asked(accounts.membership, 5);
    expect(accounts.identity.count - visits).toBeGreaterThanOrEqual(accounts.membership.count - judgements);
  });

  it('a lease ends with the connection, and is not visited after that', async () => {
    const { app, accounts } = await start(100);
    const [leaver, goer, witness] = [await listener('inside'), await listener('inside'), await app.connect()];
    const leases = (): number => app.stats().holdings.leases;
    expect(leases()).toBe(2);
    await leaver.unsubscribe('inside');
    await asked(accounts.identity, 2);
    for (const [left, client] of [leaver, goer].entries()) {
      client.close();
      await app.nextHook('disconnected');
      expect(leases()).toBe(1 - left);
    }
    const { count } = accounts.identity;
    for (let trip = 0; trip < 50; trip++) await witness.settle();
    expect(accounts.identity.count).toBe(count);
  });
});
