// What may a channel declare beyond its events and messages?
import type { Duration } from './duration.js';
import type { MessageLimits } from './message-slot.js';
import type { PayloadSchema } from './payload-schema.js';

/** A client that does not read is disconnected, or misses the channel's events until it has read what waits for it. */
export type SlowConsumerPolicy = 'disconnect' | 'drop';

/** Limits on what clients send on one channel. They can only be tighter than those of the server. */
export interface ChannelLimits extends MessageLimits {
  /** Depth of a payload. Objects and arrays count; the payload itself is level 1. */
  readonly payloadDepth?: number | undefined;
  /** Object keys plus array elements in one payload. */
  readonly payloadKeys?: number | undefined;
}

/** How much of a channel is kept for clients that come back. `true` is short for the defaults. */
export interface HistoryOptions {
  /** Events that are kept, at most 10,000. Default 100. */
  readonly size?: number | undefined;
  /** How long after the newest event all of them are kept. Default 5 minutes. */
  readonly ttl?: Duration | undefined;
}

/** Who hears of members: all subscribers, no client, or users with a role. */
export type PresenceVisibility = 'subscribers' | 'nobody' | { readonly role: string };

/** Who is present on a channel. `true` is short for the defaults. */
export interface PresenceOptions<
  Data extends PayloadSchema = PayloadSchema,
  SetBy extends 'server' | 'member' = 'server' | 'member',
> {
  /** What is known of a member beside its id. Default: nothing. */
  readonly data?: Data | undefined;
  /** Who sets the data: the server alone, or the member as well. Default `'server'`. */
  readonly setBy?: SetBy | undefined;
  /** How long a user remains a member after the last connection is lost. */
  readonly grace?: Duration | undefined;
  /** How long changes are gathered before clients are notified. */
  readonly gather?: Duration | undefined;
  /** Default `'subscribers'`. */
  readonly visibleTo?: PresenceVisibility | undefined;
}
