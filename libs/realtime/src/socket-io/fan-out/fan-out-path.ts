// What are the ways in which frames leave a node? Two, which the facade can exchange.
import type { Socket as NetSocket } from 'node:net';
import type { EncodedEvent } from '../../connections/encoded-event.js';
import type { MemberChannel } from '../../connections/channel.membership.js';
import type { Audience } from './audience.js';
import type { Outlet } from './outlet.js';

/** `fast` writes joined frames straight to network sockets; `stock` gives every frame to Engine.IO, as Socket.IO itself does. */
export type FanOutMode = 'fast' | 'stock';

/** One way. `FanOut` states the obligations of its callers. */
export interface FanOutPath {
  readonly mode: FanOutMode;
  /** Sends an event to the members, now or at the end of the turn; to those of the audience, if there is one. */
  broadcast(channel: MemberChannel<Outlet>, event: EncodedEvent, audience: Audience | null): void;
  /** Sends a packet to one client, after what waits for it. */
  send(member: Outlet, packet: string): void;
  /** Sends a member what waits for it, because something else is about to follow. */
  settle(member: Outlet): void;
  /** What is written to a network socket in the rest of this turn leaves at its end, together. */
  gatherWrites(network: NetSocket | null): void;
  /** A channel has lost its last member. */
  forget(channel: MemberChannel<Outlet>): void;
  /** Sends all that waits, so that another way can take over. */
  close(): void;
}
