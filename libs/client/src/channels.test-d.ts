// What does the compiler know of a channel that a client names by its contract? Checked by `npm run typecheck`.
import { expectTypeOf } from 'expect-type';
import type * as channels from '../../contract/test/channels.js';
import { Shipped } from '../../contract/test/channels.js';
import { type ChannelHandle, createRealtimeClient, type SubscriptionStatus } from './index.js';

const now = new Shipped();
const app = createRealtimeClient<{
  orders: typeof channels.orders;
  room: typeof channels.room;
  ping: typeof channels.ping;
  silent: typeof channels.silent;
  inbox: typeof channels.inbox;
  notAChannel: number;
}>();
const order = app.channel('orders.{orderId}', { orderId: '42' });
const room = app.channel('rooms.{roomId}', { roomId: 'r' });

// A record and a module namespace are the same contract.
const byModule = createRealtimeClient<typeof channels>();
expectTypeOf(byModule.channel('orders.{orderId}', { orderId: '42' })).toEqualTypeOf<typeof order>();
expectTypeOf<Parameters<ChannelHandle<typeof channels.orders>['on']>[0]>().toEqualTypeOf<
  'shipped' | 'bidded' | 'refresh' | 'typing'
>();

// Names
app.channel('realtime-ping').on('message', ({ n }) => expectTypeOf(n).toEqualTypeOf<number>());
app.channel('inbox.{userId}').on('mail', ({ text }) => expectTypeOf(text).toEqualTypeOf<string>());
app.channel('inbox.{userId}', { userId: 'ada' });
// @ts-expect-error a param is missing
app.channel('orders.{orderId}');
// @ts-expect-error no such channel in the contract
app.channel('order.{orderId}', { orderId: '42' });
// @ts-expect-error a template, not a concrete name
app.channel('orders.42', { orderId: '42' });
// @ts-expect-error not a channel
app.channel('notAChannel');

// Events, as JSON carries them
order.on('shipped', ({ at }) => expectTypeOf(at).toEqualTypeOf<string>());
order.on('shipped', (payload) => expectTypeOf<keyof typeof payload>().toEqualTypeOf<'at' | 'by'>());
order.on('bidded', ({ unit }) => expectTypeOf(unit).toEqualTypeOf<string>());
order.on('refresh', (payload) => expectTypeOf(payload).toEqualTypeOf<undefined>());
order.on('typing', ({ userId, payload }) => {
  expectTypeOf(userId).toEqualTypeOf<string | null>();
  expectTypeOf(payload.on).toEqualTypeOf<boolean>();
});
room.on('snapshot', ({ topic }) => expectTypeOf(topic).toEqualTypeOf<string>());
async function loop(): Promise<void> {
  for await (const { unit } of order.events('bidded', { buffer: 100, overflow: 'drop-oldest' })) {
    expectTypeOf(unit).toEqualTypeOf<string>();
  }
}
void loop;
expectTypeOf(order.events('shipped')).toEqualTypeOf<AsyncIterableIterator<{ at: string; by: string }>>();
// @ts-expect-error a message is not an event; a whisper is heard
order.on('addNote', () => undefined);
// @ts-expect-error no such event
order.events('sent');
// @ts-expect-error no such way to overflow
order.events('bidded', { overflow: 'drop-newest' });
// @ts-expect-error the channel has no snapshot
order.on('snapshot', () => undefined);
// @ts-expect-error the channel has no events
app.channel('silent').on('message', () => undefined);

// Messages: the input of the schema, where fields with a default are optional
async function sends(): Promise<void> {
  await order.send('poke');
  await order.send('addNote', { text: 'a' }, { timeout: '3s', signal: new AbortController().signal, traceparent: '' });
  const { rank } = await order.send('bid', { amount: 1 });
  expectTypeOf(rank).toEqualTypeOf<number>();
  expectTypeOf(await order.send('addNote', { text: '' })).toEqualTypeOf<void>();
  // @ts-expect-error an event is not a message
  void order.send('shipped', now);
  // @ts-expect-error the payload is missing
  void order.send('addNote');
  // @ts-expect-error a field is missing
  void order.send('addNote', {});
  // @ts-expect-error a field is of another type
  void order.send('bid', { amount: '1' });
  // @ts-expect-error a message without payload takes none
  void order.send('poke', {});
  // @ts-expect-error no such unit
  void order.send('addNote', { text: '' }, { timeout: '3 sec' });
  // @ts-expect-error the channel takes no messages
  void app.channel('silent').send('message', {});
}
void sends;

async function tries(): Promise<void> {
  const result = await order.trySend('bid', { amount: 1 });
  if (result.ok) expectTypeOf(result.data.rank).toEqualTypeOf<number>();
  else if (result.error.code === 'BID_TOO_LOW') expectTypeOf(result.error.data).toEqualTypeOf<{ minimum: number }>();
  else if (result.error.code === 'CLOSED' || result.error.code === 'TIMEOUT') {
    expectTypeOf(result.error.data).toEqualTypeOf<undefined>();
  }
  // @ts-expect-error no such code
  else if (result.error.code === 'TOO_HIGH') void 0;
  // @ts-expect-error no error has data where the result is ok
  void (result.ok && result.error);
  const poked = await order.trySend('poke');
  if (!poked.ok && poked.error.code === 'RATE_LIMITED')
    expectTypeOf(poked.error.retryAfterMs).toEqualTypeOf<number | undefined>();
}
void tries;

// State
expectTypeOf(order.name).toEqualTypeOf<string>();
expectTypeOf(order.params).toEqualTypeOf<{ readonly orderId: string }>();
expectTypeOf(order.status).toEqualTypeOf<SubscriptionStatus>();
order.onStatus((status) => {
  if (status.state === 'subscribed') expectTypeOf([status.gap, status.replayed]).toEqualTypeOf<(boolean | number)[]>();
  else if (status.reason) expectTypeOf(status.reason.retryable).toEqualTypeOf<boolean>();
});
// @ts-expect-error only some states have a gap
void order.status.gap;

// What the channel does not declare is not there.
// @ts-expect-error no history
void order.history;
// @ts-expect-error no history
void order.position;
// @ts-expect-error no presence
void order.presence;
