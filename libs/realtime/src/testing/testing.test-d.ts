// What does the compiler infer in a test, and what must it refuse? Checked by `npm run typecheck`.
import type { INestApplication } from '@nestjs/common';
import type { ChannelHandle, RealtimeClient } from '@nestjs-realtime/client';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { expectTypeOf } from 'expect-type';
import { z } from 'zod';
import { type InMemoryRealtimeBroadcaster, IRealtimeBroadcaster } from '../index.js';
import {
  connectTestClient,
  type ReceivedEvent,
  type RecordedBroadcast,
  RecordingRealtimeBroadcaster,
  type TestChannel,
  type TestClient,
} from './index.js';

class Shipped {
  at: Date;
}
const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { shipped: Shipped, priced: z.object({ amount: z.number(), unit: z.string().default('EUR') }) },
  messages: { addNote: z.object({ text: z.string() }) },
});
const ping = defineRealtimeChannel({ name: 'ping', scope: 'public', payload: z.number() });
const order = orders.with({ orderId: '42' });

export async function recordings(): Promise<void> {
  const realtime = new RecordingRealtimeBroadcaster();
  expectTypeOf(realtime).toExtend<IRealtimeBroadcaster>();
  expectTypeOf(realtime.broadcasts).toEqualTypeOf<readonly RecordedBroadcast[]>();
  await realtime.settled();

  realtime.assertBroadcast(order);
  realtime.assertBroadcast(orders, 'shipped', { at: new Date() });
  realtime.assertBroadcast('orders.42', 'whatever', 1);
  realtime.assertNotBroadcast();
  realtime.assertNotBroadcast(ping, 'message');
  expectTypeOf(realtime.payloadsOf(order, 'priced')).toEqualTypeOf<unknown[]>();
  // @ts-expect-error no such event
  realtime.assertBroadcast(order, 'sent');
  // @ts-expect-error no such event
  realtime.assertNotBroadcast(orders, 'sent');
  // @ts-expect-error a message is no event
  realtime.payloadsOf(order, 'addNote');
  // @ts-expect-error one payload
  realtime.assertBroadcast(order, 'shipped', {}, {});
  // @ts-expect-error the record is read only
  realtime.broadcasts.push({ channel: 'ping', event: 'message', payload: 1 });
}

export async function clients(app: INestApplication): Promise<void> {
  const client = await connectTestClient(app, {
    auth: { token: 't' },
    cookies: { session: 's' },
    headers: { origin: undefined },
    timeout: 1_000,
  });
  await connectTestClient(app, { auth: async () => ({ token: 't' }) });
  // @ts-expect-error credentials are an object
  await connectTestClient(app, { auth: 't' });
  // @ts-expect-error no such option
  await connectTestClient(app, { url: 'http://localhost' });
  expectTypeOf(client).toEqualTypeOf<TestClient>();
  expectTypeOf(client.realtime).toEqualTypeOf<RealtimeClient>();

  const channel = client.channel(orders, { orderId: '42' });
  expectTypeOf(channel).toEqualTypeOf<TestChannel<typeof orders>>();
  expectTypeOf(channel).toExtend<ChannelHandle<typeof orders>>();
  expectTypeOf(channel.received).toEqualTypeOf<readonly ReceivedEvent[]>();
  expectTypeOf(client.subscribe(ping)).resolves.toEqualTypeOf<TestChannel<typeof ping>>();
  expectTypeOf(channel.next('shipped')).resolves.toEqualTypeOf<{ at: string }>();
  expectTypeOf(channel.next('priced', { timeout: 1 })).resolves.toEqualTypeOf<{ amount: number; unit: string }>();
  await channel.send('addNote', { text: 'a' });
  await channel.reached('ended');
  await client.reached('failed');
  // @ts-expect-error no such event
  await channel.next('sent');
  // @ts-expect-error a message is no event
  await channel.next('addNote');
  // @ts-expect-error a field is missing
  await channel.send('addNote', {});
  // @ts-expect-error the channel needs its param
  client.channel(orders);
  // @ts-expect-error no such param
  await client.subscribe(orders, { id: '42' });
  // @ts-expect-error no such state
  await channel.reached('connected');
}

export function inMemory(realtime: InMemoryRealtimeBroadcaster): void {
  const off = realtime.subscribe(order, (event, payload) => {
    if (event === 'priced') expectTypeOf(payload).toEqualTypeOf<{ amount: number; unit: string }>();
    else expectTypeOf(payload).toEqualTypeOf<{ at: string }>();
  });
  expectTypeOf(off).toEqualTypeOf<() => void>();
  realtime.subscribe(ping, (event, payload) => {
    const name: 'message' = event;
    void name;
    expectTypeOf(payload).toEqualTypeOf<number>();
  });
  realtime.subscribe(order, () => undefined);
  // @ts-expect-error the params are open
  realtime.subscribe(orders, () => undefined);
  // @ts-expect-error a name is no channel
  realtime.subscribe('ping', () => undefined);
}
