// Which broadcasts compile, and which does the compiler refuse? Checked by `npm run typecheck`.
import type { AnyChannel, ChannelAddress, ChannelTarget, EventInput, EventNameOf } from '@nestjs-realtime/contract';
import { expectTypeOf } from 'expect-type';
import { here, inbox, one, orders, ping, price, room, Shipped, silent, word } from '../../../contract/test/channels.js';
import { IRealtimeBroadcaster } from '../index.js';

declare const realtime: IRealtimeBroadcaster;
const order = orders.with({ orderId: '42' });
const now = new Shipped();

/** Never runs: only the types of the calls matter. */
export async function broadcasts(): Promise<void> {
  expectTypeOf(realtime.broadcast(order, 'shipped', now)).toEqualTypeOf<Promise<void>>();
  await realtime.broadcast(order, 'shipped', { at: new Date(), by: 'ada' });
  await realtime.broadcast(order, 'bidded', { amount: 4 });
  await realtime.broadcast(order, 'refresh');
  await realtime.broadcast(order, 'refresh', undefined, { except: 'caller' });
  await realtime.broadcast([order, orders.with({ orderId: '43' })], 'shipped', now, { except: { connectionId: 'c1' } });
  await realtime.broadcast(order, 'shipped', now, { except: ['caller', { userId: 'ada' }] });
  await realtime.broadcast(ping, { n: 1 });
  await realtime.broadcast(ping, 'message', { n: 1 }, { except: 'caller' });
  await realtime.broadcast(ping.with({}), { n: 1 });
  await realtime.broadcast([ping], { n: 1 });
  await realtime.broadcast(word, 'message'); // The payload "message": the channel is declared with `payload`.
  await realtime.broadcast(one, 'ping');
  await realtime.broadcast(one, 'ping', 'hello');
  await realtime.broadcast(here, 'x');
  await realtime.broadcast(room.with({ roomId: 'r' }), 'said', { text: 'hi' }, { idempotencyKey: 'm-1' });
  await realtime.broadcast(room.with({ roomId: 'r' }), 'said', { text: 'hi' }, { except: 'caller' });
  await realtime.send({ connectionId: 'c1' }, order, 'shipped', now);
  await realtime.send('caller', order, 'refresh');
  await realtime.send({ userId: 'ada' }, room.with({ roomId: 'r' }), 'said', { text: 'hi' });

  // @ts-expect-error no such event
  await realtime.broadcast(order, 'ship', now);
  // @ts-expect-error a message is not an event
  await realtime.broadcast(order, 'addNote', { text: 'a' });
  // @ts-expect-error the payload of another event
  await realtime.broadcast(order, 'shipped', { amount: 4 });
  // @ts-expect-error a property of the wrong type
  await realtime.broadcast(order, 'shipped', { at: 'now', by: '' });
  // @ts-expect-error the payload is missing
  await realtime.broadcast(order, 'shipped');
  // @ts-expect-error a property is missing
  await realtime.broadcast(ping, {});
  // @ts-expect-error an event without payload takes none
  await realtime.broadcast(order, 'refresh', { a: 1 });
  // @ts-expect-error a channel with named events needs the name of one
  await realtime.broadcast(one, 'pong');
  // @ts-expect-error several events, and none is named
  await realtime.broadcast(order, { at: new Date(), by: '' });
  // @ts-expect-error a channel with params needs with()
  await realtime.broadcast(orders, 'shipped', now);
  // @ts-expect-error a list names channels of one descriptor
  await realtime.broadcast([order, price.with({ sku: '1' })], 'shipped', now);
  // @ts-expect-error no list on a channel with history
  await realtime.broadcast([room.with({ roomId: 'r' })], 'said', { text: 'hi' });
  // @ts-expect-error a key needs a log that remembers it
  await realtime.broadcast(order, 'shipped', now, { idempotencyKey: 'k' });
  // @ts-expect-error of the strings, only 'caller' names a party
  await realtime.broadcast(order, 'shipped', now, { except: 'c1' });
  // @ts-expect-error one key of three
  await realtime.send({ userId: 'ada', connectionId: 'c1' }, order, 'refresh');
  // @ts-expect-error the channel has no events
  await realtime.broadcast(silent, 'message', { text: 'a' });
  // @ts-expect-error a number is no id
  await realtime.send({ userId: 42 }, order, 'refresh');
  // @ts-expect-error a name is no channel
  await realtime.broadcast('orders.42', 'shipped', now);
}

// Functions that are generic in the event or in the channel, without explicit type arguments
export const toUser = <Event extends EventNameOf<typeof inbox>>(
  userId: string,
  event: Event,
  payload: EventInput<typeof inbox, Event>,
): Promise<void> => realtime.broadcast(inbox.with({ userId }), event, payload);
export const toOrder = <Event extends EventNameOf<typeof orders>>(
  event: Event,
  payload: EventInput<typeof orders, Event>,
): Promise<void> => realtime.broadcast(order, event, payload, { except: 'caller' });
export function relay<Channel extends AnyChannel, Event extends EventNameOf<Channel>>(
  target: ChannelAddress<Channel>,
  event: Event,
  payload: EventInput<Channel, Event>,
): Promise<void> {
  return realtime.broadcast(target, event, payload);
}
export class Later {
  constructor(private readonly broadcaster: IRealtimeBroadcaster) {}

  after<Channel extends AnyChannel, Event extends EventNameOf<Channel>>(
    ms: number,
    target: ChannelAddress<Channel>,
    event: Event,
    payload: EventInput<Channel, Event>,
  ): void {
    setTimeout(() => void this.broadcaster.broadcast(target, event, payload), ms);
  }
}
void toUser('ada', 'mail', { text: '' });
void relay(order, 'shipped', now);
// @ts-expect-error the payload of another event
void relay(order, 'shipped', { text: '' });

// A fake of an application
export class Fake extends IRealtimeBroadcaster {
  readonly calls: unknown[][] = [];
  override broadcast(...call: unknown[]): Promise<void> {
    this.calls.push(call);
    return Promise.resolve();
  }
  override send(...call: unknown[]): Promise<void> {
    this.calls.push(call);
    return Promise.resolve();
  }
}
new Later(new Fake()).after(1, order, 'bidded', { amount: 1 });
export const anywhere: ChannelTarget<typeof ping>[] = [ping, ping.with({})];
