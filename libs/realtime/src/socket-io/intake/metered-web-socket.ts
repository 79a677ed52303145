// Who looks at a WebSocket frame first? Our own meter, before ws answers a ping and before Engine.IO decodes a packet.
import { type ServerOptions, WebSocket, WebSocketServer } from 'ws';
import { dropUnread, unsentBytes, webSocketInternals } from '../internals.js';
import type { TransportLink } from './transport-link.js';

/** A client gains nothing by cutting a frame into more pieces, and each costs memory (docs/hardening.md#4). */
const MAX_FRAGMENTS = 64;
/** A client that does not read does not answer a closing frame either; this long its socket and what waits for it may stay. */
export const CLOSE_TIMEOUT = 2_000;
/** An unfinished frame is kept as the segments it came in, and each has an overhead; honest segments are larger on average. */
const SMALLEST_SEGMENT = 128;
const FEWEST_SEGMENTS = 512;

/** What a client may have under way when we say goodbye. */
const MOST_DISCARDED = 1_048_576;

/** Judges each frame; one for all sockets. */
export interface FrameMeter {
  /** Whether Engine.IO may have this message. */
  takesMessage(ws: MeteredWebSocket, data: Buffer, isBinary: boolean): boolean;
  /** Whether this ping may be answered. */
  takesPing(ws: MeteredWebSocket, data: Buffer): boolean;
  takesPong(ws: MeteredWebSocket, data: Buffer): void;
}

/** A WebSocket that has each frame judged. It overrides `emit` because listeners would cost memory on every connection. */
export abstract class MeteredWebSocket extends WebSocket {
  /** What the meter knows of it; it has one before Engine.IO knows the socket. */
  link: TransportLink | null = null;
  private ended = false;

  protected abstract get meter(): FrameMeter;

  /** Bytes that wait because the peer does not read. */
  get unsent(): number {
    return unsentBytes(webSocketInternals(this));
  }

  /** Security note: reads client data. */
  override emit(event: string | symbol, first?: unknown, second?: unknown): boolean {
    if (event === 'message') {
      if (!this.meter.takesMessage(this, first as Buffer, second as boolean)) return true;
    } else if (event === 'ping') {
      if (this.meter.takesPing(this, first as Buffer)) this.pong(first, false, ignore);
    } else if (event === 'pong') {
      this.meter.takesPong(this, first as Buffer);
    }
    return super.emit(event, first, second);
  }

  /** Reads nothing more. TCP holds back the rest, and what ws has of the present chunk is dropped, so that its loop ends. */
  endReading(): void {
    this.ended = true;
    this.pause();
    dropUnread(webSocketInternals(this));
  }

  override resume(): void {
    if (!this.ended) super.resume();
  }

  /**
   * Ends our side once everything is written. What the peer still has under way is thrown away unread, so that its end is noticed; where
   * that does not stop, nothing is read and the closing timeout ends the socket.
   */
  endWriting(): void {
    const { _socket: socket } = webSocketInternals(this);
    if (!socket) return;
    let left = MOST_DISCARDED;
    socket.removeAllListeners('data').on('data', (chunk: Buffer) => {
      left -= chunk.length;
      if (left < 0) socket.pause();
    });
    socket.end();
    socket.resume();
  }
}

/** The `wsEngine` for Engine.IO. */
export function meteredWebSocketServer(meter: FrameMeter): new (options: ServerOptions) => WebSocketServer {
  class Socket extends MeteredWebSocket {
    protected override get meter(): FrameMeter {
      return meter;
    }
  }
  return class extends WebSocketServer {
    constructor(options: ServerOptions) {
      const bounds = {
        maxFragments: MAX_FRAGMENTS,
        maxBufferedChunks: Math.max(FEWEST_SEGMENTS, Math.ceil((options.maxPayload ?? 0) / SMALLEST_SEGMENT)),
        closeTimeout: CLOSE_TIMEOUT,
        autoPong: false,
        WebSocket: Socket as unknown as typeof WebSocket,
      };
      super({ ...options, ...bounds });
    }
  };
}

function ignore(): void {}
