// May a module export what the client returns? A project that writes declarations must be able to name its type. Checked by `npm run typecheck`.
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { inbox, orders, ping, room } from '../../contract/test/channels.js';
import { createRealtimeClient } from './index.js';
import { createMockRealtime } from './testing/index.js';

const lounge = defineRealtimeChannel({
  name: 'lounges.{loungeId}',
  scope: 'authenticated',
  events: { x: null },
  presence: true,
});

export const client = createRealtimeClient<{ orders: typeof orders }>();
export const byName = client.channel('orders.{orderId}', { orderId: '1' });
export const untyped = createRealtimeClient().channel('any.name');
export const shared = client.channel(ping);
export const withHistory = client.channel(room, { roomId: '1' });
export const withPresence = client.channel(lounge, { loungeId: '1' });
export const ofUser = client.channel(inbox);
export const presence = withPresence.presence;
export const page = withHistory.history();
export const sent = byName.send('poke');
export const tried = byName.trySend('bid', { amount: 1 });
export const loop = byName.events('shipped');
export const friends = client.watch(['ada']);
export const mock = createMockRealtime();
