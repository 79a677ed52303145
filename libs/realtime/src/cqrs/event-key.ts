// Which key makes a forwarded event repeatable? One of its own id, if it has one, and of the way that it takes.
import { createHash } from 'node:crypto';
import { type BridgeRoute, nameOf } from './bridge-entry.js';

/**
 * The id of a domain event: its `eventId`, as text or as a whole number. Null for an event without one, and for ids of other kinds: objects
 * may all have the same text. Its `id` does not count, because it is usually that of what the event is about, which has many events.
 */
export function eventIdOf(source: object): string | null {
  const { eventId } = source as { readonly eventId?: unknown };
  if (typeof eventId === 'string') return eventId === '' ? null : eventId;
  return typeof eventId === 'bigint' || Number.isSafeInteger(eventId) ? String(eventId) : null;
}

/**
 * The idempotency key of one broadcast of an event, the same on every node. `nth` counts the broadcasts of one route to one channel. A
 * digest, because ids have any length.
 */
export function eventKey(eventId: string, { source, event }: BridgeRoute, nth: number): string {
  const parts = JSON.stringify([nameOf(source), event, nth, eventId]);
  return createHash('sha256').update(parts).digest('base64url');
}
