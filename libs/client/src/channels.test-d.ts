// What does the compiler know of a channel that a client names by its contract? Checked by `npm run typecheck`.
import { expectTypeOf } from 'expect-type';
import type * as channels from '../../contract/test/channels.js';
import { defineRealtimeChannel, type Position } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { room as roomChannel, Shipped } from '../../contract/test/channels.js';
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

// History, where the channel declares it
expectTypeOf(room.position).toEqualTypeOf<Position | null>();
async function pages(): Promise<void> {
  const { events, position } = await room.history({ since: { epoch: 'e', offset: 4 }, limit: 20, timeout: '3s' });
  expectTypeOf(position).toEqualTypeOf<Position>();
  for (const { event, payload, offset } of events) {
    expectTypeOf(event).toEqualTypeOf<'said'>();
    expectTypeOf([payload.text, offset]).toEqualTypeOf<(string | number)[]>();
  }
  await room.history();
  // @ts-expect-error a position has an epoch
  await room.history({ since: 4 });
}
void pages;

// Presence, where the channel declares it
const Mood = z.object({ mood: z.enum(['busy', 'free']), at: z.date().default(() => new Date()) });
const lobby = defineRealtimeChannel({
  name: 'lobby.{id}',
  scope: 'authenticated',
  presence: { data: Mood, setBy: 'member', grace: '20s' },
});
const desk = defineRealtimeChannel({ name: 'desk', scope: 'authenticated', presence: { data: Mood } });
const here = defineRealtimeChannel({ name: 'here', scope: { role: 'staff' }, presence: true });
const { presence } = app.channel(lobby, { id: '1' });
expectTypeOf(presence.members[0].data).toEqualTypeOf<{ mood: 'busy' | 'free'; at: string }>();
expectTypeOf(presence.members[0].userId).toEqualTypeOf<string>();
expectTypeOf(presence.members[0].connections).toEqualTypeOf<number>();
presence.onMembers((members) => expectTypeOf(members).toEqualTypeOf<typeof presence.members>());
presence.onJoin((member) => expectTypeOf(member).toEqualTypeOf<(typeof presence.members)[number]>());
presence.onLeave((member) => expectTypeOf(member.since).toEqualTypeOf<string>())();
expectTypeOf(presence.update({ mood: 'busy' })).toEqualTypeOf<Promise<void>>();
expectTypeOf(app.channel(here).presence.members[0].userId).toEqualTypeOf<string>();
const byName = createRealtimeClient<{ lobby: typeof lobby }>().channel('lobby.{id}', { id: '1' });
expectTypeOf(byName.presence).toEqualTypeOf<typeof presence>();
expectTypeOf(byName).toExtend<ChannelHandle>();
// @ts-expect-error not the data of a member
void presence.update({ mood: 'sad' });
// @ts-expect-error the data is missing
void presence.update();
// @ts-expect-error the server sets the data
void app.channel(desk).presence.update({ mood: 'busy' });
// @ts-expect-error the channel declares no data
void app.channel(here).presence.update({ mood: 'busy' });
// @ts-expect-error the list is read only
presence.members.pop();
// @ts-expect-error a channel without types has no presence
void createRealtimeClient().channel('anything.{id}', { id: '1' }).presence;

// A position to go on from
const since = { epoch: 'e', offset: 4 };
expectTypeOf(app.channel('rooms.{roomId}', { roomId: 'r' }, { since })).toEqualTypeOf<typeof room>();
expectTypeOf(app.channel(roomChannel.with({ roomId: 'r' }), { since })).toEqualTypeOf<typeof room>();
app.channel('inbox.{userId}', undefined, { since });
app.channel('realtime-ping', {}, { since: undefined });
// @ts-expect-error an offset is no position
app.channel('rooms.{roomId}', { roomId: 'r' }, { since: 4 });
// @ts-expect-error no such option
app.channel('rooms.{roomId}', { roomId: 'r' }, { from: since });
