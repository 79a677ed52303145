// What does gate 4 let out? One event, validated and encoded once, whoever and how many receive it.

/** An event ready for the wire. */
export interface EncodedEvent {
  /** Concrete channel name. */
  readonly channel: string;
  readonly event: string;
  /** The payload as JSON text. */
  readonly json: string;
  /** How long it may wait for others of its channel, in milliseconds; until the end of the turn where it is absent. */
  readonly flushEveryMs?: number;
  /** Whether it takes the place of an earlier one of its name that still waits. */
  readonly conflate?: boolean;
}
