// What did a Socket.IO client bring when it connected?
import { parseCookie } from 'cookie';
import type { Socket } from 'socket.io';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';

const NO_COOKIES: RealtimeHandshake['cookies'] = Object.freeze(Object.create(null) as RealtimeHandshake['cookies']);

/** Security note: reads client data. Cookies come without a prototype; `auth` is an object, whatever the client sent. */
export function handshakeOf(socket: Socket): RealtimeHandshake {
  const { auth, headers, address } = socket.handshake;
  return {
    auth: typeof auth === 'object' && auth !== null ? auth : {},
    cookies: headers.cookie === undefined ? NO_COOKIES : parseCookie(headers.cookie),
    headers,
    address,
    ...(headers.origin !== undefined && { origin: headers.origin }),
  };
}
