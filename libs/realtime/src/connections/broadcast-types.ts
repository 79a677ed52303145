// What may a broadcast name? Derived from the declaration of its channel.
import type {
  AnyChannel,
  ChannelTarget,
  EventInput,
  EventNameOf,
  EventWithoutPayload,
  HasHistory,
  TypesOf,
} from '@nestjs-realtime/contract';
import type { Who } from './party.js';

interface Exceptions {
  /** Connections that do not get the event. `'caller'` leaves out no connection where none is behind the running code. */
  readonly except?: Who | readonly Who[] | undefined;
}

/** What may accompany a broadcast. */
export type BroadcastOptions<Channel extends AnyChannel> =
  HasHistory<Channel> extends true
    ? Exceptions & {
        /** The log remembers the key, so that a broadcast can be repeated safely. */
        readonly idempotencyKey?: string | undefined;
      }
    : Exceptions & { readonly idempotencyKey?: never };

/** One channel, or several of one descriptor. Each channel with history needs an event of its own, so it takes no list. */
export type BroadcastTargets<Channel extends AnyChannel> =
  ChannelTarget<Channel> | (HasHistory<Channel> extends true ? never : readonly ChannelTarget<Channel>[]);

/** The second of two arguments: the payload where the channel is declared with `payload`, else an event that may go without one. */
export type BroadcastShort<Channel extends AnyChannel> =
  TypesOf<Channel> extends { readonly short: true }
    ? EventInput<Channel, EventNameOf<Channel>>
    : EventWithoutPayload<Channel>;
