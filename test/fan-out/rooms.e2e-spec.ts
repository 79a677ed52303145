// How does a channel look to code that asks Socket.IO directly?
import { afterEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { SocketBook } from '../kit/socket-book.js';

const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'public',
  payload: z.object({ n: z.number() }),
});

const start = (): Promise<TestApp> =>
  boot({
    imports: [RealtimeModule.forRoot({ guards: { connect: [SocketBook] } }), RealtimeModule.forFeature([orders])],
  });

afterEach(async () => {
  SocketBook.sockets.length = 0;
  await closeApps();
});

describe('a channel, seen through Socket.IO', () => {
  it('is the room "ch:" and its name while it has members', async () => {
    const app = await start();
    const { sockets } = SocketBook;
    const [ann, bob] = [await app.connect(), await app.connect()];
    await ann.subscribe('orders.1');
    await ann.subscribe('orders.2');
    await bob.subscribe('orders.1');
    const [{ nsp }] = sockets;
    const membersOf = async (room: string): Promise<string[]> =>
      (await nsp.in(room).fetchSockets()).map(({ id }) => id).sort();

    expect(sockets[0].rooms).toEqual(new Set([sockets[0].id, 'ch:orders.1', 'ch:orders.2']));
    expect(await membersOf('ch:orders.1')).toEqual([ann.socket.id, bob.socket.id].sort());
    expect(await membersOf('ch:orders.2')).toEqual([ann.socket.id]);
    expect(await membersOf('orders.1')).toEqual([]);
    nsp.to('ch:orders.1').emit('aside', 7);
    const heard = new Promise((resolve) => bob.socket.once('aside', resolve));
    expect(await heard).toBe(7);

    await bob.unsubscribe('orders.1');
    await app.hangUp();
    expect(await membersOf('ch:orders.1')).toEqual([]);
    expect(app.stats().rooms).toBe(0);
  });

  it('gains no member when a socket joins that room: only gate 2 makes members', async () => {
    const app = await start();
    const intruder = await app.connect();
    await SocketBook.sockets[0].join('ch:orders.1');
    const member = await app.connect();
    await member.subscribe('orders.1');
    await app.broadcast(orders.with({ orderId: '1' }), { n: 1 });
    await Promise.all([intruder.settle(), member.settle()]);
    expect(member.events.map(({ payload }) => payload)).toEqual([{ n: 1 }]);
    expect(intruder.events).toEqual([]);
    expect(app.stats()).toMatchObject({ rooms: 1, subscriptions: 1 });
  });
});
