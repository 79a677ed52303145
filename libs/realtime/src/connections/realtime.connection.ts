// What may an application know of a connection?
import type { ChannelAddress } from '@nestjs-realtime/contract';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';

/** One connection, as applications see it: read only. It is a `Who`, so it can be passed to `IRealtimeConnections`. */
export interface RealtimeConnection {
  readonly connectionId: string;
  /** The present user; null if anonymous. */
  readonly user: RealtimeUser | null;
  /** The handshake of the client, with the `auth` object that was accepted last. */
  readonly handshake: RealtimeHandshake;
  /** Channels that it is subscribed to, by concrete name. A new map at each read. */
  readonly channels: ReadonlyMap<string, ChannelAddress>;
  readonly closed: boolean;
}
