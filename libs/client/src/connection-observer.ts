// What does a connection report to what uses it?
import type { FRAMES } from '@nestjs-realtime/contract';
import type { FrameHandlers } from './client-transport.js';
import type { RealtimeError } from './realtime-error.js';
import type { Link } from './requests.js';

export interface ConnectionObserver {
  /** Why the client neither is connected nor tries to be. */
  readonly stopped?: RealtimeError | undefined;
  /** Frames can be sent over this link until `lost`. */
  connected(link: Link): void;
  lost(): void;
  /** The user may have other rights than before. */
  regained(): void;
  /** With a reason, the client makes no further attempt by itself, or, if it is closed, none at all; without, it goes on. */
  halted(reason?: RealtimeError, closed?: boolean): void;
  /** What the server sends about channels and users. */
  readonly handlers: Pick<
    FrameHandlers,
    | typeof FRAMES.EVENT
    | typeof FRAMES.SKIP
    | typeof FRAMES.PRESENCE
    | typeof FRAMES.ONLINE
    | typeof FRAMES.SUBSCRIBED
    | typeof FRAMES.EVICTED
  >;
}
