// What is remembered of a broadcast that had no client to go to?
import type { EncodedEvent } from '../connections/encoded-event.js';

/** One broadcast as it would have gone out: after gate 4, stripped to its schema, through JSON. */
export interface RecordedBroadcast {
  /** Concrete channel name. */
  readonly channel: string;
  readonly event: string;
  readonly payload: unknown;
}

/** Every call makes a payload of its own, as every client would have got it. */
export function recordOf({ channel, event, json }: EncodedEvent): RecordedBroadcast {
  return { channel, event, payload: JSON.parse(json) as unknown };
}
