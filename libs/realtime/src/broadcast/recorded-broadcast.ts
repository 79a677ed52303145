// What is recorded of a broadcast when there are no clients?
import type { EncodedEvent } from '../connections/encoded-event.js';
import type { Party } from '../connections/party.js';

/** One broadcast as clients would receive it: after gate 4, stripped to its schema, through JSON. */
export interface RecordedBroadcast {
  /** Concrete channel name. */
  readonly channel: string;
  readonly event: string;
  /** Undefined for an event that carries nothing. */
  readonly payload: unknown;
  /** Connections that were left out, if there were any. */
  readonly except?: readonly Party[];
  /** Whose connections it was sent to, if it was not for all subscribers. */
  readonly to?: Party;
}

/** One record for each channel. Each call parses a separate payload, as each client would. */
export function recordsOf({ channels, event, json, except, to }: EncodedEvent): RecordedBroadcast[] {
  return channels.map((channel) => ({
    channel,
    event,
    payload: json === undefined ? undefined : (JSON.parse(json) as unknown),
    ...(except !== undefined && { except }),
    ...(to !== undefined && { to }),
  }));
}
