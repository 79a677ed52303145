// What may an entry of the bridge say, and what must it not? Checked by `npm run typecheck`.
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { expectTypeOf } from 'expect-type';
import type { EventBus } from '@nestjs/cqrs';
import { z } from 'zod';
import type { IRealtimeBroadcaster } from '../index.js';
import { bindRealtimeBridge, type BoundBridge, type BridgeEntry, forward, RealtimeCqrsModule } from './index.js';

class OrderShipped {
  constructor(
    readonly orderId: string,
    readonly at: Date,
    readonly customerEmail: string,
  ) {}
}
abstract class AnyOrderEvent {
  abstract readonly orderId: string;
}
class Shipped {
  at: Date;
}
const Price = z.object({ amount: z.coerce.number(), unit: z.string().default('EUR') });

const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { shipped: Shipped, priced: Price, refresh: null },
  messages: { addNote: Shipped },
});
const feed = defineRealtimeChannel({ name: 'feed', scope: 'public', payload: Shipped });
const silent = defineRealtimeChannel({ name: 'silent', scope: 'public' });

declare const bus: EventBus;
declare const broadcaster: IRealtimeBroadcaster;

// the mapper gets an instance of the event's class and gives params and payload
const entry = forward(OrderShipped).to(orders, 'shipped', (event) => {
  expectTypeOf(event).toEqualTypeOf<OrderShipped>();
  return { params: { orderId: event.orderId }, payload: { at: event.at } };
});
expectTypeOf(entry).toExtend<BridgeEntry>();

// params only where the name has some
forward(OrderShipped).to(feed, 'message', ({ at }) => ({ payload: { at } }));
// what a broadcast takes, before the schema has parsed it
forward(OrderShipped).to(orders, 'priced', ({ orderId }) => ({ params: { orderId }, payload: { amount: '4' } }));
// an event without payload
forward(OrderShipped).to(orders, 'refresh', ({ orderId }) => ({ params: { orderId } }));
// @ts-expect-error it takes none
forward(OrderShipped).to(orders, 'refresh', ({ orderId }) => ({ params: { orderId }, payload: { at: 1 } }));
// null skips, a list fans out, either may be asynchronous
forward(OrderShipped).to(feed, 'message', ({ at }) => (at.getTime() > 0 ? { payload: { at } } : null));
forward(OrderShipped).to(orders, 'shipped', ({ at }) =>
  ['1', '2'].map((orderId) => ({ params: { orderId }, payload: { at } })),
);
forward(OrderShipped).to(feed, 'message', async ({ at }) => ({ payload: { at } }));
forward(OrderShipped).to(feed, 'message', async () => null);
// a base class, and several channels for one class
forward(AnyOrderEvent)
  .to(feed, 'message', () => ({ payload: { at: new Date() } }))
  .to(orders, 'shipped', (event) => {
    expectTypeOf(event).toEqualTypeOf<AnyOrderEvent>();
    return { params: { orderId: event.orderId }, payload: { at: new Date() } };
  });

// @ts-expect-error: a mapper is mandatory, nothing passes through
forward(OrderShipped).to(feed, 'message');
// @ts-expect-error: the event as it is, is no broadcast
forward(OrderShipped).to(feed, 'message', (event) => event);
// @ts-expect-error: no such event
forward(OrderShipped).to(orders, 'ship', () => null);
// @ts-expect-error: a message is not an event
forward(OrderShipped).to(orders, 'addNote', () => null);
// @ts-expect-error: the channel has no events
forward(OrderShipped).to(silent, 'message', () => null);
// @ts-expect-error: the payload of another event
forward(OrderShipped).to(orders, 'shipped', ({ orderId }) => ({ params: { orderId }, payload: { amount: 4 } }));
// @ts-expect-error: a property of the wrong type
forward(OrderShipped).to(feed, 'message', () => ({ payload: { at: 'now' } }));
// @ts-expect-error: a property is missing
forward(OrderShipped).to(feed, 'message', () => ({ payload: {} }));
// @ts-expect-error: the payload is missing
forward(OrderShipped).to(orders, 'shipped', ({ orderId }) => ({ params: { orderId } }));
// @ts-expect-error: params are missing
forward(OrderShipped).to(orders, 'shipped', ({ at }) => ({ payload: { at } }));
// @ts-expect-error: a param is missing
forward(OrderShipped).to(orders, 'shipped', ({ at }) => ({ params: {}, payload: { at } }));
// @ts-expect-error: params are strings
forward(OrderShipped).to(orders, 'shipped', ({ at }) => ({ params: { orderId: 42 }, payload: { at } }));
// @ts-expect-error: a mapper returns null to skip an event
forward(OrderShipped).to(feed, 'message', () => undefined);
// @ts-expect-error: the wrong payload, also where it comes later
forward(OrderShipped).to(feed, 'message', async () => ({ payload: { at: 'now' } }));
// @ts-expect-error: the event has no such property
forward(OrderShipped).to(feed, 'message', ({ shippedAt }) => ({ payload: { at: shippedAt } }));
// @ts-expect-error: the event is of another class
forward(OrderShipped).to(feed, 'message', ({ at }: { at: Date; carrier: string }) => ({ payload: { at } }));
// @ts-expect-error: an event is a class
forward('OrderShipped');
// @ts-expect-error: a name is no channel
forward(OrderShipped).to('feed', 'message', () => null);

expectTypeOf(bindRealtimeBridge(bus, broadcaster, [])).toEqualTypeOf<BoundBridge>();
bindRealtimeBridge(bus, broadcaster, [entry], { afterCommit: (run) => run(), mapperTimeout: 100 });
RealtimeCqrsModule.forRoot();
RealtimeCqrsModule.forRoot({ allowlist: [entry], afterCommit: (run) => run() });
RealtimeCqrsModule.forFeature([entry]);
// @ts-expect-error: an entry leads somewhere
bindRealtimeBridge(bus, broadcaster, [forward(OrderShipped)]);
// @ts-expect-error: an event class alone says nothing of what may leave
RealtimeCqrsModule.forFeature([OrderShipped]);
// @ts-expect-error: no such option
RealtimeCqrsModule.forRoot({ entries: [entry] });
