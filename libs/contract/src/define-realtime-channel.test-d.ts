// What does the compiler infer from a declaration, and what must it refuse? Checked by `npm run typecheck`.
import { expectTypeOf } from 'expect-type';
import { z } from 'zod';
import * as sample from '../test/channels.js';
import {
  type AnyChannel,
  type ChannelAddress,
  type ChannelParams,
  type ChannelTarget,
  defineRealtimeChannel,
  type Duration,
  type EventInput,
  type EventNameOf,
  type EventOutput,
  type ErrorCodeOf,
  type HeardEventOf,
  type MessageInput,
  type MessageNameOf,
  type MessageOutput,
  type ParamsOf,
  type ReplyInput,
  type ReplyOutput,
} from './index.js';

class Shipped {
  at: string;
}
class AddNote {
  text: string;
}
const Price = z.object({ amount: z.coerce.number(), unit: z.string().default('EUR') });

const orders = defineRealtimeChannel({
  name: 'orders.{orderId}.{line}',
  scope: 'authenticated',
  events: { shipped: Shipped, priced: Price },
  messages: { addNote: AddNote, setPrice: Price },
});
type Orders = typeof orders;

expectTypeOf<ChannelParams<'orders.{orderId}'>>().toEqualTypeOf<{ readonly orderId: string }>();
expectTypeOf<ParamsOf<Orders>>().toEqualTypeOf<{ readonly orderId: string; readonly line: string }>();
expectTypeOf<EventNameOf<Orders>>().toEqualTypeOf<'shipped' | 'priced'>();
expectTypeOf<MessageNameOf<Orders>>().toEqualTypeOf<'addNote' | 'setPrice'>();
expectTypeOf<EventOutput<Orders, 'shipped'>>().toEqualTypeOf<Shipped>();
expectTypeOf<EventOutput<Orders, 'priced'>>().toEqualTypeOf<{ amount: number; unit: string }>();
expectTypeOf<EventInput<Orders, 'priced'>>().toEqualTypeOf<{ amount: unknown; unit?: string | undefined }>();
expectTypeOf<MessageInput<Orders, 'addNote'>>().toEqualTypeOf<AddNote>();
expectTypeOf<MessageOutput<Orders, 'setPrice'>>().toEqualTypeOf<{ amount: number; unit: string }>();

orders.with({ orderId: '1', line: '2' });
// @ts-expect-error a param is missing
orders.with({ orderId: '1' });
// @ts-expect-error params are strings
orders.with({ orderId: 1, line: '2' });
// @ts-expect-error an unknown param
orders.with({ orderId: '1', line: '2', extra: '3' });

const ping = defineRealtimeChannel({ name: 'realtime-ping', scope: 'public', payload: Shipped, message: AddNote });
expectTypeOf<EventNameOf<typeof ping>>().toEqualTypeOf<'message'>();
expectTypeOf<MessageNameOf<typeof ping>>().toEqualTypeOf<'message'>();
expectTypeOf<EventOutput<typeof ping, 'message'>>().toEqualTypeOf<Shipped>();

const silent = defineRealtimeChannel({ name: 'silent', scope: 'public' });
expectTypeOf<EventNameOf<typeof silent>>().toEqualTypeOf<never>();
expectTypeOf<MessageNameOf<typeof silent>>().toEqualTypeOf<never>();

declare function target<T>(value: ChannelTarget<Orders> | ChannelTarget<typeof ping>): T;
target(ping);
target(orders.with({ orderId: '1', line: '2' }));
// @ts-expect-error a channel with params is no target without them
target(orders);

// Events as JSON carries them
type Sample = typeof sample.orders;
expectTypeOf<EventInput<Sample, 'shipped'>>().toEqualTypeOf<Pick<sample.Shipped, 'at' | 'by'>>();
expectTypeOf<EventOutput<Sample, 'shipped'>>().toEqualTypeOf<{ at: string; by: string }>();
expectTypeOf<EventInput<Sample, 'refresh'>>().toEqualTypeOf<undefined>();
expectTypeOf<HeardEventOf<Sample>>().toEqualTypeOf<'shipped' | 'bidded' | 'refresh' | 'typing'>();
expectTypeOf<ErrorCodeOf<Sample, 'bid'>>().toEqualTypeOf<'BID_TOO_LOW' | 'CLOSED'>();
expectTypeOf<ErrorCodeOf<Sample, 'poke'>>().toEqualTypeOf<never>();
expectTypeOf<ReplyInput<Sample, 'bid'>>().toEqualTypeOf<{ rank: number }>();
expectTypeOf<ReplyOutput<Sample, 'bid'>>().toEqualTypeOf<{ rank: number }>();
expectTypeOf<ReplyOutput<Sample, 'poke'>>().toEqualTypeOf<void>();

// Addresses
const one = sample.orders.with({ orderId: '1' });
expectTypeOf(one).toEqualTypeOf<ChannelAddress<Sample>>();
expectTypeOf(one.name).toEqualTypeOf<string>();
expectTypeOf(one.params).toEqualTypeOf<{ readonly orderId: string }>();
expectTypeOf(one.descriptor).toEqualTypeOf<Sample>();
const anyAddress: ChannelAddress = one;
const anyChannel: AnyChannel = sample.orders;
export const either = (flag: boolean): ChannelTarget<typeof ping> => (flag ? ping : ping.with({}));
void [anyAddress, anyChannel];

// All options of a channel
defineRealtimeChannel({
  name: 'price.{sku}',
  scope: 'public',
  events: { tick: z.object({ p: z.number() }) },
  flush: '100ms',
  conflate: true,
  slowConsumer: 'drop',
  limits: { messagesPerSecond: 2, payloadBytes: 512 },
});
defineRealtimeChannel({ name: 's.{sessionId}', scope: { sessionScoped: 'sessionId' }, autoSubscribe: true });
defineRealtimeChannel({ name: 'up.{userId}', scope: { userScoped: 'userId' }, wire: 'plain', acks: 'bare' });
// A date may be broadcast: it arrives as text.
defineRealtimeChannel({ name: 'x', scope: 'public', events: { a: z.object({ at: z.date() }) } });

defineRealtimeChannel({ name: 'u.{userId}', scope: { userScoped: 'userId' }, payload: Shipped });
// @ts-expect-error the name lacks the param
defineRealtimeChannel({ name: 'u.{userId}', scope: { userScoped: 'id' }, payload: Shipped });
// @ts-expect-error no such scope
defineRealtimeChannel({ name: 'x', scope: 'everyone', payload: Shipped });
// @ts-expect-error both forms at once
defineRealtimeChannel({ name: 'x', scope: 'public', payload: Shipped, events: { shipped: Shipped } });
// @ts-expect-error a slot holds a schema, not a value
defineRealtimeChannel({ name: 'x', scope: 'public', payload: 42 });
// @ts-expect-error no such option
defineRealtimeChannel({ name: 'x', scope: 'public', histroy: true });
// @ts-expect-error a slot holds a schema or null
defineRealtimeChannel({ name: 'x', scope: 'public', events: { a: 42 } });
// @ts-expect-error an import cycle leaves undefined; null says that there is no payload
defineRealtimeChannel({ name: 'x', scope: 'public', events: { a: undefined } });
// @ts-expect-error a duration has one of five units
defineRealtimeChannel({ name: 'x', scope: 'public', history: { ttl: '5 minutes' } });
// @ts-expect-error JSON loses a Map
defineRealtimeChannel({ name: 'x', scope: 'public', events: { a: z.object({ m: z.map(z.string(), z.string()) }) } });
// @ts-expect-error JSON loses a bigint
defineRealtimeChannel({ name: 'x', scope: 'public', payload: z.object({ n: z.bigint() }) });
const LOST = z.object({ s: z.set(z.string()) });
// @ts-expect-error JSON loses a Set in a reply
defineRealtimeChannel({ name: 'x', scope: 'public', messages: { a: { payload: null, reply: LOST } } });
// @ts-expect-error visible to which members?
defineRealtimeChannel({ name: 'x', scope: 'authenticated', presence: { visibleTo: 'all' } });
// @ts-expect-error whisper is a flag of a message, not of an event
defineRealtimeChannel({ name: 'x', scope: 'public', events: { a: { payload: AddNote, whisper: true } } });
// @ts-expect-error a session-scoped name lacks the param
defineRealtimeChannel({ name: 's.{sessionId}', scope: { sessionScoped: 'id' } });
// @ts-expect-error no such wire
defineRealtimeChannel({ name: 'x', scope: 'public', wire: 'binary' });

declare function wait(length: Duration): void;
wait(1_500);
wait('1.5s');
// Any number that JavaScript reads is a number to the compiler, and to the layer: the spec of durations has the same.
wait('1 m');
wait('1e3s');
wait('.5s');
// @ts-expect-error a duration has a unit
wait('30');
// @ts-expect-error a unit is one of five
wait('5min');
// @ts-expect-error a unit is in lower case
wait('5S');
// @ts-expect-error nothing stands behind the unit
wait('5s ');
