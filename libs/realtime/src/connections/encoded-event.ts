// What does gate 4 pass on? One event, validated and encoded once for all its recipients.

/** An event ready for the wire. */
export interface EncodedEvent {
  /** Concrete channel name. */
  readonly channel: string;
  readonly event: string;
  /** The payload as JSON text. */
  readonly json: string;
  /** How long it may wait for further events of its channel, in milliseconds. Default: until the end of the event loop's turn. */
  readonly flushEveryMs?: number;
  /** Whether it replaces an earlier event of the same name that still waits. */
  readonly conflate?: boolean;
}
