// What is read of a channel's history? Events as clients hear them, each with its offset.
import type { EventNameOf, EventOutput } from './channel-slots.js';
import type { AnyChannel } from './channel-descriptor.js';
import type { Position } from './frames.js';

/** One event of the log. Its name narrows the payload. */
export type HistoryEvent<Channel extends AnyChannel> = {
  [Event in EventNameOf<Channel>]: {
    readonly event: Event;
    readonly payload: EventOutput<Channel, Event>;
    readonly offset: number;
  };
}[EventNameOf<Channel>];

/** Events in ascending order, and where the log ends. */
export interface HistoryPage<Channel extends AnyChannel> {
  readonly events: readonly HistoryEvent<Channel>[];
  readonly position: Position;
}
