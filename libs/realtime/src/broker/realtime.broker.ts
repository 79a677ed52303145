// How does an event reach the clients of every node? Through a broker, which implements this port.
import type { EncodedEvent } from '../connections/encoded-event.js';

/** The clients of this node. */
export interface BrokerSink {
  /** Sends an event to this node's subscribers of its channel, and returns their number. Never throws. */
  deliver(event: EncodedEvent): number;
}

/**
 * Carries events between nodes. Pass an implementation to `RealtimeModule.forRoot({ broker })`.
 *
 * Obligations:
 * - every event goes to the sink of every node once, the publishing node included;
 * - events of one channel reach each sink in the order of the `publish` calls of their node;
 * - `publish` rejects, or throws, when the event cannot be sent; it never queues without a bound.
 */
export abstract class IRealtimeBroker {
  /** Called once, before the first client is accepted. An error stops the boot. */
  abstract start(sink: BrokerSink): void | Promise<void>;
  /** Called once, after the last client has disconnected. */
  abstract stop(): void | Promise<void>;
  /** Takes an event that has passed gate 4. Returns, or resolves with, the number of this node's subscribers that receive it. */
  abstract publish(event: EncodedEvent): number | Promise<number>;
}
