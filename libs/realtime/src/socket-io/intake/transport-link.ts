// What is kept of one transport connection? On Engine.IO's socket itself: weak maps of thousands cost memory, and the garbage collector time.
import type { Socket as EngineSocket } from 'engine.io';
import type { RealtimeLimits } from '../../realtime.options.js';
import type { SocketIOConnection } from '../socket-io.connection.js';

const LINK = Symbol('nestjs-realtime');

type Linked = EngineSocket & { [LINK]?: TransportLink };

/** Lives from the transport's first frame to its end. */
export class TransportLink {
  /** Null until Engine.IO knows the transport. */
  conn: EngineSocket | null = null;
  /** The one connection it may have: a second CONNECT buys no second authentication (docs/hardening.md#5). */
  connection: SocketIOConnection | null = null;
  /** Whether a CONNECT has come, admitted or not. */
  asked = false;
  /** Whether it sent what it may not, or too much; nothing more is read of it. */
  ended = false;
  /** Bytes of pongs written since the peer last had read everything. */
  unreadPongs = 0;
  private packets: number;
  private bytes: number;
  private filledAt = performance.now();

  constructor({ packetsPerSecond, byteBurst }: RealtimeLimits) {
    this.packets = 2 * packetsPerSecond;
    this.bytes = byteBurst;
  }

  attach(conn: EngineSocket): void {
    this.conn = conn;
    (conn as Linked)[LINK] = this;
  }

  /** Undefined for a transport that was there before we were. */
  static of(conn: EngineSocket): TransportLink | undefined {
    return (conn as Linked)[LINK];
  }

  /** Takes what has come into account: null when it is within both rates, else what there is too much of (docs/hardening.md#10). */
  excess(packets: number, bytes: number, limits: RealtimeLimits): 'packets' | 'bytes' | null {
    const now = performance.now();
    const seconds = (now - this.filledAt) / 1_000;
    this.filledAt = now;
    const { packetsPerSecond, bytesPerSecond, byteBurst } = limits;
    this.packets = Math.min(2 * packetsPerSecond, this.packets + seconds * packetsPerSecond) - packets;
    this.bytes = Math.min(byteBurst, this.bytes + seconds * bytesPerSecond) - bytes;
    if (this.packets < 0) return 'packets';
    return this.bytes < 0 ? 'bytes' : null;
  }
}
