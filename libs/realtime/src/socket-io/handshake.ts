// What did a Socket.IO client bring when it connected, and how much of it may stay?
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { parseCookie } from 'cookie';
import type { Socket } from 'socket.io';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import { queryOf } from './internals.js';

const NO_COOKIES: RealtimeHandshake['cookies'] = Object.freeze(Object.create(null) as RealtimeHandshake['cookies']);

/** A connection keeps the URL and the headers of its first request for its life: guards and `refresh()` read them. */
const MAX_URL = 2_048;
const MAX_PARAMETERS = 32;
const MAX_HEADERS = 128;
/** As much as Node takes by default, also where an application lets Node take more. */
const MAX_HEADER_CHARACTERS = 16_384;

/** Parameters that belong to Engine.IO and Socket.IO. */
const OWN_PARAMETERS: ReadonlySet<string> = new Set(['EIO', 'transport', 'sid', 't', 'j', 'b64']);

/** Security note: reads client data. Cookies come without a prototype; `auth` is an object, whatever the client sent. */
export function handshakeOf({ handshake }: Socket, readsQuery: () => void): RealtimeHandshake {
  const { auth, headers, address, query } = handshake;
  return handshakeFrom({ auth, headers, address, query }, readsQuery);
}

/** What is known of a client before Socket.IO has read its CONNECT: no `auth` yet. */
export function requestHandshake(request: IncomingMessage): RealtimeHandshake {
  const { headers, socket } = request;
  const query = queryOf(request) ?? {};
  return handshakeFrom({ auth: {}, headers, address: socket.remoteAddress ?? '', query }, () => undefined);
}

interface Raw {
  readonly auth: unknown;
  readonly headers: IncomingHttpHeaders;
  readonly address: string;
  readonly query: Readonly<Record<string, unknown>>;
}

/** The query is made when it is read: few applications read it, and the doctor has to know. */
function handshakeFrom({ auth, headers, address, query }: Raw, readsQuery: () => void): RealtimeHandshake {
  return {
    auth: typeof auth === 'object' && auth !== null ? (auth as RealtimeHandshake['auth']) : {},
    cookies: headers.cookie === undefined ? NO_COOKIES : parseCookie(headers.cookie),
    get query() {
      readsQuery();
      return parametersOf(query);
    },
    headers,
    address,
    ...(headers.origin !== undefined && { origin: headers.origin }),
  };
}

/** Of a parameter that comes several times, the first value counts. */
function parametersOf(query: Readonly<Record<string, unknown>>): RealtimeHandshake['query'] {
  const parameters = Object.create(null) as Record<string, string>;
  for (const [name, given] of Object.entries(query)) {
    const value: unknown = Array.isArray(given) ? given[0] : given;
    if (typeof value === 'string' && !OWN_PARAMETERS.has(name)) parameters[name] = value;
  }
  return parameters;
}

/** Before any code can read them. */
export function dropCookies(request: IncomingMessage): void {
  delete request.headers.cookie;
}

/** Why a request is too large to be kept; null when it is not. Security note: reads client data. */
export function sizeFault({ url = '', rawHeaders }: IncomingMessage): string | null {
  if (url.length > MAX_URL || url.split('&', MAX_PARAMETERS + 1).length > MAX_PARAMETERS) return 'the URL is too long';
  if (rawHeaders.length > 2 * MAX_HEADERS) return 'too many headers';
  let characters = 0;
  for (const part of rawHeaders) characters += part.length;
  return characters > MAX_HEADER_CHARACTERS ? 'the headers are too long' : null;
}

/** Drops the parts of a transport's first request that no code reads. The parsed headers stay. */
export function trimRequest(request: IncomingMessage): void {
  request.rawHeaders = [];
}

/** Drops all of a request that upgrades a transport: the one that opened it speaks for the client. */
export function emptyRequest(request: IncomingMessage): void {
  request.rawHeaders = [];
  request.headers = {};
  request.url = '';
}
