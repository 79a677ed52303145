// What may a client be asked, and what must the compiler refuse? Checked by `npm run typecheck`.
import type { AnyChannel, PublicUser } from '@nestjs-realtime/contract';
import { expectTypeOf } from 'expect-type';
import * as channels from '../../contract/test/channels.js';
import {
  type AuthReason,
  type ChannelHandle,
  type ConnectionStatus,
  createRealtimeClient,
  type OnlineWatch,
  type RealtimeClient,
  RealtimeError,
} from './index.js';

const { orders, room, ping, silent, inbox } = channels;
const order = orders.with({ orderId: '42' });

// Options
const client = createRealtimeClient({
  auth: async ({ reason, signal }) => ({ token: reason, aborted: signal.aborted }),
  requestTimeout: '5s',
  connectTimeout: 5_000,
  headers: { cookie: 'session=1' },
  url: undefined,
  logger: console,
});
createRealtimeClient();
createRealtimeClient({ auth: async () => undefined });
createRealtimeClient({
  auth: ({ reason }) => {
    expectTypeOf(reason).toEqualTypeOf<AuthReason>();
    return {};
  },
});
// @ts-expect-error credentials are an object
createRealtimeClient({ auth: () => 'token' });
// @ts-expect-error no such option
createRealtimeClient({ uri: 'http://localhost' });
// @ts-expect-error no such unit
createRealtimeClient({ requestTimeout: '5 minutes' });

// Status
expectTypeOf(client.status).toEqualTypeOf<ConnectionStatus>();
expectTypeOf(client.user).toEqualTypeOf<PublicUser | null>();
expectTypeOf(client.connectionId).toEqualTypeOf<string | null>();
expectTypeOf(client.authenticate({ timeout: '3s' })).toEqualTypeOf<Promise<PublicUser | null>>();
client.onStatus((status) => {
  if (status.state === 'connected') expectTypeOf(status.connectionId).toEqualTypeOf<string>();
  if (status.state === 'reconnecting') expectTypeOf(status.retryAt).toEqualTypeOf<number>();
  if (status.state === 'failed') expectTypeOf(status.reason).toEqualTypeOf<RealtimeError>();
});
// @ts-expect-error only some states have a reason
void client.status.reason;
// @ts-expect-error the status is read only
client.status = { state: 'connecting' };
void fetch('/orders', { headers: { ...client.callerHeaders } });
void fetch('/orders', { headers: client.callerHeaders });

// A descriptor, an address, a type, the contract: the same handle.
const byContract = createRealtimeClient<typeof channels>().channel('orders.{orderId}', { orderId: '42' });
expectTypeOf(byContract).toEqualTypeOf<ChannelHandle<typeof orders>>();
expectTypeOf(client.channel(orders, { orderId: '42' })).toEqualTypeOf<typeof byContract>();
expectTypeOf(client.channel(order)).toEqualTypeOf<typeof byContract>();
expectTypeOf(client.channel<typeof orders>('orders.{orderId}', { orderId: '42' })).toEqualTypeOf<typeof byContract>();
expectTypeOf(client.channel(ping)).toEqualTypeOf<ChannelHandle<typeof ping>>();
client.channel<typeof ping>('realtime-ping');
client.channel(ping, {});

// Params
// @ts-expect-error the channel needs its param
client.channel(orders);
// @ts-expect-error the channel needs its param
client.channel<typeof orders>('orders.{orderId}');
// @ts-expect-error a param is a string
client.channel(orders, { orderId: 42 });
// @ts-expect-error no such param
client.channel(orders, { id: '42' });
// @ts-expect-error one param too many
client.channel(orders, { orderId: '42', line: '1' });
// @ts-expect-error the channel has no params
client.channel(ping, { orderId: '42' });
// @ts-expect-error an address has its params
client.channel(order, { orderId: '42' });
// @ts-expect-error the template is the channel's own, not a concrete name
client.channel<typeof orders>('orders.42', { orderId: '42' });

// The server gives the params of a channel with `autoSubscribe`.
client.channel(inbox);
client.channel(inbox, { userId: 'ada' });
client.channel<typeof inbox>('inbox.{userId}').on('mail', ({ text }) => expectTypeOf(text).toEqualTypeOf<string>());
// @ts-expect-error no such param
client.channel(inbox, { id: 'ada' });

// Messages without a handle
async function sends(): Promise<void> {
  await client.send(order, 'addNote', { text: 'Ring twice.' }, { timeout: '3s' });
  await client.send(order, 'poke');
  await client.send(ping, 'message', { text: '' });
  expectTypeOf(await client.send(order, 'bid', { amount: 1 })).toEqualTypeOf<{ rank: number }>();
  expectTypeOf(await client.send(order, 'addNote', { text: '' })).toEqualTypeOf<void>();
  // @ts-expect-error a channel with params needs an address
  await client.send(orders, 'poke');
  // @ts-expect-error a name is no target
  await client.send('realtime-ping', 'message', { text: '' });
  // @ts-expect-error no such message
  await client.send(order, 'shipped', { text: '' });
  // @ts-expect-error the payload is missing
  await client.send(order, 'addNote');
  // @ts-expect-error the payload of another message
  await client.send(order, 'addNote', { amount: 1 });
  // @ts-expect-error a message without payload takes none
  await client.send(order, 'poke', {});
  // @ts-expect-error the channel takes no messages
  await client.send(silent, 'message');
}
void sends;

// Without a contract, names are strings and payloads are unknown.
const untyped = client.channel('anything.{id}', { id: '1' });
expectTypeOf(untyped.params).toEqualTypeOf<{ readonly id: string }>();
untyped.on('whatever', (payload) => expectTypeOf(payload).toEqualTypeOf<unknown>());
expectTypeOf(untyped.send('whatever', 1)).toEqualTypeOf<Promise<unknown>>();
void untyped.send('whatever');
const outcome = await untyped.trySend('whatever', 1);
if (!outcome.ok) expectTypeOf(outcome.error.code).toEqualTypeOf<string>();

// Who is online
const watched = client.watch(['ada', 'bob']);
expectTypeOf(watched).toEqualTypeOf<OnlineWatch>();
expectTypeOf(watched.online).toEqualTypeOf<ReadonlySet<string>>();
watched.onOnline((online) => expectTypeOf(online.has('ada')).toEqualTypeOf<boolean>())();
watched.unwatch();
function watches(): void {
  using held = client.watch(['ada']);
  void held.online;
}
void watches;
// @ts-expect-error a list of ids
client.watch('ada');
// @ts-expect-error the set is read only
watched.online.add('eve');

// Clients and handles of any channel
const handles: ChannelHandle[] = [byContract, client.channel(room, { roomId: '1' }), untyped, client.channel(silent)];
void handles;
declare function watch(any: RealtimeClient<AnyChannel>): void;
watch(client);
watch(createRealtimeClient<typeof channels>());

async function disposes(): Promise<void> {
  await using other = createRealtimeClient();
  using held = other.channel(ping);
  await held.ready();
}
void disposes;

// Errors
declare const caught: unknown;
if (RealtimeError.is(caught)) expectTypeOf(caught.code).toEqualTypeOf<string>();
expectTypeOf(new RealtimeError('UNAUTHENTICATED', 'Logged out.').code).toEqualTypeOf<'UNAUTHENTICATED'>();
