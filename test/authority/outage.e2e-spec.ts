// What remains after an outage longer than a lease? Nothing: one lease later everything is as before.
import { afterEach, describe, expect, it } from '@jest/globals';
import { closeApps } from '../kit/boot.js';
import { type AuthorityApp, bootAuthority } from './authority-app.js';

const CONNECTIONS = 1_000;
const LEASE = 4_000;

describe('an outage of many connections', () => {
  afterEach(closeApps);

  /** Resolves once each connection has been asked about this many more times. */
  async function rounds(question: { readonly count: number }, times: number): Promise<void> {
    const until = question.count + times * CONNECTIONS;
    while (question.count < until) await new Promise((resolve) => setImmediate(resolve));
  }

  async function crowd(): Promise<AuthorityApp & { readonly evictions: string[]; readonly byes: string[] }> {
    const running = await bootAuthority({
      lease: LEASE,
      requestTimeout: 60_000,
      limits: { connectionsPerUser: CONNECTIONS, renewalsInFlight: 64 },
    });
    const { app, accounts } = running;
    const evictions: string[] = [];
    const byes: string[] = [];
    for (let from = 0; from < CONNECTIONS; from += 100) {
      await Promise.all(
        Array.from({ length: 100 }, async (_, index) => {
          const user = `user-${(from + index) % 100}`;
          accounts.login(user, user, { roles: ['staff'] });
          accounts.admit(user, '1');
          const client = await app.connect({ as: user });
          client.socket.on('rt:evicted', ({ channel, code }: { channel: string; code: string }) => {
            evictions.push(`${channel} ${code}`);
            client.socket.emit('rt:subscribe', { channel }, () => undefined);
          });
          client.socket.on('rt:bye', ({ code }: { code: string }) => byes.push(code));
          const channels = ['inside', 'staff', 'room.1'].map((channel) => ({ channel }));
          await client.request('rt:subscribe', channels);
        }),
      );
    }
    expect(app.stats().subscriptions).toBe(3 * CONNECTIONS);
    return { ...running, evictions, byes };
  }

  it.each(['identity', 'membership'] as const)('an outage of the %s is over within a lease', async (what) => {
    const { app, accounts, evictions, byes } = await crowd();
    await rounds(accounts[what], 1);
    expect(evictions).toEqual([]);
    accounts[what].fail('fails');
    while (evictions.length < CONNECTIONS) await new Promise((resolve) => setImmediate(resolve));
    expect(new Set(evictions)).toEqual(
      new Set(what === 'identity' ? ['inside EXPIRED', 'staff EXPIRED', 'room.1 EXPIRED'] : ['room.1 EXPIRED']),
    );
    accounts[what].recover();
    // one lease has two renewals
    await rounds(accounts.identity, 3);
    evictions.length = 0;
    await rounds(accounts.identity, 3);
    expect([evictions, byes]).toEqual([[], []]);
    expect(app.stats().connections).toBe(CONNECTIONS);
  });
});
