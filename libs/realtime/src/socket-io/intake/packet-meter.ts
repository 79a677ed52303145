// May this packet go on to Engine.IO? Counted and judged where it comes in, on either transport, before anything decodes or answers it.
import type { Socket as EngineSocket } from 'engine.io';
import type { RefusalLog } from '../../guards/refusal.log.js';
import { RealtimeException } from '../../realtime.exception.js';
import type { RealtimeLimits } from '../../realtime.options.js';
import type { SlowClients } from '../fan-out/slow-clients.js';
import type { EnginePacket } from '../internals.js';
import { CLOSE_TIMEOUT, type FrameMeter, MeteredWebSocket } from './metered-web-socket.js';
import { ENGINE_MESSAGE, type HeaderFault, headerFault } from './packet-header.js';
import { meterTransport, type TransportMeter } from './polling-meter.js';
import { connectErrorPacket } from '../fan-out/prepared-packet.js';
import { ReadingShare } from './reading-share.js';
import { TransportLink } from './transport-link.js';

/** Not worth counting towards a turn's share of reading: the share of requests bounds them. */
const SMALL_PACKET = 1_024;
/** Two bytes and the mask. */
const FRAME_HEADER = 6;
const PONG_HEADER = 2;

/** Ends a client that does not read. */
export type CutOff = (conn: EngineSocket) => void;

/** One for all transports of a node. Security note: reads client data. */
export class PacketMeter implements FrameMeter, TransportMeter {
  private readonly reading = new ReadingShare();

  constructor(
    private readonly limits: RealtimeLimits,
    private readonly slow: SlowClients,
    private readonly refusals: RefusalLog,
    private readonly cutOff: CutOff,
  ) {}

  /** Transports that are read from in this turn. */
  get reads(): number {
    return this.reading.size;
  }

  /** Knows a transport that Engine.IO has accepted, and the WebSocket it may be upgraded to. */
  follow(conn: EngineSocket): void {
    const ws = webSocketOf(conn.transport);
    const link = ws === null ? new TransportLink(this.limits) : this.linkOf(ws);
    link.attach(conn);
    if (ws === null) meterTransport(conn.transport, link, this);
    conn.on('upgrade', onUpgrade);
  }

  takesMessage(ws: MeteredWebSocket, data: Buffer, isBinary: boolean): boolean {
    const link = this.linkOf(ws);
    if (!this.takes(link, ws, 1, data.length + FRAME_HEADER)) return false;
    const fault = isBinary ? 'binary' : headerFault(data[0], data[1], data[2]);
    if (fault !== null) return this.refuse(link, ws, fault);
    if (this.isDeaf(link, ws)) return this.cut(link, ws);
    if (data.length > SMALL_PACKET || link.connection?.behind === true) this.reading.took(ws, data.length);
    return true;
  }

  takesPing(ws: MeteredWebSocket, data: Buffer): boolean {
    const link = this.linkOf(ws);
    if (!this.takes(link, ws, 1, data.length + FRAME_HEADER)) return false;
    link.unreadPongs = ws.unsent === 0 ? 0 : link.unreadPongs + data.length + PONG_HEADER;
    const mayWait = link.unreadPongs <= this.limits.queuedBytes && !this.isDeaf(link, ws);
    return mayWait || this.cut(link, ws);
  }

  takesPong(ws: MeteredWebSocket, data: Buffer): void {
    this.takes(this.linkOf(ws), ws, 1, data.length + FRAME_HEADER);
  }

  takesBody(link: TransportLink, bytes: number): boolean {
    return this.takes(link, null, 0, bytes);
  }

  takesPacket(link: TransportLink, { type, data }: EnginePacket): boolean {
    if (!this.takes(link, null, 1, 0)) return false;
    const fault =
      typeof data === 'object'
        ? 'binary'
        : type === 'message' && data !== undefined
          ? headerFault(ENGINE_MESSAGE, data.charCodeAt(0), data.charCodeAt(1))
          : null;
    if (fault !== null) return this.refuse(link, null, fault);
    return !this.isDeaf(link, null) || this.cut(link, null);
  }

  private takes(link: TransportLink, ws: MeteredWebSocket | null, packets: number, bytes: number): boolean {
    // A socket that closes may still hand on what was read before.
    if (link.ended) ws?.endReading();
    if (link.ended) return false;
    const excess = link.excess(packets, bytes, this.limits);
    if (excess === null) return true;
    return this.end(link, ws, new RealtimeException('RATE_LIMITED', { reason: `too many ${excess}` }));
  }

  private refuse(link: TransportLink, ws: MeteredWebSocket | null, fault: HeaderFault): false {
    if (fault === 'binary' || link.asked || link.conn === null) {
      const reason = fault === 'binary' ? 'a binary packet' : 'a CONNECT that is none';
      return this.end(link, ws, new RealtimeException('BAD_REQUEST', { reason }));
    }
    // Socket.IO would close the transport without an answer.
    link.asked = true;
    const refusal = new RealtimeException('BAD_REQUEST', { reason: 'auth is not a plain object' });
    this.refusals.record(refusal, { gate: 'connect', connection: null });
    link.conn.write(connectErrorPacket(refusal));
    return false;
  }

  private isDeaf({ conn }: TransportLink, ws: MeteredWebSocket | null): boolean {
    if (conn !== null) return this.slow.isDeaf(conn);
    return ws !== null && ws.unsent > this.limits.queuedBytes;
  }

  private cut(link: TransportLink, ws: MeteredWebSocket | null): false {
    link.ended = true;
    ws?.endReading();
    if (link.conn !== null) this.cutOff(link.conn);
    ws?.terminate();
    return false;
  }

  /** Says goodbye and reads no more. A client that has not read the goodbye within the closing timeout is closed without it. */
  private end(link: TransportLink, ws: MeteredWebSocket | null, refusal: RealtimeException): false {
    const { conn, connection } = link;
    link.ended = true;
    ws?.endReading();
    if (conn === null || conn.readyState === 'open') this.refusals.record(refusal, { gate: 'connect', connection });
    if (conn?.readyState !== 'open') {
      ws?.terminate();
      return false;
    }
    endWithin(CLOSE_TIMEOUT, conn, ws);
    // At once, also if the client is not connected yet.
    connection?.announceEnd({ code: 'POLICY', reconnect: false });
    connection?.disconnect();
    conn.close();
    return false;
  }

  /** Reads no more, and closes once everything is written; without that after the closing timeout. */
  close(conn: EngineSocket): void {
    const link = TransportLink.of(conn);
    if (link !== undefined) link.ended = true;
    const ws = webSocketOf(conn.transport);
    ws?.endReading();
    endWithin(CLOSE_TIMEOUT, conn, ws);
    conn.close();
  }

  private linkOf(ws: MeteredWebSocket): TransportLink {
    return (ws.link ??= new TransportLink(this.limits));
  }
}

/** Call it before closing. The goodbye waits that many milliseconds at most for a peer that does not read. */
function endWithin(milliseconds: number, conn: EngineSocket, ws: MeteredWebSocket | null): void {
  const timer = setTimeout(() => conn.close(true), milliseconds).unref();
  conn.once('close', () => {
    clearTimeout(timer);
    ws?.endWriting();
  });
}

/** From now on both transports are one connection, and share its limits. */
function onUpgrade(this: EngineSocket, transport: EngineSocket['transport']): void {
  const ws = webSocketOf(transport);
  if (ws !== null) ws.link = TransportLink.of(this)!;
}

/** Why frames of this transport do not pass a meter; null where they do. */
export function meteringFault(transport: EngineSocket['transport']): string | null {
  const isMetered = transport.name !== 'websocket' || webSocketOf(transport) !== null;
  return isMetered ? null : 'engine.io: the WebSocket is none of the wsEngine';
}

function webSocketOf(transport: EngineSocket['transport']): MeteredWebSocket | null {
  const { socket } = transport as { socket?: unknown };
  return socket instanceof MeteredWebSocket ? socket : null;
}
