// What does gate 4 pass on? One event, validated and encoded once for all its recipients.
import type { Party } from './party.js';

/** An event ready for the wire. */
export interface EncodedEvent {
  /** Concrete channel names, at least one, all of one descriptor. A member of several gets the event once, under the first of them. */
  readonly channels: readonly string[];
  readonly event: string;
  /** The payload as JSON text; undefined if the event carries nothing. */
  readonly json: string | undefined;
  /** Connections that do not get it. */
  readonly except?: readonly Party[];
  /** If given, only these connections get it, as far as they are members. */
  readonly to?: Party;
  /** How long it may wait for further events of its channel, in milliseconds. Default: until the end of the event loop's turn. */
  readonly flushEveryMs?: number;
  /** Whether it replaces an earlier event of the same name that still waits. */
  readonly conflate?: boolean;
  /** `'plain'`: the packet is a Socket.IO event of the event's own name, with the payload as its only argument. */
  readonly wire?: 'plain';
  /** Whether it is left out for a client that reads slowly, before anything else is. */
  readonly isDroppable?: boolean;
}
