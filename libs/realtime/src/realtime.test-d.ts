// What does the compiler infer for broadcasts and handlers, and what must it refuse? Checked by `npm run typecheck`.
import type { Type } from '@nestjs/common';
import { expectTypeOf } from 'expect-type';
import { z } from 'zod';
import {
  defineRealtimeChannel,
  type IRealtimeAuthenticator,
  type IRealtimeBroadcaster,
  type IRealtimeHandlerRegistry,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeHandler,
  type RealtimeHooks,
  RealtimeModule,
  type RealtimeUser,
  type RefusalCode,
} from './index.js';
import { RecordingRealtimeBroadcaster } from './testing/index.js';

class Shipped {
  at: Date;
}
class AddNote {
  text: string;
}
const Price = z.object({ amount: z.coerce.number(), unit: z.string().default('EUR') });

const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { shipped: Shipped, priced: Price },
  messages: { addNote: AddNote, setPrice: Price },
});
const ping = defineRealtimeChannel({ name: 'ping', scope: 'public', payload: z.object({ n: z.number() }) });
const news = defineRealtimeChannel({
  name: 'news',
  scope: { role: 'reader' },
  events: { flash: Shipped, note: AddNote },
});
const inbox = defineRealtimeChannel({ name: 'inbox.{userId}', scope: { userScoped: 'userId' }, payload: AddNote });
const silent = defineRealtimeChannel({ name: 'silent', scope: 'public', message: AddNote });

declare const realtime: IRealtimeBroadcaster;
declare const registry: IRealtimeHandlerRegistry;
declare const hooks: RealtimeHooks;
const order = orders.with({ orderId: '42' });

/** Never runs: only the types of the calls matter. */
export async function broadcasts(): Promise<void> {
  expectTypeOf(realtime.broadcast(order, 'shipped', { at: new Date() })).toEqualTypeOf<Promise<void>>();
  expectTypeOf(realtime.broadcast(order, 'priced', { amount: '4' })).toEqualTypeOf<Promise<void>>();
  expectTypeOf(realtime.broadcast(ping, { n: 1 })).toEqualTypeOf<Promise<void>>();
  expectTypeOf(realtime.broadcast(ping, 'message', { n: 1 })).toEqualTypeOf<Promise<void>>();
  expectTypeOf(realtime.broadcast(ping.with({}), { n: 1 })).toEqualTypeOf<Promise<void>>();
  expectTypeOf(realtime.broadcast(news, 'flash', { at: new Date() })).toEqualTypeOf<Promise<void>>();
  expectTypeOf(realtime.broadcast(inbox.with({ userId: 'ada' }), { text: 'hello' })).toEqualTypeOf<Promise<void>>();

  // @ts-expect-error no such event
  await realtime.broadcast(order, 'ship', { at: new Date() });
  // @ts-expect-error a message is not an event
  await realtime.broadcast(order, 'addNote', { text: 'a' });
  // @ts-expect-error the payload of another event
  await realtime.broadcast(order, 'shipped', { amount: 4 });
  // @ts-expect-error a property of the wrong type
  await realtime.broadcast(order, 'shipped', { at: 'now' });
  // @ts-expect-error a property is missing
  await realtime.broadcast(ping, {});
  // @ts-expect-error a channel with params needs with()
  await realtime.broadcast(orders, 'shipped', { at: new Date() });
  // @ts-expect-error a channel with params needs with(), with a single event too
  await realtime.broadcast(inbox, { text: 'hello' });
  // @ts-expect-error two events, and none is named
  await realtime.broadcast(order, { at: new Date() });
  // @ts-expect-error two events, and none is named
  await realtime.broadcast(news, { at: new Date() });
  // @ts-expect-error no event at all
  await realtime.broadcast(silent, { text: 'a' });
  // @ts-expect-error no event at all
  await realtime.broadcast(silent, 'message', { text: 'a' });
  // @ts-expect-error a name is no channel
  await realtime.broadcast('orders.42', 'shipped', { at: new Date() });
  // @ts-expect-error a param is missing
  orders.with({});
  // @ts-expect-error no such param
  orders.with({ orderId: '42', shopId: '7' });
  // @ts-expect-error params are strings
  orders.with({ orderId: 42 });
}

/** The fakes accept and refuse the same calls as the port. */
export async function recordings(recording: RecordingRealtimeBroadcaster): Promise<void> {
  const port: IRealtimeBroadcaster = recording;
  await port.broadcast(ping, { n: 1 });
  expectTypeOf(recording.payloadsOf('ping')).toEqualTypeOf<unknown[]>();
}

export async function contexts(
  ofOrder: RealtimeContext<typeof orders>,
  ofPing: RealtimeContext<typeof ping>,
  ofNews: RealtimeContext<typeof news>,
  ofInbox: RealtimeContext<typeof inbox>,
  ofAny: RealtimeContext,
): Promise<void> {
  expectTypeOf(ofOrder.userId).toEqualTypeOf<string>();
  expectTypeOf(ofNews.userId).toEqualTypeOf<string>();
  expectTypeOf(ofInbox.userId).toEqualTypeOf<string>();
  expectTypeOf(ofPing.userId).toEqualTypeOf<string | null>();
  expectTypeOf(ofAny.userId).toEqualTypeOf<string | null>();
  expectTypeOf(ofOrder.user).toEqualTypeOf<RealtimeUser>();
  expectTypeOf(ofPing.user).toEqualTypeOf<RealtimeUser | null>();
  expectTypeOf(ofPing.roles).toEqualTypeOf<readonly string[]>();
  expectTypeOf(ofOrder.params).toEqualTypeOf<{ readonly orderId: string }>();
  expectTypeOf(ofOrder.channel).toEqualTypeOf<string>();
  expectTypeOf(ofOrder.signal).toEqualTypeOf<AbortSignal>();

  await ofOrder.broadcast('shipped', { at: new Date() });
  await ofOrder.broadcast('priced', { amount: 4, unit: 'USD' });
  await ofPing.broadcast('message', { n: 1 });
  // @ts-expect-error no such event
  await ofOrder.broadcast('message', { at: new Date() });
  // @ts-expect-error the payload of another event
  await ofOrder.broadcast('shipped', { amount: 4 });
  // @ts-expect-error no such param
  void ofOrder.params.shopId;
  // @ts-expect-error gate 1 decides who the user is
  ofOrder.userId = 'eve';
}

export function handlers(): void {
  registry.register(orders, 'addNote', (note, ctx) => {
    expectTypeOf(note).toEqualTypeOf<AddNote>();
    expectTypeOf(ctx).toEqualTypeOf<RealtimeContext<typeof orders>>();
  });
  registry.register(orders, 'setPrice', async (price) => {
    expectTypeOf(price).toEqualTypeOf<{ amount: number; unit: string }>();
  });
  registry.register(silent, 'message', (note) => expectTypeOf(note).toEqualTypeOf<AddNote>());
  // @ts-expect-error no such message
  registry.register(orders, 'add', () => undefined);
  // @ts-expect-error an event is not a message
  registry.register(orders, 'shipped', () => undefined);
  // @ts-expect-error the payload of another message
  registry.register(orders, 'addNote', (_price: { amount: number }) => undefined);
  // @ts-expect-error the channel takes no messages
  registry.register(ping, 'message', () => undefined);
}

@RealtimeChannel(orders)
export class OnOrders {
  @RealtimeHandler<typeof orders>('addNote')
  async handle(_note: AddNote, _ctx: RealtimeContext<typeof orders>): Promise<void> {}
  @RealtimeHandler('setPrice')
  quietly(): void {}
}
// @ts-expect-error a name is no descriptor
RealtimeChannel('orders');

export function modules(authenticator: Type<IRealtimeAuthenticator>): void {
  RealtimeModule.forRoot();
  RealtimeModule.forRoot({ authenticator, origins: ['https://a.example'], limits: { payloadDepth: 4 } });
  RealtimeModule.forRootAsync({ useFactory: async () => ({ path: '/live' }), authenticator });
  RealtimeModule.forFeature([orders, ping, news, inbox, silent]);
  // @ts-expect-error no such option
  RealtimeModule.forRoot({ connectionStateRecovery: {} });
  // @ts-expect-error no such limit
  RealtimeModule.forRoot({ limits: { depth: 4 } });
  // @ts-expect-error parts are known when the module is declared
  RealtimeModule.forRootAsync({ useFactory: () => ({ authenticator }) });
  // @ts-expect-error a class, not an instance
  RealtimeModule.forRoot({ authenticator: {} });
  // @ts-expect-error one way to make settings is needed
  RealtimeModule.forRootAsync({ authenticator });
}

export function listeners(): void {
  const off = hooks.on('refused', ({ code, channel, connection }) => {
    expectTypeOf(code).toEqualTypeOf<RefusalCode>();
    expectTypeOf(channel).toEqualTypeOf<string | null>();
    expectTypeOf(connection?.user).toEqualTypeOf<RealtimeUser | null | undefined>();
  });
  expectTypeOf(off).toEqualTypeOf<() => void>();
  hooks.on('broadcast', ({ payload }) => expectTypeOf(payload).toBeUnknown());
  // @ts-expect-error no such hook
  hooks.on('connect', () => undefined);
}
