// What does the compiler infer from a declaration, and what must it refuse? Checked by `npm run typecheck`.
import { expectTypeOf } from 'expect-type';
import { z } from 'zod';
import {
  type ChannelParams,
  type ChannelTarget,
  defineRealtimeChannel,
  type Duration,
  type EventInput,
  type EventNameOf,
  type EventOutput,
  type MessageInput,
  type MessageNameOf,
  type MessageOutput,
  type ParamsOf,
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

defineRealtimeChannel({ name: 'u.{userId}', scope: { userScoped: 'userId' }, payload: Shipped });
// @ts-expect-error the name lacks the param
defineRealtimeChannel({ name: 'u.{userId}', scope: { userScoped: 'id' }, payload: Shipped });
// @ts-expect-error no such scope
defineRealtimeChannel({ name: 'x', scope: 'everyone', payload: Shipped });
// @ts-expect-error both forms at once
defineRealtimeChannel({ name: 'x', scope: 'public', payload: Shipped, events: { shipped: Shipped } });
// @ts-expect-error a slot holds a schema, not a value
defineRealtimeChannel({ name: 'x', scope: 'public', payload: 42 });

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
