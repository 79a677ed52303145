// Which state is a channel in, and why?
import type { RealtimeError } from './realtime-error.js';

/**
 * The state of a channel, and what belongs to it. The object stays the same until something changes.
 * - `subscribing`: requested, or waiting for the connection, for a retry or for the server. `reason` is why the last attempt failed.
 * - `subscribed`: the server has admitted us; events arrive. `gap`: since this handle was last subscribed, or since the position that
 *   it was given, events may be missing, so load again what they change. `replayed`: how many missed events arrive now, before newer
 *   ones; 0 without history.
 * - `ended`: refused or evicted for good, with the reason; or unsubscribed, without one. If rights were missing (`UNAUTHENTICATED`,
 *   `FORBIDDEN`, `REVOKED`), it is subscribed again after `authenticate()`, and for another user.
 */
export type SubscriptionStatus =
  | { readonly state: 'subscribing'; readonly reason?: RealtimeError }
  | { readonly state: 'subscribed'; readonly gap: boolean; readonly replayed: number }
  | { readonly state: 'ended'; readonly reason?: RealtimeError };
