// What does the compiler know of the mock? Checked by `npm run typecheck`.
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { expectTypeOf } from 'expect-type';
import { z } from 'zod';
import { orders, ping, room, Shipped } from '../../../contract/test/channels.js';
import type { RealtimeClient } from '../index.js';
import { createMockRealtime } from './index.js';

const Mood = z.object({ mood: z.enum(['busy', 'free']) });
const { client, server } = createMockRealtime({ user: { userId: 'ann', roles: [] }, channels: [room] });
expectTypeOf(client).toEqualTypeOf<RealtimeClient>();
const order = orders.with({ orderId: '42' });
void server.broadcast(order, 'shipped', new Shipped());
void server.broadcast(ping, 'message', { n: 1 });
// @ts-expect-error no such event
void server.broadcast(order, 'ship', new Shipped());
// @ts-expect-error the payload of another event
void server.broadcast(order, 'shipped', { amount: 4 });
// @ts-expect-error a channel with params needs with()
void server.broadcast(orders, 'shipped', new Shipped());
// @ts-expect-error no such code
server.refuse('NO_SUCH_CODE');
server.refuse('FORBIDDEN');
server.setUser({ userId: 'ada', roles: [] });
server.setUser(null);
// @ts-expect-error a user has roles
server.setUser({ userId: 'ada' });

const here = defineRealtimeChannel({ name: 'here', scope: 'authenticated', presence: true });
const lobby = defineRealtimeChannel({ name: 'lobby.{id}', scope: 'authenticated', presence: { data: Mood } });
void server.join(here, 'ada');
void server.join(lobby.with({ id: '1' }), 'ada', { mood: 'busy' });
void server.leave(lobby.with({ id: '1' }), 'ada');
void server.setOnline(['ada']);
// @ts-expect-error the channel declares data
void server.join(lobby.with({ id: '1' }), 'ada');
// @ts-expect-error not the data of a member
void server.join(lobby.with({ id: '1' }), 'ada', { mood: 'sad' });
// @ts-expect-error the channel has no presence
void server.join(ping, 'ada');
// @ts-expect-error the channel has no presence
void server.leave(ping, 'ada');
