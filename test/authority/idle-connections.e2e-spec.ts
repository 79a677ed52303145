// How long does authority last on a connection without subscriptions? No longer than a lease, where a session ends unannounced.
import { afterEach, describe, expect, it } from '@jest/globals';
import type { LiveConnection } from 'nestjs-realtime/adapters';
import { ConnectionDirectory } from '../../libs/realtime/src/connections/connection.directory.js';
import { closeApps } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { type AuthorityApp, bootAuthority } from './authority-app.js';

const LEASE = 600;

describe('an idle connection', () => {
  let running: AuthorityApp;

  async function start(lease = LEASE): Promise<AuthorityApp> {
    running = await bootAuthority({ lease });
    running.accounts.login('ann', 'ann', { roles: ['staff'] });
    return running;
  }

  afterEach(closeApps);

  it('is closed within a lease of a logout that the application did not announce', async () => {
    const { app, accounts } = await start();
    const clients = await Promise.all(Array.from({ length: 5 }, () => app.connect({ as: 'ann' })));
    accounts.logout('ann');
    for (const client of clients) {
      expect(await client.next('rt:bye')).toEqual([{ code: 'REVOKED', reconnect: false }]);
    }
    await Promise.all(clients.map(({ closed }) => closed));
    expect(app.stats().holdings).toMatchObject({ directory: 0, users: 0, leases: 0, renewals: 0 });
  });

  it('loses a role within a lease, and the role opens nothing more', async () => {
    const { app, accounts } = await start();
    const client = await app.connect({ as: 'ann' });
    const asked = accounts.identity.count;
    accounts.login('ann', 'ann');
    while (accounts.identity.count === asked) await new Promise(setImmediate);
    await client.settle();
    expect(await client.subscribe('staff')).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
  });

  describe('whose user was not confirmed for a lease', () => {
    /** The lease is long, so that only the gates can notice the end. */
    async function doubted(): Promise<{ readonly client: Client; readonly connection: LiveConnection }> {
      const { app } = await start(600_000);
      const client = await app.connect({ as: 'ann' });
      const [connection] = app.nest.get(ConnectionDirectory).all();
      return { client, connection };
    }
    const doubt = (connection: LiveConnection): void => void (connection.confirmedAt = -Infinity);

    it('has its user confirmed once for a batch, and is admitted where the session still exists', async () => {
      const { client, connection } = await doubted();
      doubt(connection);
      const asked = running.accounts.identity.count;
      const replies = await client.request('rt:subscribe', [{ channel: 'inside' }, { channel: 'staff' }]);
      expect(replies).toMatchObject([{ ok: true }, { ok: true }]);
      expect(running.accounts.identity.count).toBe(asked + 1);
      expect(await client.subscribe('news')).toMatchObject({ ok: true });
      expect(running.accounts.identity.count).toBe(asked + 1);
    });

    it('is closed at gate 2 where the session has ended', async () => {
      const { client, connection } = await doubted();
      running.accounts.logout('ann');
      doubt(connection);
      void client.subscribe('staff');
      expect(await client.next('rt:bye')).toEqual([{ code: 'REVOKED', reconnect: false }]);
      expect(connection.subscriptions.size).toBe(0);
    });

    it('reaches no handler where the session has ended, and may retry where the authenticator fails', async () => {
      const { client, connection } = await doubted();
      const say = { channel: 'inside', event: 'say', payload: { n: 1 } };
      await client.subscribe('inside');
      expect(await client.request('rt:message', say)).toEqual({ ok: true });
      running.accounts.identity.fail('fails');
      doubt(connection);
      expect(await client.request('rt:message', say)).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
      expect(await client.next('rt:evicted')).toMatchObject([{ channel: 'inside', code: 'EXPIRED', retryable: true }]);
      running.accounts.identity.recover();
      running.accounts.logout('ann');
      void client.subscribe('inside');
      expect(await client.next('rt:bye')).toEqual([{ code: 'REVOKED', reconnect: false }]);
    });
  });
});
