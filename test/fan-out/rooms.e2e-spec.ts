// How does a channel look to code that asks Socket.IO directly?
import { afterEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, RealtimeHooks, RealtimeModule } from 'nestjs-realtime';
import type { Socket } from 'socket.io';
import { z } from 'zod';
import { boot, closeApps } from '../kit/boot.js';

const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'public',
  payload: z.object({ n: z.number() }),
});

afterEach(closeApps);

describe('a channel, seen through Socket.IO', () => {
  it('is the room "ch:" and its name while it has members', async () => {
    const app = await boot({ imports: [RealtimeModule.forRoot(), RealtimeModule.forFeature([orders])] });
    const sockets: Socket[] = [];
    app.nest.get(RealtimeHooks).on('connected', ({ connection }) => sockets.push(connection.client as Socket));
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
    const app = await boot({ imports: [RealtimeModule.forRoot(), RealtimeModule.forFeature([orders])] });
    const connected = app.nextHook('connected');
    const intruder = await app.connect();
    await ((await connected).connection.client as Socket).join('ch:orders.1');
    const member = await app.connect();
    await member.subscribe('orders.1');
    await app.broadcast(orders.with({ orderId: '1' }), { n: 1 });
    await Promise.all([intruder.settle(), member.settle()]);
    expect(member.events.map(({ payload }) => payload)).toEqual([{ n: 1 }]);
    expect(intruder.events).toEqual([]);
    expect(app.stats()).toMatchObject({ rooms: 1, subscriptions: 1 });
  });
});
