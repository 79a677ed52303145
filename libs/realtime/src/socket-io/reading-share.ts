// How much of one client's bytes is decoded in one turn of the event loop? One large frame; then others get their turn.
import type { Socket as EngineSocket } from 'engine.io';

/** Decoding this much takes a millisecond or two. */
const BYTES_PER_TURN = 32_768;

interface Pausable {
  readonly transport: { readonly socket?: { pause?(): void; resume?(): void } };
}

/** Stops reading from a WebSocket until the next turn once a turn has had its share; TCP holds back the rest. */
export class ReadingShare {
  private readonly bytes = new Map<EngineSocket, number>();

  took(conn: EngineSocket, length: number): void {
    const before = this.bytes.get(conn) ?? 0;
    if (this.bytes.size === 0) setImmediate(this.next);
    this.bytes.set(conn, before + length);
    if (before <= BYTES_PER_TURN && before + length > BYTES_PER_TURN) socketOf(conn)?.pause?.();
  }

  /** Transports that are read from in this turn. */
  get size(): number {
    return this.bytes.size;
  }

  private readonly next = (): void => {
    for (const [conn, bytes] of this.bytes) if (bytes > BYTES_PER_TURN) socketOf(conn)?.resume?.();
    this.bytes.clear();
  };
}

function socketOf(conn: EngineSocket): Pausable['transport']['socket'] {
  return (conn as unknown as Pausable).transport.socket;
}
