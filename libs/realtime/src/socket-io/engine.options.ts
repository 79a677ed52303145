// With which Socket.IO options does the gateway run? Everything off that nobody needs, everything bounded.
import type { IncomingMessage } from 'node:http';
import { type ServerOptions as WebSocketServerOptions, WebSocketServer } from 'ws';
import type { RealtimeOptions } from '../realtime.options.js';

/** Room for the frame around the largest payload. */
const FRAME_ALLOWANCE = 1_024;
const SMALLEST_FRAME_LIMIT = 65_536;
/** A client gains nothing by cutting a frame into more pieces, and each costs memory (hardening 4). */
const MAX_FRAGMENTS = 64;
/** A client who does not read does not answer a closing frame either; this long his socket and what waits for it may stay. */
const CLOSE_TIMEOUT = 2_000;

class BoundedWebSocketServer extends WebSocketServer {
  constructor(options: WebSocketServerOptions) {
    super({ ...options, maxFragments: MAX_FRAGMENTS, closeTimeout: CLOSE_TIMEOUT } as WebSocketServerOptions);
  }
}

/** Only a polling session changes its transport; without polling, a request that names a session wants somebody else's. */
class SoleWebSocketServer extends BoundedWebSocketServer {
  override shouldHandle(request: IncomingMessage & { _query?: { sid?: unknown } }): boolean {
    return !request._query?.sid;
  }
}

/** `allow` says whether a handshake may proceed; it runs before anything is kept for the client. */
export function engineOptions(
  options: RealtimeOptions,
  allow: (request: IncomingMessage) => boolean,
): Record<string, unknown> {
  const { payloadBytes } = options.limits;
  const polling = options.transports.includes('polling');
  // The server's own pages need no CORS.
  const cors = { origin: options.origins.filter((origin) => origin !== 'self'), credentials: true };
  return {
    path: options.path,
    transports: options.transports,
    maxHttpBufferSize: payloadBytes <= SMALLEST_FRAME_LIMIT ? SMALLEST_FRAME_LIMIT : payloadBytes + FRAME_ALLOWANCE,
    allowRequest: (request: IncomingMessage, decide: (error: null, allowed: boolean) => void) =>
      decide(null, allow(request)),
    ...(polling && { cors }),
    wsEngine: polling ? BoundedWebSocketServer : SoleWebSocketServer,
    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    connectTimeout: 10_000,
  };
}
