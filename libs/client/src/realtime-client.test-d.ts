// What does the compiler infer from a channel's declaration, and what must it refuse? Checked by `npm run typecheck`.
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { expectTypeOf } from 'expect-type';
import { z } from 'zod';
import {
  type ChannelHandle,
  type ConnectionState,
  createRealtimeClient,
  type RealtimeError,
  type SubscriptionState,
} from './index.js';

class Shipped {
  at: string;
}
class AddNote {
  text: string;
}
const orderChannel = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { shipped: Shipped, priced: z.object({ amount: z.number(), unit: z.string().default('EUR') }) },
  messages: { addNote: AddNote, setPrice: z.object({ amount: z.number(), unit: z.string().default('EUR') }) },
});
const pingChannel = defineRealtimeChannel({ name: 'ping', scope: 'public', payload: Shipped, message: AddNote });
const silentChannel = defineRealtimeChannel({ name: 'silent', scope: 'public' });

const client = createRealtimeClient({ auth: () => ({ token: 't' }) });
createRealtimeClient();
createRealtimeClient({ auth: async () => undefined });

expectTypeOf(client.state).toEqualTypeOf<ConnectionState>();
expectTypeOf(client.reason).toEqualTypeOf<RealtimeError | undefined>();
client.onState(({ state, reason }) => {
  expectTypeOf(state).toEqualTypeOf<ConnectionState>();
  expectTypeOf(reason).toEqualTypeOf<RealtimeError | undefined>();
});
// @ts-expect-error the state is read only
client.state = 'connected';
// @ts-expect-error credentials are an object
createRealtimeClient({ auth: () => 'token' });
// @ts-expect-error no such option
createRealtimeClient({ uri: 'http://localhost' });

// A descriptor and a type alone give the same handle.
const order = client.channel(orderChannel, { orderId: '42' });
const byType = client.channel<typeof orderChannel>('orders.{orderId}', { orderId: '42' });
expectTypeOf(order).toEqualTypeOf<ChannelHandle<typeof orderChannel>>();
expectTypeOf(byType).toEqualTypeOf<ChannelHandle<typeof orderChannel>>();
expectTypeOf(order.state).toEqualTypeOf<SubscriptionState>();

// Params
client.channel(pingChannel);
client.channel<typeof pingChannel>('ping');
// @ts-expect-error the channel needs its param
client.channel(orderChannel);
// @ts-expect-error the channel needs its param
client.channel<typeof orderChannel>('orders.{orderId}');
// @ts-expect-error a param is a string
client.channel(orderChannel, { orderId: 42 });
// @ts-expect-error no such param
client.channel(orderChannel, { id: '42' });
// @ts-expect-error one param too many
client.channel(orderChannel, { orderId: '42', line: '1' });
// @ts-expect-error the channel has no params
client.channel(pingChannel, { orderId: '42' });
// @ts-expect-error the template is the channel's own, not a concrete name
client.channel<typeof orderChannel>('orders.42', { orderId: '42' });

// Events
expectTypeOf<Parameters<typeof order.on>[0]>().toEqualTypeOf<'shipped' | 'priced'>();
order.on('shipped', (payload) => expectTypeOf(payload).toEqualTypeOf<Shipped>());
byType.on('priced', (payload) => expectTypeOf(payload).toEqualTypeOf<{ amount: number; unit: string }>());
client.channel(pingChannel).on('message', (payload) => expectTypeOf(payload).toEqualTypeOf<Shipped>());
expectTypeOf(order.events('shipped')).toEqualTypeOf<AsyncIterableIterator<Shipped, undefined>>();
async function loop(): Promise<void> {
  for await (const payload of byType.events('priced')) expectTypeOf(payload.unit).toEqualTypeOf<string>();
}
void loop;
// @ts-expect-error a message is not an event
order.on('addNote', () => undefined);
// @ts-expect-error no such event
order.events('sent');
// @ts-expect-error the channel has no events
client.channel(silentChannel).on('message', () => undefined);

// Messages: the input of the schema, where fields with a default are optional
expectTypeOf(order.send('addNote', { text: 'Ring twice.' })).toEqualTypeOf<Promise<unknown>>();
void order.send('setPrice', { amount: 1 }, { timeout: 1_000, signal: new AbortController().signal });
void client.channel<typeof pingChannel>('ping').send('message', { text: '' });
// @ts-expect-error an event is not a message
void order.send('shipped', { at: '' });
// @ts-expect-error a field is missing
void order.send('addNote', {});
// @ts-expect-error a field is of another type
void byType.send('setPrice', { amount: '1' });
// @ts-expect-error the payload is missing
void order.send('addNote');
// @ts-expect-error the channel takes no messages
void client.channel(silentChannel).send('message', {});

// Without a type, names are strings and payloads are unknown.
const untyped = client.channel('anything.{id}', { id: '1' });
untyped.on('whatever', (payload) => expectTypeOf(payload).toEqualTypeOf<unknown>());
void untyped.send('whatever', 1);
