// What do disconnect and unsubscribe end, over real sockets? Once their promise has resolved, nothing more arrives.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type IRealtimeConnections, RealtimeFault, type Who } from 'nestjs-realtime';
import { closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import type { Accounts } from './accounts.js';
import { bootAuthority, insideChannel, newsChannel, roomChannel } from './authority-app.js';

const room = (roomId: string) => roomChannel.with({ roomId });

describe('the connections of a party', () => {
  let app: TestApp;
  let accounts: Accounts;
  let connections: IRealtimeConnections;
  const revoked = (channel: string) => [{ channel, code: 'REVOKED', retryable: false }];

  beforeEach(async () => {
    ({ app, accounts, connections } = await bootAuthority());
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
    for (const roomId of ['1', '2']) await app.broadcast(room(roomId), { n: 2 });
  }

  function heard(client: Client): string[] {
    return client.events.map(({ channel }) => channel);
  }

  describe('end', () => {
    it('all of a user, and no other', async () => {
      const [phone, desk, bob] = [await listener('ann-phone'), await listener('ann-desk'), await listener('bob')];
      await connections.disconnect({ userId: 'ann' });
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

    it("all of a session, and not those of the user's other sessions", async () => {
      const clients = [await listener('ann-phone'), await listener('ann-phone')];
      const desk = await listener('ann-desk');
      await connections.disconnect({ sessionId: 'ann-phone' });
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

    it('all of the session that a connection has authenticated with since', async () => {
      const [phone, desk] = [await app.connect({ as: 'ann-phone' }), await app.connect({ as: 'ann-phone' })];
      await phone.request('rt:authenticate', { token: 'ann-desk' });
      await connections.disconnect({ sessionId: 'ann-phone' });
      await desk.closed;
      await phone.settle();
      expect(app.stats().connections).toBe(1);
      await connections.disconnect({ sessionId: 'ann-desk' });
      await phone.closed;
    });

    it('also where one was anonymous and has gained a user', async () => {
      const client = await app.connect();
      await client.request('rt:authenticate', { token: 'ann-desk' });
      await connections.disconnect({ userId: 'ann' });
      expect(await client.next('rt:bye')).toEqual([{ code: 'REVOKED', reconnect: false }]);
    });

    it('one by one, by its id or as a hook hands it out, anonymous or not', async () => {
      const connected = app.record('connected');
      const clients = [await listener('ann-phone'), await listener('ann-phone'), await app.connect()];
      await connections.disconnect({ connectionId: clients[0].socket.id! });
      await connections.disconnect(connected[2].connection);
      for (const gone of [clients[0], clients[2]]) {
        expect(await gone.next('rt:bye')).toEqual([{ code: 'REVOKED', reconnect: false }]);
        await gone.closed;
      }
      await clients[1].settle();
      expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 3 });
      expect(connected.map(({ connection }) => connection.closed)).toEqual([true, false, true]);
    });
  });

  describe('leave', () => {
    it('one channel of a user, and no other', async () => {
      const [phone, desk, bob] = [await listener('ann-phone'), await listener('ann-desk'), await listener('bob')];
      await connections.unsubscribe({ userId: 'ann' }, room('1'));
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

    it.each<[string, (phone: Client) => Who]>([
      ['a session', () => ({ sessionId: 'ann-phone' })],
      ['a connection', (phone) => ({ connectionId: phone.socket.id! })],
    ])('one channel of %s, and not for the other connections of its user', async (_whose, who) => {
      const [phone, desk] = [await listener('ann-phone'), await listener('ann-desk')];
      await connections.unsubscribe(who(phone), insideChannel);
      await tellEverybody();
      for (const client of [phone, desk]) await client.settle();
      expect([heard(phone), heard(desk)]).toEqual([
        ['room.1', 'room.2'],
        ['inside', 'room.1', 'room.2'],
      ]);
      expect(desk.log).not.toContain('rt:evicted');
    });

    it('all channels where none is named, and remain connected', async () => {
      const client = await listener('ann-phone');
      await connections.unsubscribe({ userId: 'ann' });
      expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 0, rooms: 0 });
      await tellEverybody();
      await client.settle();
      expect(client.log.slice(-4)).toEqual(['rt:evicted', 'rt:evicted', 'rt:evicted', 'reply rt:settle']);
      expect(client.events).toEqual([]);
    });

    it('and may come back where gate 2 allows it', async () => {
      const client = await listener('ann-phone');
      await connections.unsubscribe({ userId: 'ann' });
      expect(await client.subscribe('room.1')).toEqual({ ok: true, channel: 'room.1' });
      accounts.expel('ann', '1');
      await connections.unsubscribe({ userId: 'ann' }, room('1'));
      expect(await client.subscribe('room.1')).toMatchObject({ error: { code: 'FORBIDDEN' } });
    });

    it('with one call of the unsubscribed hook for each subscription', async () => {
      const ended = app.record('unsubscribed');
      const client = await listener('ann-phone');
      await connections.unsubscribe({ userId: 'ann' }, room('1'));
      await connections.unsubscribe({ userId: 'ann' }, room('1'));
      await connections.disconnect({ userId: 'ann' });
      await client.closed;
      expect(ended.map(({ channel, by }) => [channel.name, by])).toEqual([
        ['room.1', 'server'],
        ['inside', 'disconnect'],
        ['room.2', 'disconnect'],
      ]);
      expect(ended[0].channel).toEqual(room('1'));
    });

    it('with a refusal for a message that waited behind it', async () => {
      const client = await listener('ann-phone');
      await connections.unsubscribe({ userId: 'ann' }, room('1'));
      expect(await client.send('room.1', 'message', {})).toMatchObject({ error: { code: 'NOT_SUBSCRIBED' } });
    });
  });

  it('are none for a party that is not connected, and that is no fault', async () => {
    const client = await listener('ann-phone');
    await connections.disconnect({ userId: 'nobody' });
    await connections.disconnect({ sessionId: 'nothing' });
    await connections.disconnect({ connectionId: 'nowhere' });
    await connections.unsubscribe({ userId: 'nobody' });
    await connections.unsubscribe({ userId: 'ann' }, room('9'));
    await connections.reauthorize({ userId: 'nobody' });
    await tellEverybody();
    await client.settle();
    expect(heard(client)).toEqual(['inside', 'room.1', 'room.2']);
    expect(client.log).not.toContain('rt:evicted');
  });

  describe.each(['disconnect', 'unsubscribe', 'reauthorize', 'subscribe'] as const)(
    'are not touched by %s',
    (method) => {
      const call = (who: unknown, target: unknown = insideChannel): Promise<void> =>
        (connections[method] as (who: unknown, target: unknown) => Promise<void>)(who, target);

      it.each<[unknown, string]>([
        [{ userId: 42 }, '{ userId: 42 } is no id; ids are strings of at least one character.'],
        [{}, 'An object without userId, sessionId or connectionId means no connection'],
        [{ userId: 'ann', sessionId: 'ann-phone' }, 'An object with userId and sessionId is ambiguous'],
        ['ann', "'ann' does not say whose connections are meant"],
        [undefined, 'undefined does not say whose connections are meant'],
        ['caller', "'caller' is the sender of a message, or the page behind an HTTP request"],
      ])('with %j', async (who, sentence) => {
        const client = await listener('ann-phone');
        const refused = call(who);
        await expect(refused).rejects.toBeInstanceOf(RealtimeFault);
        await expect(refused).rejects.toThrow(sentence);
        await client.settle();
        expect(client.log).not.toContain('rt:evicted');
        expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 3 });
      });
    },
  );

  it.each<[string, unknown, string]>([
    ['a name', 'room.1', '"room.1" is a name, and a name is no target'],
    ['a list', [insideChannel], 'A list is no channel here; call once for each of them.'],
    ['a descriptor with open params', roomChannel, '"room.{roomId}" is not a concrete name of channel "room.{roomId}"'],
    ['an object', {}, 'was not made by defineRealtimeChannel()'],
    ['null, as an import cycle may leave it', null, 'The call names no channel'],
  ])('are not touched where the channel is %s', async (_what, target, sentence) => {
    const client = await listener('ann-phone');
    for (const method of ['subscribe', 'unsubscribe', 'reauthorize'] as const) {
      const refused = connections[method]({ userId: 'ann' }, target as never);
      await expect(refused).rejects.toBeInstanceOf(RealtimeFault);
      await expect(refused).rejects.toThrow(sentence);
    }
    await client.settle();
    expect(client.log).not.toContain('rt:evicted');
    expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 3 });
  });
});
