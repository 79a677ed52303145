// What is recorded of a broadcast when there are no clients?
import type { EncodedEvent } from '../connections/encoded-event.js';

/** One broadcast as clients would receive it: after gate 4, stripped to its schema, through JSON. */
export interface RecordedBroadcast {
  /** Concrete channel name. */
  readonly channel: string;
  readonly event: string;
  readonly payload: unknown;
}

/** Each call parses a separate payload, as each client would. */
export function recordOf({ channel, event, json }: EncodedEvent): RecordedBroadcast {
  return { channel, event, payload: JSON.parse(json) as unknown };
}
