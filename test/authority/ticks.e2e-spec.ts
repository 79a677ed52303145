// Can a revocation be lost in any tick around an admission, over real sockets? It is tried at every single moment.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { io } from 'socket.io-client';
import type { IRealtimeConnections } from 'nestjs-realtime';
import { closeApps, type TestApp } from '../kit/boot.js';
import type { Accounts } from './accounts.js';
import { bootAuthority, roomChannel } from './authority-app.js';

const MICROTASKS = 40;
const room = roomChannel.with({ roomId: '1' });

/** Each moment, in order, after an answer was released. */
const MOMENTS: readonly [name: string, wait: () => Promise<unknown>][] = [
  ...Array.from({ length: MICROTASKS }, (_, n): [string, () => Promise<unknown>] => [
    `${n} microtasks`,
    async () => {
      for (let tick = 0; tick < n; tick++) await Promise.resolve();
    },
  ]),
  ['the next tick', () => new Promise<void>((resolve) => process.nextTick(resolve))],
  ['the next turn', () => new Promise((resolve) => setImmediate(resolve))],
];

describe('a revocation at any moment', () => {
  let app: TestApp;
  let accounts: Accounts;
  let connections: IRealtimeConnections;

  beforeEach(async () => {
    ({ app, accounts, connections } = await bootAuthority({
      limits: { messagesPerSecond: 1_000, messageBurst: 1_000 },
    }));
    accounts.login('s1', 'ann');
    accounts.admit('ann', '1');
  });

  afterEach(closeApps);

  /** Resolves once the server holds no connection and authenticates none. */
  async function empty(): Promise<void> {
    const busy = () => app.stats().connections + app.stats().pendingAuthentications > 0;
    for (let turn = 0; turn < 10_000 && busy(); turn++) await new Promise(setImmediate);
    expect(app.stats()).toMatchObject({ connections: 0, pendingAuthentications: 0 });
  }

  it.each([
    ['disconnect of a user', () => connections.disconnect({ userId: 'ann' })],
    ['disconnect of a session', () => connections.disconnect({ sessionId: 's1' })],
  ])(
    '%s leaves no client connected that gate 1 was admitting',
    async (_what, disconnect) => {
      for (const [, wait] of MOMENTS) {
        const held = accounts.identity.hold();
        const socket = io(app.url, {
          path: '/realtime',
          auth: { token: 's1' },
          transports: ['websocket'],
          forceNew: true,
          reconnection: false,
        });
        const over = new Promise<void>((resolve) => {
          socket.once('disconnect', () => resolve());
          socket.once('connect_error', () => resolve());
        });
        await held.asked;
        held.release();
        await wait();
        await disconnect();
        await over;
        await empty();
        socket.disconnect();
      }
    },
    30_000,
  );

  it.each<[string, (connectionId: string) => Promise<void>]>([
    ['its user', () => connections.disconnect({ userId: 'ann' })],
    ['its own id', (connectionId) => connections.disconnect({ connectionId })],
  ])('disconnect finds an anonymous connection that was gaining a user, by %s', async (_whose, disconnect) => {
    for (const [, wait] of MOMENTS) {
      const client = await app.connect();
      const held = accounts.identity.hold();
      const reply = client.request('rt:authenticate', { token: 's1' });
      await held.asked;
      held.release();
      await wait();
      await disconnect(client.socket.id!);
      const answer = await Promise.race([reply, client.closed]);
      if (typeof answer === 'string') continue;
      // It was answered: either it came too late to belong to ann, or the goodbye followed.
      if (answer.ok) await client.closed;
      else expect(await client.subscribe('inside')).toMatchObject({ error: { code: 'UNAUTHENTICATED' } });
      client.close();
    }
    await empty();
  });

  it.each<[string, (connectionId: string) => Promise<void>]>([
    ['a user', () => connections.unsubscribe({ userId: 'ann' }, room)],
    ['a session', () => connections.unsubscribe({ sessionId: 's1' })],
    ['a connection', (connectionId) => connections.unsubscribe({ connectionId }, room)],
  ])('unsubscribe leaves no client of %s in a channel that gate 2 was admitting it to', async (_whose, unsubscribe) => {
    const client = await app.connect({ as: 's1' });
    for (const [moment, wait] of MOMENTS) {
      const held = accounts.membership.hold();
      const reply = client.subscribe('room.1');
      await held.asked;
      held.release();
      await wait();
      await unsubscribe(client.socket.id!);
      expect([moment, app.stats().subscriptions]).toEqual([moment, 0]);
      await app.broadcast(room, { n: 1 });
      await reply;
      expect([moment, app.stats().subscriptions]).toEqual([moment, 0]);
    }
    await client.settle();
    expect(client.events).toEqual([]);
  });
});
