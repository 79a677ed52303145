// What does the compiler know of hooks? Checked by `npm run typecheck`.
import { expectTypeOf } from 'expect-type';
import { defineRealtimeChannel, type Member } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { orders, room } from '../../../contract/test/channels.js';
import type { ChannelHandle } from '../index.js';
import {
  type ChannelView,
  RealtimeProvider,
  type RealtimeState,
  useChannel,
  useEvent,
  useGap,
  usePresence,
  useRealtimeState,
} from './index.js';

export function Order({ orderId }: { readonly orderId: string | null }): void {
  const view = useChannel(orderId === null ? null : orders.with({ orderId }));
  expectTypeOf(view).toEqualTypeOf<ChannelView<typeof orders>>();
  expectTypeOf(useChannel(orders, { orderId: '1' })).toEqualTypeOf<typeof view>();
  expectTypeOf(useChannel(orders, null)).toEqualTypeOf<typeof view>();
  expectTypeOf(view.name).toEqualTypeOf<string | null>();
  expectTypeOf(view.send).toEqualTypeOf<ChannelHandle<typeof orders>['send']>();
  useEvent(view, 'shipped', ({ at }) => expectTypeOf(at).toEqualTypeOf<string>());
  useGap(view, () => undefined);
  // @ts-expect-error no such event
  useEvent(view, 'ship', () => undefined);
  // @ts-expect-error a param is missing
  useChannel(orders, {});
  // @ts-expect-error no position
  useChannel(orders, { orderId: '1' }, { since: 4 });
}

export function Room(): void {
  const since = { epoch: 'e', offset: 4 };
  const view = useChannel(room, { roomId: 'r' }, { since });
  useChannel(room.with({ roomId: 'r' }), { since });
  // The snapshot of the channel itself
  const own = useRealtimeState(view, { on: { said: (state, { text }) => ({ topic: state.topic + text }) } });
  expectTypeOf(own).toEqualTypeOf<RealtimeState<{ topic: string }>>();
  const loaded = useRealtimeState(useChannel(orders, { orderId: '1' }), {
    snapshot: async ({ signal }) => ({ at: String(signal.aborted) }),
    on: { shipped: (state, { at }) => ({ ...state, at }) },
  });
  expectTypeOf(loaded.data).toEqualTypeOf<{ at: string } | undefined>();
  const list = useRealtimeState(useChannel(orders, { orderId: '1' }), {
    initial: [] as string[],
    on: { shipped: (state, { by }) => [...state, by] },
  });
  expectTypeOf(list.data).toEqualTypeOf<string[] | undefined>();
  // @ts-expect-error no such event
  useRealtimeState(view, { on: { sad: (state) => state } });
  // @ts-expect-error another state
  useRealtimeState(view, { on: { said: () => ({ subject: '' }) } });
}

const Mood = z.object({ mood: z.enum(['busy', 'free']) });
const lobby = defineRealtimeChannel({ name: 'lobby', scope: 'authenticated', presence: { data: Mood } });
const here = defineRealtimeChannel({ name: 'here', scope: 'authenticated', presence: true });

export function Lobby(): void {
  const members = usePresence(useChannel(lobby));
  expectTypeOf(members.map(({ data }) => data.mood)).toEqualTypeOf<('busy' | 'free')[]>();
  expectTypeOf(usePresence(useChannel(here))).toExtend<readonly Member<undefined>[]>();
  expectTypeOf(usePresence(useChannel(orders, { orderId: '1' }))).toEqualTypeOf<never>();
  // @ts-expect-error the list is read only
  members.push(members[0]);
}

// @ts-expect-error a client or options
void RealtimeProvider({});
