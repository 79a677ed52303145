// When does the hook `authenticated` report a user of a connection, over real sockets? Once for each change, after it holds.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IRealtimeConnections, RealtimeHookEvents } from 'nestjs-realtime';
import { closeApps, type TestApp } from '../kit/boot.js';
import type { Accounts } from './accounts.js';
import { bootAuthority } from './authority-app.js';

describe('the hook authenticated', () => {
  let app: TestApp;
  let accounts: Accounts;
  let connections: IRealtimeConnections;
  let reported: RealtimeHookEvents['authenticated'][];

  beforeEach(async () => {
    ({ app, accounts, connections } = await bootAuthority());
    accounts.login('ann', 'ann', { roles: ['staff'] });
    reported = app.record('authenticated');
  });

  afterEach(closeApps);

  /** Who the user was and is, and with which roles. */
  const changes = () =>
    reported.map(({ before, user }) => [before, user].map((one) => one && `${one.userId} ${one.roles.join()}`));

  it('says nothing of a connect', async () => {
    await app.connect({ as: 'ann' });
    await app.connect();
    expect(reported).toEqual([]);
  });

  it('reports the user that an anonymous connection gains', async () => {
    const client = await app.connect();
    await client.request('rt:authenticate', { token: 'ann' });
    expect(changes()).toEqual([[null, 'ann staff']]);
    expect(reported[0].connection).toMatchObject({ connectionId: client.socket.id, user: { userId: 'ann' } });
  });

  it('reports new credentials, and none that were refused', async () => {
    accounts.login('ann2', 'ann');
    accounts.login('bob', 'bob');
    const client = await app.connect({ as: 'ann' });
    for (const token of ['bob', 'mallory', 42]) await client.request('rt:authenticate', { token });
    expect(reported).toEqual([]);
    await client.request('rt:authenticate', { token: 'ann2' });
    await client.request('rt:authenticate', { token: 'ann2' });
    expect(changes()).toEqual([['ann staff', 'ann ']]);
  });

  it('reports a user that a renewal finds changed, and none that is as before', async () => {
    const clients = [await app.connect({ as: 'ann' }), await app.connect({ as: 'ann' })];
    await connections.reauthorize({ userId: 'ann' });
    expect(reported).toEqual([]);
    accounts.login('ann', 'ann', { roles: ['staff', 'night'] });
    await connections.reauthorize({ connectionId: clients[0].socket.id! });
    expect(changes()).toEqual([['ann staff', 'ann staff,night']]);
    await connections.reauthorize({ userId: 'ann' });
    expect(reported.map(({ connection }) => connection.connectionId)).toEqual(clients.map(({ socket }) => socket.id));
  });

  it('reports nothing of a connection that ends because its user has gone', async () => {
    const client = await app.connect({ as: 'ann' });
    accounts.logout('ann');
    await connections.reauthorize({ userId: 'ann' });
    await client.closed;
    expect(reported).toEqual([]);
  });

  it('lets a listener end the connection', async () => {
    app.hooks.on('authenticated', ({ connection, user }) => {
      if (!user?.roles.includes('staff')) return connections.disconnect(connection);
      return undefined;
    });
    const client = await app.connect({ as: 'ann' });
    accounts.login('ann', 'ann');
    await connections.reauthorize({ userId: 'ann' });
    expect(await client.next('rt:bye')).toEqual([{ code: 'REVOKED', reconnect: false }]);
  });
});
