// Do functions compile that are generic in the channel? Checked by `npm run typecheck`.
import type {
  AnyChannel,
  ChannelTarget,
  EventOutput,
  HeardEventOf,
  MessageInput,
  MessageNameOf,
  ReplyOutput,
} from '@nestjs-realtime/contract';
import { expectTypeOf } from 'expect-type';
import { orders, ping, room } from '../../contract/test/channels.js';
import {
  type ChannelHandle,
  type ChannelsIn,
  createRealtimeClient,
  type HandleArguments,
  type Meant,
  type Off,
  type RealtimeClient,
  type SendResult,
} from './index.js';

const client = createRealtimeClient();

export function listen<Channel extends AnyChannel, Event extends HeardEventOf<Channel>>(
  handle: ChannelHandle<Channel>,
  event: Event,
  listener: (payload: EventOutput<Channel, Event>) => void,
): Off {
  return handle.on(event, listener);
}
listen(client.channel(orders, { orderId: '1' }), 'shipped', ({ at }) => expectTypeOf(at).toEqualTypeOf<string>());
listen(client.channel(room, { roomId: '1' }), 'snapshot', ({ topic }) => expectTypeOf(topic).toEqualTypeOf<string>());
// @ts-expect-error no such event
listen(client.channel(orders, { orderId: '1' }), 'ship', () => undefined);

export async function say<Channel extends AnyChannel, Message extends MessageNameOf<Channel>>(
  handle: ChannelHandle<Channel>,
  message: Message,
  payload: MessageInput<Channel, Message>,
): Promise<ReplyOutput<Channel, Message>> {
  return handle.send(message, payload);
}
void say(client.channel(room, { roomId: '1' }), 'say', { text: '' });
// @ts-expect-error another payload
void say(client.channel(room, { roomId: '1' }), 'say', { txt: '' });

export function attempt<Channel extends AnyChannel, Message extends MessageNameOf<Channel>>(
  target: ChannelTarget<Channel>,
  message: Message,
  payload: MessageInput<Channel, Message>,
): Promise<ReplyOutput<Channel, Message>> {
  return client.send(target, message, payload);
}
expectTypeOf(attempt(orders.with({ orderId: '1' }), 'bid', { amount: 1 })).toEqualTypeOf<Promise<{ rank: number }>>();
void attempt(ping, 'message', { text: '' });
// @ts-expect-error no such message
void attempt(ping, 'bid', { text: '' });

export async function loud<Channel extends AnyChannel, Message extends MessageNameOf<Channel>>(
  handle: ChannelHandle<Channel>,
  message: Message,
  payload: MessageInput<Channel, Message>,
): Promise<SendResult<Channel, Message>> {
  const result = await handle.trySend(message, payload);
  if (!result.ok) console.warn(result.error);
  return result;
}

// A function for handles of any channel
declare function stateOf(handle: ChannelHandle): string;
export function describe<Channel extends AnyChannel>(handle: ChannelHandle<Channel>): string {
  return stateOf(handle);
}
stateOf(client.channel(orders, { orderId: '1' }));
stateOf(client.channel('anything.{id}', { id: '1' }));

// A function with the arguments of `channel()`, as a hook has them
type Contract = ChannelsIn<{ readonly orders: typeof orders; readonly ping: typeof ping }>;
const app: RealtimeClient<Contract> = createRealtimeClient<{ orders: typeof orders; ping: typeof ping }>();
export function use<Argument extends Contract['name'] | AnyChannel>(
  channel: Argument,
  ...rest: HandleArguments<Contract, Argument>
): ChannelHandle<Meant<Contract, Argument>> {
  return app.channel(channel, ...rest);
}
expectTypeOf(use('orders.{orderId}', { orderId: '1' })).toEqualTypeOf<ChannelHandle<typeof orders>>();
expectTypeOf(use(ping)).toEqualTypeOf<ChannelHandle<typeof ping>>();
// @ts-expect-error the param is missing
use('orders.{orderId}');
// @ts-expect-error no such channel in the contract
use('rooms.{roomId}', { roomId: '1' });
