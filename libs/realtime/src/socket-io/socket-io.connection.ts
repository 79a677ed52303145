// What is one Socket.IO socket to the rest of the layer? A connection.
import {
  type ChannelAddress,
  type ConnectionLimits,
  FRAMES,
  PROTOCOL_VERSION,
  type WelcomeFrame,
} from '@nestjs-realtime/contract';
import type { Socket } from 'socket.io';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import { publicUser } from '../authorization/realtime-user.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { ReplayedEvent } from '../connections/encoded-event.js';
import { LiveConnection } from '../connections/live.connection.js';
import type { MemberChannel, Membership } from '../connections/channel.membership.js';
import type { FanOut } from './fan-out/fan-out.js';
import { Outlet } from './fan-out/outlet.js';
import { DISCONNECT_PACKET, noticePacket, replyPacket } from './fan-out/prepared-packet.js';
import { handshakeOf } from './handshake.js';

/** What a socket carries in `socket.data` for code of the application (docs/decisions/0001#decision-3). */
interface SocketData {
  user?: LiveConnection['user'];
}

/** What a connection needs of its server. */
export interface ConnectionLinks {
  readonly fanOut: FanOut;
  readonly membership: Membership<Outlet>;
  readonly readsQuery: () => void;
  /** Those that clients are told. */
  readonly limits: ConnectionLimits;
  readonly tooSlow: (connection: SocketIOConnection, channel: string) => void;
}

export class SocketIOConnection extends LiveConnection {
  /** The way by which events reach it. */
  readonly outlet: Outlet;
  /** Whether requests that have been read wait for a later turn of the event loop. */
  behind = false;

  /** `links` is shared by all connections. */
  constructor(
    private readonly socket: Socket,
    private readonly links: ConnectionLinks,
  ) {
    super(socket.id);
    this.outlet = new Outlet(this, socket.conn);
  }

  override get client(): Socket {
    return this.socket;
  }

  override get handshake(): RealtimeHandshake {
    return handshakeOf(this.socket, this.links.readsQuery);
  }

  override acceptAuth(auth: RealtimeHandshake['auth']): void {
    this.socket.handshake.auth = auth;
  }

  protected override enter(match: ChannelMatch): MemberChannel<Outlet> {
    this.links.fanOut.settle(this.outlet);
    return this.links.membership.enter(match, this.outlet);
  }

  protected override exit({ name }: ChannelAddress): void {
    if (!this.closed) this.links.fanOut.settle(this.outlet);
    this.links.membership.exit(name, this.outlet);
  }

  /** Call it once gate 1 has admitted the client. What an application's user holds may be circular, or a secret. */
  showUser(): void {
    const data = this.socket.data as SocketData;
    data.user = this.user;
    Object.defineProperty(data, 'toJSON', { value: publicData, configurable: true });
  }

  /** Sends the client its connection's id, user and limits. */
  welcome(): void {
    const { id, user } = this;
    this.notify(FRAMES.WELCOME, {
      protocol: PROTOCOL_VERSION,
      connectionId: id,
      user: user && publicUser(user),
      ...(user?.expiresAt && { expiresAt: user.expiresAt.toISOString() }),
      limits: this.links.limits,
    } satisfies WelcomeFrame);
  }

  override replay(channel: string, events: readonly ReplayedEvent[]): Promise<void> {
    return this.links.fanOut.replay(this.outlet, channel, events);
  }

  override cutOff(channel: string): void {
    this.links.tooSlow(this, channel);
  }

  protected override notify(frame: string, body: unknown): void {
    this.links.fanOut.send(this.outlet, noticePacket(frame, body));
  }

  /** Answers the request of that number. @throws whatever JSON says of a reply it cannot hold. */
  reply(id: number, reply: unknown): void {
    const packet = replyPacket(id, reply);
    if (this.socket.connected) this.links.fanOut.send(this.outlet, packet);
  }

  override disconnect(): void {
    const { socket } = this;
    // Socket.IO's clients come back by themselves after the end of a transport, and stay away after a DISCONNECT.
    if (!this.mayReturn && socket.connected) return void socket.disconnect(true);
    // Before the connection is established, Socket.IO would ignore a disconnect, and connect the socket a tick later.
    if (!this.mayReturn) socket.conn.write(DISCONNECT_PACKET);
    socket.conn.close();
  }
}

/** `socket.data` in logs and other JSON. */
function publicData(this: SocketData): SocketData {
  return { ...this, user: this.user && publicUser(this.user) };
}
