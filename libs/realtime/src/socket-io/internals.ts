// Which unpublished parts of Socket.IO, Engine.IO and ws do we use, and are they where we expect them? docs/socket-io-internals.md.
import type { IncomingMessage } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { Socket as EngineSocket } from 'engine.io';
import type { Namespace, Server, Socket } from 'socket.io';
import type { WebSocket } from 'ws';

/** A packet in Engine.IO's buffer. */
export interface BufferedPacket {
  readonly data?: { readonly length: number };
  readonly options?: WriteOptions;
}

/** How Engine.IO is asked to write a packet. */
export interface WriteOptions {
  readonly compress: false;
  /** The WebSocket frame of the packet, made beforehand. Only events carry one. */
  readonly wsPreEncodedFrame?: readonly Buffer[];
}

/** Engine.IO's socket, which outlives its transports. */
export interface EngineInternals {
  readonly readyState: string;
  readonly upgrading: boolean;
  /** Appended to, and replaced whenever Engine.IO flushes it. */
  writeBuffer: readonly BufferedPacket[];
  readonly transport: TransportInternals;
}

/** A transport: polling or WebSocket. */
export interface TransportInternals {
  readonly name: string;
  /** Under a WebSocket transport. */
  readonly socket?: WebSocketInternals;
}

/** Engine.IO's methods for what comes in over polling; it has no event before a body is decoded. */
export interface IncomingTransport {
  onData(body: string): void;
  onPacket(packet: EnginePacket): void;
}

/** A packet as Engine.IO has decoded it. */
export interface EnginePacket {
  readonly type: string;
  readonly data?: string | Buffer;
}

/** A socket of ws. */
export interface WebSocketInternals {
  readonly readyState: number;
  /** Not empty where frames may be compressed, and so be written later than they were sent. */
  readonly extensions: string;
  readonly _socket?: NetSocket | null;
  /** What was read and is not taken apart yet. */
  readonly _receiver?: { _buffers: Buffer[]; _bufferedBytes: number } | null;
}

/** The query of a request as Engine.IO has parsed it; of several values of a name it has kept the last. */
export interface EngineQuery extends Readonly<Record<string, unknown>> {
  readonly sid?: unknown;
  /** JSONP. */
  readonly j?: unknown;
}

/** An event as Socket.IO has decoded it. */
export interface EventPacket {
  readonly data?: readonly [event: string, ...args: unknown[]];
  readonly id?: number | null;
}

/** Socket.IO's method for an event packet; the public way, `onAny`, makes four closures for every event. */
export interface EventSink {
  onevent?: (this: Socket, packet: EventPacket) => void;
}

/** Rooms as Socket.IO's adapter looks for them by name. */
export interface AdapterInternals {
  rooms: Map<string, Set<string>>;
  socketRooms(id: string): Set<string> | undefined;
}

/** Engine.IO's server. */
export interface EngineServerInternals {
  prepare(request: object): void;
  createTransport(name: string, request: object): Partial<IncomingTransport>;
}

export function engineOf(conn: EngineSocket): EngineInternals {
  return conn as unknown as EngineInternals;
}

export function webSocketInternals(ws: WebSocket): WebSocketInternals {
  return ws;
}

/** Bytes that wait in the network socket under a WebSocket, because the peer does not read. */
export function unsentBytes(ws: WebSocketInternals | undefined): number {
  return ws?._socket?.writableLength ?? 0;
}

/** Bytes that the kernel has taken of what was written to the network socket under a WebSocket. */
export function takenBytes(ws: WebSocketInternals | undefined): number {
  const network = ws?._socket;
  return network ? network.bytesWritten - network.writableLength : 0;
}

/** Throws away what Engine.IO has not given to the transport yet. */
export function dropUnsent(conn: EngineSocket): void {
  engineOf(conn).writeBuffer = [];
}

/** Throws away what a WebSocket has read and not taken apart yet. */
export function dropUnread({ _receiver: receiver }: Partial<WebSocketInternals>): void {
  if (!Array.isArray(receiver?._buffers)) return;
  receiver._buffers.length = 0;
  receiver._bufferedBytes = 0;
}

/** Null where Engine.IO has left none: then nothing is known of the request, and it must be refused. */
export function queryOf(request: IncomingMessage): EngineQuery | null {
  const { _query: query } = request as { _query?: EngineQuery | null };
  return typeof query === 'object' ? query : null;
}

export function adapterOf({ adapter }: Namespace): AdapterInternals {
  return adapter;
}

/** How many sockets wait for their middleware; Socket.IO keeps them apart from the others. Null where it does not say. */
export function connectingSockets(namespace: Namespace): number | null {
  return (namespace as unknown as { _preConnectSockets?: { readonly size?: number } })._preConnectSockets?.size ?? null;
}

/** How many namespaces a server has, with those that it makes for clients that ask. */
export function namespaceCount(io: Server): number {
  const { _nsps, parentNsps } = io as unknown as Record<'_nsps' | 'parentNsps', ReadonlyMap<unknown, unknown>>;
  return _nsps.size + parentNsps.size;
}

/**
 * What of an Engine.IO socket, and of the transport under it, is not as we expect; null when all is. What the client sends cannot
 * be counted then, or what waits for it, so the connection must be closed.
 */
export function connectionFault(conn: EngineSocket): string | null {
  const { readyState, upgrading, writeBuffer, transport } = conn as unknown as Partial<EngineInternals>;
  if (typeof readyState !== 'string') return 'engine.io: the socket has no readyState';
  if (typeof upgrading !== 'boolean') return 'engine.io: the socket does not say whether it is upgrading';
  if (!Array.isArray(writeBuffer)) return 'engine.io: the socket has no array writeBuffer';
  if (typeof transport?.name !== 'string') return 'engine.io: the socket has no transport with a name';
  if (transport.name === 'websocket') return webSocketFault(transport.socket);
  const { onData, onPacket } = transport as unknown as Partial<IncomingTransport>;
  if (typeof onData !== 'function') return 'engine.io: the transport has no onData()';
  return typeof onPacket === 'function' ? null : 'engine.io: the transport has no onPacket()';
}

/** What of a socket of ws is not as we expect while it is open; null when all is. */
export function webSocketFault(ws: Partial<WebSocketInternals> | undefined): string | null {
  if (typeof ws?._socket?.writableLength !== 'number') return 'ws: the socket has no network socket _socket';
  if (!Array.isArray(ws._receiver?._buffers)) return 'ws: the receiver has no array _buffers';
  return typeof ws._receiver._bufferedBytes === 'number' ? null : 'ws: the receiver has no _bufferedBytes';
}

/** Why frames cannot be written past Engine.IO and ws on an open WebSocket transport; null when they can. Engine.IO takes them all then. */
export function fastPathFault(conn: EngineSocket): string | null {
  const ws = (conn as unknown as EngineInternals).transport.socket;
  if (typeof ws?.readyState !== 'number') return 'ws: the socket has no readyState';
  if (typeof ws.extensions !== 'string') return 'ws: the socket does not say which extensions it has';
  const network = ws._socket;
  const writes = typeof network?.write === 'function' && typeof network.cork === 'function';
  return writes ? null : 'ws: the network socket cannot be corked and written to';
}
