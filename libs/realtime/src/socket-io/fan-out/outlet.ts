// How does a frame get out to one member? Straight to its network socket where Socket.IO, Engine.IO and ws have nothing of their own under way.
import type { Socket as NetSocket } from 'node:net';
import type { Socket as EngineSocket } from 'engine.io';
import type { ChannelMatch } from '../../connections/channel-match.js';
import { type EngineInternals, engineOf, type TransportInternals, type WebSocketInternals } from '../internals.js';
import type { Batch } from './batch.js';

const WS_OPEN = 1;

/** The connection behind an outlet, as far as fan-out needs it. */
export interface Receiver {
  readonly id: string;
  /** Whether it gets no broadcasts any more, though it has not been closed yet. */
  readonly isDeparting: boolean;
  readonly subscriptions: { values(): Iterable<ChannelMatch> };
}

/**
 * What fan-out needs of one member, in one small object: at thousands of members, each further object that a delivery has to look into
 * is a wait for memory. What does not change while a transport lasts is looked up once.
 */
export class Outlet {
  /** Broadcasts of this turn below this number have been sent, or were made before it was a member. */
  settledAt = 0;
  /** The newest broadcast to several channels, or with exceptions, that has taken note of it. */
  seenBy = 0;
  /** What a flush has found for it so far; null between flushes. */
  batches: Batch | Batch[] | null = null;
  private readonly engine: EngineInternals;
  private transport: TransportInternals | null = null;
  private ws: WebSocketInternals | null = null;

  constructor(
    readonly connection: Receiver,
    conn: EngineSocket,
  ) {
    this.engine = engineOf(conn);
  }

  /** Engine.IO's socket, which queues what cannot be written at once. */
  get conn(): EngineSocket {
    return this.engine as unknown as EngineSocket;
  }

  /**
   * The network socket under an open WebSocket transport on which nothing waits, so that a frame written now comes after everything
   * Socket.IO has sent; null where the ordinary path must be taken: polling, upgrading, closing, compressing, or a backlog.
   */
  get network(): NetSocket | null {
    const { engine } = this;
    if (engine.readyState !== 'open' || engine.upgrading || engine.writeBuffer.length > 0) return null;
    if (engine.transport !== this.transport) this.follow(engine.transport);
    const { ws } = this;
    return ws?.readyState === WS_OPEN ? (ws._socket ?? null) : null;
  }

  private follow(transport: TransportInternals): void {
    this.transport = transport;
    const ws = transport.name === 'websocket' ? transport.socket : undefined;
    this.ws = ws?.extensions === '' ? ws : null;
  }
}
