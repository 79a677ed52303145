// How many bytes wait for a client who does not read? Counted where they wait: in Engine.IO's buffer and in the socket's.
import type { Socket as NetSocket } from 'node:net';
import type { Socket as EngineSocket } from 'engine.io';

interface BufferedPacket {
  readonly data?: { readonly length: number };
}

/** Packets in a buffer that is worth a walk. */
const LONG_BUFFER = 16;

/** Engine.IO's private buffer, and the network socket under a WebSocket transport. */
interface Buffers {
  readonly writeBuffer: readonly BufferedPacket[];
  readonly transport: { readonly socket?: { readonly _socket?: { readonly writableLength: number } | null } };
}

interface Backlog {
  /** The buffer these bytes wait in; Engine.IO takes a new one whenever it flushes. */
  buffer: readonly unknown[];
  bytes: number;
}

/** `ws.bufferedAmount` stays near 0 for a stalled client: the backlog is in Engine.IO's write buffer (hardening 11). */
export class Backlogs {
  private readonly waiting = new WeakMap<EngineSocket, Backlog>();

  constructor(private readonly limit: number) {}

  /** Whether `bytes` more may wait for the client; if so they are counted. */
  hasRoom(conn: EngineSocket, bytes: number): boolean {
    const { writeBuffer, transport } = conn as unknown as Buffers;
    const unsent = transport.socket?._socket?.writableLength ?? 0;
    if (writeBuffer.length === 0 && unsent === 0) return true;
    const backlog = this.of(conn, writeBuffer);
    if (unsent + backlog.bytes + bytes > this.limit) return false;
    backlog.bytes += bytes;
    return true;
  }

  /** Whether `bytes` more may wait in a network socket. */
  hasRoomOn(network: NetSocket, bytes: number): boolean {
    return network.writableLength + bytes <= this.limit || network.writableLength === 0;
  }

  /** Whether too much waits already, replies included. Walks the buffer only where it is long, so only for clients who do not read. */
  isOver(conn: EngineSocket): boolean {
    const { writeBuffer, transport } = conn as unknown as Buffers;
    const unsent = transport.socket?._socket?.writableLength ?? 0;
    if (unsent > this.limit) return true;
    if (writeBuffer.length < LONG_BUFFER) return false;
    return unsent + writeBuffer.reduce((sum, packet) => sum + (packet.data?.length ?? 0), 0) > this.limit;
  }

  private of(conn: EngineSocket, buffer: readonly unknown[]): Backlog {
    let backlog = this.waiting.get(conn);
    if (backlog === undefined) {
      backlog = { buffer, bytes: 0 };
      this.waiting.set(conn, backlog);
    } else if (backlog.buffer !== buffer) {
      backlog.buffer = buffer;
      backlog.bytes = 0;
    }
    return backlog;
  }
}
