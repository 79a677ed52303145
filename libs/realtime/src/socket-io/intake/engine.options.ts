// With which Socket.IO options does the gateway run? Every feature that is not needed is off, and everything is bounded.
import type { IncomingMessage } from 'node:http';
import type { RealtimeOptions } from '../../realtime.options.js';
import { queryOf } from '../internals.js';
import { type FrameMeter, meteredWebSocketServer } from './metered-web-socket.js';

/** Room for the frame around the largest payload. */
const FRAME_ALLOWANCE = 1_024;
const SMALLEST_FRAME_LIMIT = 65_536;
/** Only a polling session changes its transport. Without polling, a request that names a session wants the session of another client. */
function withoutSessions(Server: ReturnType<typeof meteredWebSocketServer>): typeof Server {
  return class extends Server {
    override shouldHandle(request: IncomingMessage): boolean {
      const query = queryOf(request);
      return query !== null && !query.sid;
    }
  };
}

/** `allow` says whether a handshake may proceed; it runs before anything is kept for the client. `meter` judges every frame. */
export function engineOptions(
  options: RealtimeOptions,
  allow: (request: IncomingMessage) => boolean,
  meter: FrameMeter,
): Record<string, unknown> {
  const { payloadBytes } = options.limits;
  const polling = options.transports.includes('polling');
  const metered = meteredWebSocketServer(meter);
  // The server's own pages need no CORS.
  const cors = { origin: options.origins.filter((origin) => origin !== 'self'), credentials: true };
  return {
    path: options.path,
    transports: options.transports,
    maxHttpBufferSize: payloadBytes <= SMALLEST_FRAME_LIMIT ? SMALLEST_FRAME_LIMIT : payloadBytes + FRAME_ALLOWANCE,
    allowRequest: (request: IncomingMessage, decide: (error: null, allowed: boolean) => void) =>
      decide(null, allow(request)),
    ...(polling && { cors }),
    wsEngine: polling ? metered : withoutSessions(metered),
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    connectTimeout: 10_000,
  };
}
