// How does a client subscribe, and send a message? The frames of each peer's own protocol inside Socket.IO's.
import type { Dialect } from '../peers/peer.js';
import { NOTES } from '../workload.js';

/** Arguments of the Socket.IO events a client sends, as JSON arrays. */
export interface DialectFrames {
  subscribe(channel: string): string;
  message(event: string, body: unknown, channel?: string): string;
  /** Whether inbound messages need a subscription to the notes channel. */
  readonly subscribesToSend: boolean;
}

export const DIALECTS: Record<Dialect, DialectFrames> = {
  plain: {
    subscribe: (channel) => JSON.stringify(['subscribe', channel]),
    message: (event, body) => JSON.stringify([event, body]),
    subscribesToSend: false,
  },
  realtime: {
    subscribe: (channel) => JSON.stringify(['rt:subscribe', { channel }]),
    message: (event, payload, channel = NOTES) => JSON.stringify(['rt:message', { channel, event, payload }]),
    subscribesToSend: true,
  },
};
