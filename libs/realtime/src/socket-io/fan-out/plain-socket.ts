// Can a frame go straight to a client's network socket? Only where Socket.IO, Engine.IO and ws have nothing of their own under way.
import type { Socket as NetSocket } from 'node:net';
import type { Socket as EngineSocket } from 'engine.io';

/** What Engine.IO 6.6 and ws 8 keep to themselves and this relies on. */
interface Internals {
  readonly readyState: string;
  readonly upgrading: boolean;
  readonly writeBuffer: readonly unknown[];
  readonly transport: {
    readonly name: string;
    readonly perMessageDeflate?: unknown;
    readonly socket?: {
      readonly readyState: number;
      readonly _socket?: NetSocket | null;
      readonly _sender?: { readonly _state?: number; readonly _queue?: readonly unknown[] };
    };
  };
}

const WS_OPEN = 1;
const SENDER_IDLE = 0;

/**
 * The network socket under an open WebSocket transport on which nothing waits, so that a frame written now comes after everything
 * Socket.IO has sent; null where the ordinary path must be taken: polling, upgrading, closing, compressing, or a backlog.
 */
export function plainSocketOf(conn: EngineSocket): NetSocket | null {
  const { readyState, upgrading, writeBuffer, transport } = conn as unknown as Internals;
  if (readyState !== 'open' || upgrading || writeBuffer.length > 0 || transport.name !== 'websocket') return null;
  const { socket } = transport;
  if (socket === undefined || socket.readyState !== WS_OPEN || socket._sender?._state !== SENDER_IDLE) return null;
  const network = socket._socket;
  return network?.writable === true ? network : null;
}

/** What of the private shape is not as expected on an open WebSocket transport; null when all is. */
export function shapeFault(conn: EngineSocket): string | null {
  const internals = conn as unknown as Partial<Internals>;
  if (!Array.isArray(internals.writeBuffer)) return 'engine.io: writeBuffer is no array';
  const socket = internals.transport?.socket;
  if (typeof socket?._sender?._state !== 'number') return 'ws: the sender has no state';
  if (typeof socket._socket?.write !== 'function' || typeof socket._socket.cork !== 'function') {
    return 'ws: no network socket';
  }
  return null;
}
