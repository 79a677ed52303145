// With which Socket.IO options does the gateway run? Every feature that is not needed is off, and everything is bounded.
import type { IncomingMessage } from 'node:http';
import { isLoopbackOrigin } from '../../authorization/loopback-origin.js';
import { isOriginPattern } from '../../authorization/origin-pattern.js';
import { admitsLoopback } from '../../gateway/own-hosts.js';
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
  allow: (request: IncomingMessage) => boolean | Promise<boolean>,
  meter: FrameMeter,
): Record<string, unknown> {
  const { payloadBytes } = options.limits;
  const polling = options.transports.includes('polling');
  const metered = meteredWebSocketServer(meter);
  // The server's own pages need no CORS. The client always asks with credentials: cookies that nothing reads may keep it at its node.
  const cors = { origin: corsOrigin(options), credentials: true };
  return {
    path: options.path,
    transports: options.transports,
    maxHttpBufferSize: payloadBytes <= SMALLEST_FRAME_LIMIT ? SMALLEST_FRAME_LIMIT : payloadBytes + FRAME_ALLOWANCE,
    allowRequest: (request: IncomingMessage, decide: (error: null, allowed: boolean) => void) => {
      const allowed = allow(request);
      if (typeof allowed === 'boolean') decide(null, allowed);
      else void allowed.then((answer) => decide(null, answer));
    },
    ...(polling && { cors }),
    wsEngine: polling ? metered : withoutSessions(metered),
    // Engine.IO would end upgrades of other paths that take over a second.
    destroyUpgrade: false,

    serveClient: false,
    perMessageDeflate: false,
    httpCompression: false,
    connectTimeout: 10_000,
  };
}

type AllowedFor = (origin: string | undefined, answer: (error: null, allowed: string[]) => void) => void;

/** `true` reflects the Origin of a request: a page that may not connect has been refused before it reads anything. */
function corsOrigin({ origins }: RealtimeOptions, environment = process.env.NODE_ENV): true | string[] | AllowedFor {
  if (typeof origins !== 'object' || origins.some(isOriginPattern)) return true;
  const listed = origins.filter((origin) => origin !== 'self');
  if (!admitsLoopback({ origins }, environment)) return listed;
  return (origin = '', answer) => answer(null, isLoopbackOrigin(origin) ? [origin] : listed);
}
