// What does gate 4 pass on? One event, validated and encoded once for all its recipients.
import type { Party } from './party.js';

/** An event as a log keeps it. */
export interface LoggedEvent {
  readonly event: string;
  /** The payload as JSON text; undefined if the event carries nothing. */
  readonly json: string | undefined;
  /** Connections that do not get it. */
  readonly except?: readonly Party[];
  /** The span of its broadcast, as a `traceparent` of W3C Trace Context. No client gets it. */
  readonly trace?: string;
}

/** An event on its way to one connection that was not there when it was broadcast; or the state of its channel. */
export interface ReplayedEvent {
  /** Its place in the log; not given for one that is in no log. */
  readonly offset?: number;
  readonly event: LoggedEvent;
  /** Whether it was not meant for this connection, which gets notice of the offset instead. */
  readonly isSkipped?: boolean;
}

/** An event ready for the wire. */
export interface EncodedEvent extends LoggedEvent {
  /** Concrete channel names, at least one, all of one descriptor. A member of several gets the event once, under the first of them. */
  readonly channels: readonly string[];
  /** If given, only these connections get it, as far as they are members. */
  readonly to?: Party;
  /** How long it may wait for further events of its channel, in milliseconds. Default: until the end of the event loop's turn. */
  readonly flushEveryMs?: number;
  /** Whether it replaces an earlier event of the same name that still waits. */
  readonly conflate?: boolean;
  /** `'plain'`: the packet is a Socket.IO event of the event's own name, with the payload as its only argument. */
  readonly wire?: 'plain';
  /** Its place in the log of its one channel. Connections in `except` then get notice that it was not for them. */
  readonly offset?: number;
  /** Whether all members get that notice in its place. */
  readonly isSkipped?: boolean;
  /** Whether it is left out for a client that reads slowly, before anything else is. */
  readonly isDroppable?: boolean;
}
