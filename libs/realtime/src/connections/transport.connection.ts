// What must a transport be able to do for one connection? Its adapter says how, and the rest of the layer does not know.
import type { ChannelAddress } from '@nestjs-realtime/contract';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { ChannelMatch } from './channel-match.js';
import type { ReplayedEvent } from './encoded-event.js';

/** The part of a connection that the transport's adapter implements. */
export abstract class TransportConnection {
  constructor(readonly id: string) {}

  /** The handshake of the client, with the `auth` object that was accepted last. */
  abstract get handshake(): RealtimeHandshake;
  /** New credentials were accepted; from now on `handshake` has them. */
  abstract acceptAuth(auth: RealtimeHandshake['auth']): void;
  /** The transport's own client object, for guards and interceptors written for gateways (`switchToWs().getClient()`). */
  abstract get client(): unknown;
  /** Adds the connection to the channel's recipients. Returns the match to keep, which other connections may share. */
  protected abstract enter(match: ChannelMatch): ChannelMatch;
  /** Removes the connection from the channel's recipients at once. Further calls do nothing. */
  protected abstract exit(joined: ChannelAddress): void;

  /**
   * Sends events of a channel's log to this connection alone, behind everything sent so far. Resolves when the transport has taken them, or
   * has ended.
   */
  abstract replay(channel: string, events: readonly ReplayedEvent[]): Promise<void>;
  /** Closes the transport of a client that takes the events of a channel too slowly. The client may come back. */
  abstract cutOff(channel: string): void;

  /** Sends a notice of the protocol. */
  protected abstract notify(frame: string, body: unknown): void;
  /**
   * Closes the transport after the frames sent so far, so that the client comes back by itself, unless a goodbye has said that it may
   * not. Further calls do nothing.
   */
  abstract disconnect(): void;
}
