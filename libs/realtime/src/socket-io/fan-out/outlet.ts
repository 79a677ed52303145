// How does a frame get out to one member? Straight to his network socket where Socket.IO, Engine.IO and ws have nothing of their own under way.
import type { Socket as NetSocket } from 'node:net';
import type { Socket as EngineSocket } from 'engine.io';
import type { SocketIOConnection } from '../socket-io.connection.js';
import type { Batch } from './batch.js';

/** What Engine.IO 6.6 and ws 8 keep to themselves and this relies on. */
interface Engine {
  readonly readyState: string;
  readonly upgrading: boolean;
  readonly writeBuffer: readonly unknown[];
  readonly transport: Transport;
}

interface Transport {
  readonly name: string;
  readonly socket?: WebSocketInternals;
}

interface WebSocketInternals {
  readonly readyState: number;
  /** Not empty where frames may be compressed, and so be written later than they were sent. */
  readonly extensions: string;
  readonly _socket?: NetSocket | null;
}

const WS_OPEN = 1;

/**
 * What fan-out needs of one member, in one small object: at thousands of members, each further object that a delivery has to look into
 * is a wait for memory. What does not change while a transport lasts is looked up once.
 */
export class Outlet {
  /** Broadcasts of this turn below this number have been sent, or were made before he was a member. */
  settledAt = 0;
  /** What a flush has found for him so far; null between flushes. */
  batches: Batch | Batch[] | null = null;
  private readonly engine: Engine;
  private transport: Transport | null = null;
  private ws: WebSocketInternals | null = null;

  constructor(
    readonly connection: SocketIOConnection,
    conn: EngineSocket,
  ) {
    this.engine = conn as unknown as Engine;
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

  private follow(transport: Transport): void {
    this.transport = transport;
    const ws = transport.name === 'websocket' ? transport.socket : undefined;
    this.ws = ws?.extensions === '' ? ws : null;
  }
}

/** What of the private shape is not as expected on an open WebSocket transport; null when all is. */
export function shapeFault(conn: EngineSocket): string | null {
  const { writeBuffer, transport } = conn as unknown as Partial<Engine>;
  if (!Array.isArray(writeBuffer)) return 'engine.io: writeBuffer is no array';
  const ws = transport?.socket;
  if (typeof ws?.extensions !== 'string') return 'ws: the socket does not say which extensions it has';
  if (typeof ws._socket?.write !== 'function' || typeof ws._socket.cork !== 'function') return 'ws: no network socket';
  return null;
}
