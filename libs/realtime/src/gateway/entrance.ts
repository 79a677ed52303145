// How does a connection become a member of a channel that has more to give it than what comes? It prepares, and takes its place in one tick.
import type { Position } from '@nestjs-realtime/contract';
import type { ReplayedEvent } from '../connections/encoded-event.js';

/** Where a connection becomes a member: it gets the snapshot, `entries`, and then what is delivered. Holds in the tick of `take` only. */
export interface Standing {
  /** The place in the log behind which `entries` begin, or which the client has reached with them. Not given without history. */
  readonly position?: Position;
  /** Whether nothing is missing since the position that the client gave; undefined if it gave none. */
  readonly recovered?: boolean;
  /** The state of the channel, if it declares one and the connection does not recover. */
  readonly snapshot?: ReplayedEvent;
  readonly entries: readonly ReplayedEvent[];
}

/** One connection on its way into a channel. Call `close` in any case. */
export interface Entrance {
  /** Resolves when `take` may succeed. Rejects with the refusal where it cannot. */
  prepare(): Promise<void>;
  /** Where the connection stands if it becomes a member in this tick; null if it has to `prepare` again. */
  take(): Standing | null;
  close(): void;
}
