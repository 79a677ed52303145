// What does gate 4 let out? One event, validated and encoded once, whoever and how many receive it.

/** An event ready for the wire. */
export interface EncodedEvent {
  /** Concrete channel name. */
  readonly channel: string;
  readonly event: string;
  /** The payload as JSON text. */
  readonly json: string;
}
