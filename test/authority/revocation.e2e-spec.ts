// What does a revocation on demand end, over real sockets? Once its promise has resolved, nothing more arrives.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { IRealtimeConnections } from 'nestjs-realtime';
import { closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import type { Accounts } from './accounts.js';
import { bootAuthority, insideChannel, newsChannel, roomChannel } from './authority-app.js';

describe('revocation', () => {
  let app: TestApp;
  let accounts: Accounts;
  let revocation: IRealtimeConnections;
  const revoked = (channel: string) => [{ channel, code: 'REVOKED', retryable: false }];

  beforeEach(async () => {
    ({ app, accounts, revocation } = await bootAuthority());
    accounts.login('ann-phone', 'ann');
    accounts.login('ann-desk', 'ann');
    accounts.login('bob', 'bob');
    for (const room of ['1', '2']) for (const user of ['ann', 'bob']) accounts.admit(user, room);
  });

  afterEach(closeApps);

  async function listener(sessionId: string): Promise<Client> {
    const client = await app.connect({ as: sessionId });
    for (const channel of ['inside', 'room.1', 'room.2']) {
      expect(await client.subscribe(channel)).toEqual({ ok: true, channel });
    }
    return client;
  }

  async function tellEverybody(): Promise<void> {
    await app.broadcast(newsChannel, { n: 0 });
    await app.broadcast(insideChannel, { n: 1 });
    for (const roomId of ['1', '2']) await app.broadcast(roomChannel.with({ roomId }), { n: 2 });
  }

  function heard(client: Client): string[] {
    return client.events.map(({ channel }) => channel);
  }

  it('disconnectUser ends every connection of the user and no other', async () => {
    const [phone, desk, bob] = [await listener('ann-phone'), await listener('ann-desk'), await listener('bob')];
    await revocation.disconnect({ userId: 'ann' });
    expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 3 });
    await tellEverybody();
    for (const client of [phone, desk]) {
      expect(await client.next('rt:bye')).toEqual([{ code: 'REVOKED', reconnect: false }]);
      expect(await client.closed).toBe('io server disconnect');
      expect(client.events).toEqual([]);
    }
    await bob.settle();
    expect(heard(bob)).toEqual(['inside', 'room.1', 'room.2']);
    expect(bob.log).not.toContain('rt:evicted');
  });

  it("disconnectSession ends the connections of one session and keeps the user's other sessions", async () => {
    const clients = [await listener('ann-phone'), await listener('ann-phone')];
    const desk = await listener('ann-desk');
    await revocation.disconnect({ sessionId: 'ann-phone' });
    expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 3 });
    await tellEverybody();
    for (const client of clients) {
      expect(await client.next('rt:bye')).toEqual([{ code: 'REVOKED', reconnect: false }]);
      await client.closed;
      expect(client.events).toEqual([]);
    }
    await desk.settle();
    expect(heard(desk)).toEqual(['inside', 'room.1', 'room.2']);
  });

  it('disconnectSession finds a connection by the session it has authenticated with since', async () => {
    const [phone, desk] = [await app.connect({ as: 'ann-phone' }), await app.connect({ as: 'ann-phone' })];
    await phone.request('rt:authenticate', { token: 'ann-desk' });
    await revocation.disconnect({ sessionId: 'ann-phone' });
    await desk.closed;
    await phone.settle();
    expect(app.stats().connections).toBe(1);
    await revocation.disconnect({ sessionId: 'ann-desk' });
    await phone.closed;
  });

  it('finds a connection that was anonymous and has gained a user', async () => {
    const client = await app.connect();
    await client.request('rt:authenticate', { token: 'ann-desk' });
    await revocation.disconnect({ userId: 'ann' });
    expect(await client.next('rt:bye')).toEqual([{ code: 'REVOKED', reconnect: false }]);
  });

  it.each([
    ['by its address', roomChannel.with({ roomId: '1' })],
    ['by its name', 'room.1'],
  ])('revoke from a channel, named %s, evicts from that channel and from no other', async (_how, channel) => {
    const [phone, desk, bob] = [await listener('ann-phone'), await listener('ann-desk'), await listener('bob')];
    await revocation.revoke({ userId: 'ann', channel });
    await tellEverybody();
    for (const client of [phone, desk]) {
      expect(await client.next('rt:evicted')).toEqual(revoked('room.1'));
      await client.settle();
      expect(heard(client)).toEqual(['inside', 'room.2']);
    }
    await bob.settle();
    expect(heard(bob)).toEqual(['inside', 'room.1', 'room.2']);
    expect(bob.log).not.toContain('rt:evicted');
  });

  it('revoke without a channel evicts from all channels and keeps the connection', async () => {
    const client = await listener('ann-phone');
    await revocation.revoke({ userId: 'ann' });
    expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 0, rooms: 0 });
    await tellEverybody();
    await client.settle();
    expect(client.log.slice(-4)).toEqual(['rt:evicted', 'rt:evicted', 'rt:evicted', 'reply rt:settle']);
    expect(client.events).toEqual([]);
  });

  it('revoke is no ban: gate 2 decides again', async () => {
    const client = await listener('ann-phone');
    await revocation.revoke({ userId: 'ann' });
    expect(await client.subscribe('room.1')).toEqual({ ok: true, channel: 'room.1' });
    accounts.expel('ann', '1');
    await revocation.revoke({ userId: 'ann', channel: 'room.1' });
    expect(await client.subscribe('room.1')).toMatchObject({ error: { code: 'FORBIDDEN' } });
  });

  it('does nothing for a user who is not connected', async () => {
    const client = await listener('ann-phone');
    await revocation.disconnect({ userId: 'nobody' });
    await revocation.disconnect({ sessionId: 'nothing' });
    await revocation.revoke({ userId: 'nobody' });
    await revocation.revoke({ userId: 'ann', channel: 'room.9' });
    await revocation.reauthorize({ userId: 'nobody' });
    await tellEverybody();
    await client.settle();
    expect(heard(client)).toEqual(['inside', 'room.1', 'room.2']);
    expect(client.log).not.toContain('rt:evicted');
  });

  it('calls the unsubscribed hook once for every subscription that it ends', async () => {
    const ended = app.record('unsubscribed');
    const client = await listener('ann-phone');
    await revocation.revoke({ userId: 'ann', channel: 'room.1' });
    await revocation.revoke({ userId: 'ann', channel: 'room.1' });
    await revocation.disconnect({ userId: 'ann' });
    await client.closed;
    expect(ended.map(({ channel }) => channel)).toEqual(['room.1', 'inside', 'room.2']);
  });

  it('refuses a message that waited behind the revocation', async () => {
    const client = await listener('ann-phone');
    await revocation.revoke({ userId: 'ann', channel: 'room.1' });
    expect(await client.send('room.1', 'message', {})).toMatchObject({ error: { code: 'NOT_SUBSCRIBED' } });
  });
});
