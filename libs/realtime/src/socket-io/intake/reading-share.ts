// How many of one client's bytes are decoded in one turn of the event loop? About one large frame; then other clients get their turn.
import type { MeteredWebSocket } from './metered-web-socket.js';

/** Decoding this much takes a millisecond or two. */
const BYTES_PER_TURN = 32_768;

/** What it needs of a WebSocket. */
export interface Readable extends Pick<MeteredWebSocket, 'pause' | 'resume'> {
  readonly link: { readonly connection: { readonly behind: boolean } | null } | null;
}

/**
 * Stops reading from a WebSocket once a turn has had its share, until the next turn and until no request that was read waits: decoded
 * requests take many times the memory of their bytes. TCP holds back the rest.
 */
export class ReadingShare {
  private readonly bytes = new Map<Readable, number>();

  took(ws: Readable, length: number): void {
    const before = this.bytes.get(ws) ?? 0;
    if (this.bytes.size === 0) setImmediate(this.next);
    this.bytes.set(ws, before + length);
    if (before <= BYTES_PER_TURN && before + length > BYTES_PER_TURN) ws.pause();
  }

  /** Transports that are read from in this turn. */
  get size(): number {
    return this.bytes.size;
  }

  private readonly next = (): void => {
    for (const [ws, bytes] of this.bytes) {
      const paused = bytes > BYTES_PER_TURN;
      if (paused && ws.link?.connection?.behind === true) continue;
      this.bytes.delete(ws);
      if (paused) ws.resume();
    }
    if (this.bytes.size > 0) setImmediate(this.next);
  };
}
