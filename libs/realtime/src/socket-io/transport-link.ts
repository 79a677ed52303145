// What is kept of one transport connection? On Engine.IO's socket itself: weak maps of thousands cost memory, and the garbage collector time.
import type { Socket as EngineSocket } from 'engine.io';
import { TokenBucket } from '../connections/token-bucket.js';
import type { SocketIOConnection } from './socket-io.connection.js';

const LINK = Symbol('nestjs-realtime');

type Linked = EngineSocket & { [LINK]?: TransportLink };

/** Lives from the transport's first packet to its end. */
export class TransportLink {
  /** The one connection it may have: a second CONNECT buys no second authentication (hardening 5). */
  connection: SocketIOConnection | null = null;
  private packets: TokenBucket | null = null;

  static create(conn: EngineSocket): void {
    (conn as Linked)[LINK] = new TransportLink();
  }

  /** Undefined for a transport that was there before we were. */
  static of(conn: EngineSocket): TransportLink | undefined {
    return (conn as Linked)[LINK];
  }

  /** Takes a packet into account; false when it is one too many (hardening 10). Pings and junk count too, so no flood is free. */
  allowsPacket(perSecond: number): boolean {
    const now = performance.now();
    const burst = 2 * perSecond;
    this.packets ??= new TokenBucket(burst, now);
    return this.packets.take(perSecond, burst, now) === 0;
  }
}
