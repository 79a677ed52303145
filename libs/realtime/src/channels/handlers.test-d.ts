// Which handlers compile, and what does the compiler know inside them? Checked by `npm run typecheck`.
import type { ChannelAddress, MessageOutput } from '@nestjs-realtime/contract';
import { expectTypeOf } from 'expect-type';
import { Note, here, inbox, orders, ping, silent } from '../../../contract/test/channels.js';
import {
  type IRealtimeHandlerRegistry,
  OnRealtime,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeHandler,
  type RealtimeHookEvents,
  type RealtimeUser,
} from '../index.js';
import { testContext } from '../testing/index.js';

declare const registry: IRealtimeHandlerRegistry;
const at = new Date();

@RealtimeChannel(orders)
export class OnOrder {
  @RealtimeHandler(orders, 'addNote')
  async note(note: Note, ctx: RealtimeContext<typeof orders>): Promise<void> {
    expectTypeOf(ctx.userId).toEqualTypeOf<string>();
    await ctx.broadcast('refresh');
    await ctx.broadcast('shipped', { at, by: ctx.userId + note.text + ctx.channel.name }, { except: 'caller' });
    await ctx.send('refresh');
    await ctx.send('shipped', { at, by: ctx.params.orderId });
  }
  @RealtimeHandler(orders, 'bid')
  async bid(
    bid: MessageOutput<typeof orders, 'bid'>,
    ctx: RealtimeContext<typeof orders, 'bid'>,
  ): Promise<{ rank: number }> {
    if (bid.amount < 5) throw ctx.refusal('BID_TOO_LOW', { data: { minimum: 5 } });
    if (bid.amount > 50) throw ctx.refusal('CLOSED');
    // @ts-expect-error the message does not declare this code
    if (bid.amount > 60) throw ctx.refusal('TOO_HIGH');
    // @ts-expect-error the data of the code are missing
    if (bid.amount > 70) throw ctx.refusal('BID_TOO_LOW');
    return { rank: 1 };
  }
  @RealtimeHandler(orders, 'poke')
  poked(): void {}
  // The unchecked form
  @RealtimeHandler('addNote')
  unchecked(): void {}
  // @ts-expect-error the payload of another message
  @RealtimeHandler(orders, 'addNote')
  wrong(_note: { amount: number }): void {}
  // @ts-expect-error the message declares no reply
  @RealtimeHandler(orders, 'addNote')
  answers(_note: Note): string {
    return '';
  }
  // @ts-expect-error the message declares another reply
  @RealtimeHandler(orders, 'bid')
  misanswers(): { place: number } {
    return { place: 1 };
  }
  // @ts-expect-error an event is not a message
  @RealtimeHandler(orders, 'shipped')
  nothing(): void {}
}
// @ts-expect-error a name is no descriptor
RealtimeChannel('orders');

void new OnOrder().note({ text: '' }, testContext(orders.with({ orderId: '1' }), { user: { userId: 'a' } }));

export class Audit {
  @OnRealtime('refused')
  refused({ code, channel }: RealtimeHookEvents['refused']): unknown {
    return [code, channel?.name];
  }
  // @ts-expect-error the event of another hook
  @OnRealtime('connected')
  misunderstood({ code }: RealtimeHookEvents['refused']): string {
    return code;
  }
}

export function registered(): void {
  registry.register(orders, 'addNote', (note, ctx) => {
    expectTypeOf(note).toEqualTypeOf<Note>();
    expectTypeOf(ctx).toEqualTypeOf<RealtimeContext<typeof orders, 'addNote'>>();
  });
  registry.register(orders, 'bid', async (bid) => {
    expectTypeOf(bid).toEqualTypeOf<{ amount: number; unit: string }>();
    return { rank: 1 };
  });
  registry.register(ping, 'message', (note) => expectTypeOf(note).toEqualTypeOf<Note>() as unknown as void);
  // @ts-expect-error no such message
  registry.register(orders, 'add', () => undefined);
  // @ts-expect-error an event is not a message
  registry.register(orders, 'shipped', () => undefined);
  // @ts-expect-error the payload of another message
  registry.register(orders, 'addNote', (_bid: { amount: number }) => undefined);
  // @ts-expect-error the channel takes no messages
  registry.register(silent, 'message', () => undefined);
}

export async function contexts(
  ofOrder: RealtimeContext<typeof orders>,
  ofPing: RealtimeContext<typeof ping>,
  ofStaff: RealtimeContext<typeof here>,
  ofInbox: RealtimeContext<typeof inbox>,
  ofAny: RealtimeContext,
): Promise<void> {
  expectTypeOf(ofStaff.userId).toEqualTypeOf<string>();
  expectTypeOf(ofInbox.userId).toEqualTypeOf<string>();
  expectTypeOf(ofPing.userId).toEqualTypeOf<string | null>();
  expectTypeOf(ofAny.userId).toEqualTypeOf<string | null>();
  expectTypeOf(ofOrder.user).toEqualTypeOf<RealtimeUser>();
  expectTypeOf(ofPing.user).toEqualTypeOf<RealtimeUser | null>();
  expectTypeOf(ofPing.roles).toEqualTypeOf<readonly string[]>();
  expectTypeOf(ofOrder.params).toEqualTypeOf<{ readonly orderId: string }>();
  expectTypeOf(ofOrder.channel).toEqualTypeOf<ChannelAddress<typeof orders>>();
  expectTypeOf(ofOrder.signal).toEqualTypeOf<AbortSignal>();
  await ofPing.broadcast({ n: 1 });
  await ofPing.broadcast('message', { n: 1 });
  // @ts-expect-error no such event
  await ofOrder.broadcast('message', { at });
  // @ts-expect-error the payload of another event
  await ofOrder.broadcast('shipped', { amount: 4 });
  // @ts-expect-error no such param
  void ofOrder.params.shopId;
  // @ts-expect-error gate 1 decides who the user is
  ofOrder.userId = 'eve';
}
