// How many bytes wait for a client that does not read? Counted where they wait: in Engine.IO's buffer and in the socket's.
import type { Socket as NetSocket } from 'node:net';
import type { Socket as EngineSocket } from 'engine.io';
import { type BufferedPacket, engineOf, takenBytes, unsentBytes } from '../internals.js';

interface Backlog {
  /** The buffer these bytes wait in; Engine.IO appends to it, and takes a new one whenever it flushes. */
  buffer: readonly BufferedPacket[];
  /** Packets of the buffer that are in the sums. */
  counted: number;
  events: number;
  /** Bytes of the buffers before this one. */
  readonly flushed: number;
  /** Replies, refusals of CONNECT and notices: whatever the client's own packets cause. */
  answers: number;
}

/** `ws.bufferedAmount` stays near 0 for a stalled client: the backlog is in Engine.IO's write buffer (docs/hardening.md#11). */
export class Backlogs {
  private readonly waiting = new WeakMap<EngineSocket, Backlog>();

  constructor(private readonly limit: number) {}

  /** Whether an event of `bytes` may wait for the client as well. */
  hasRoom(conn: EngineSocket, bytes: number): boolean {
    const { writeBuffer, transport } = engineOf(conn);
    const unsent = unsentBytes(transport.socket);
    if (writeBuffer.length === 0) return unsent === 0 || unsent + bytes <= this.limit;
    const { events, answers } = this.of(conn, writeBuffer);
    return unsent + events + answers + bytes <= this.limit;
  }

  /** What waits for the client altogether. */
  bytesOf(conn: EngineSocket): number {
    const { writeBuffer, transport } = engineOf(conn);
    const unsent = unsentBytes(transport.socket);
    if (writeBuffer.length === 0) return unsent;
    const { events, answers } = this.of(conn, writeBuffer);
    return unsent + events + answers;
  }

  /** Whether so much waits that what may be dropped is dropped: a quarter of the limit. */
  isSlow(conn: EngineSocket): boolean {
    return this.bytesOf(conn) > this.limit / 4;
  }

  /** Whether `bytes` more may wait in a network socket. */
  hasRoomOn(network: NetSocket, bytes: number): boolean {
    return network.writableLength + bytes <= this.limit || network.writableLength === 0;
  }

  /** Bytes that the client has taken so far: into the network under a WebSocket, with its polls elsewhere. Only differences mean something. */
  takenBy(conn: EngineSocket): number {
    const { writeBuffer, transport } = engineOf(conn);
    return transport.socket === undefined ? this.of(conn, writeBuffer).flushed : takenBytes(transport.socket);
  }

  /**
   * Whether too many answers wait for a client that goes on asking. Events do not count: they have a policy of their own, by which
   * `events` bytes of them may wait.
   */
  isDeaf(conn: EngineSocket, events: number): boolean {
    const { writeBuffer, transport } = engineOf(conn);
    // In a network socket answers wait among events.
    if (unsentBytes(transport.socket) > events + this.limit) return true;
    return writeBuffer.length > 0 && this.of(conn, writeBuffer).answers > this.limit;
  }

  /** Counts what has come since it was last asked, so each packet is looked at once. */
  private of(conn: EngineSocket, buffer: readonly BufferedPacket[]): Backlog {
    let backlog = this.waiting.get(conn);
    if (backlog?.buffer !== buffer) {
      const flushed = backlog === undefined ? 0 : backlog.flushed + backlog.events + backlog.answers;
      backlog = { buffer, counted: 0, events: 0, answers: 0, flushed };
      this.waiting.set(conn, backlog);
    }
    for (; backlog.counted < buffer.length; backlog.counted++) {
      const { data, options } = buffer[backlog.counted];
      if (options?.wsPreEncodedFrame === undefined) backlog.answers += data?.length ?? 0;
      else backlog.events += data?.length ?? 0;
    }
    return backlog;
  }
}
