// Does the head of a packet say already that it is refused? Judged by its first characters, before anything decodes it.

/** Engine.IO's packet type of a message. */
export const ENGINE_MESSAGE = 0x34;
/** Engine.IO's packet type of binary data in a text. */
const ENGINE_BASE64 = 0x62;
const SOCKET_CONNECT = 0x30;
const SOCKET_BINARY_EVENT = 0x35;
const SOCKET_BINARY_ACK = 0x36;
/** What may follow in a CONNECT: an object, or a namespace, after which Socket.IO itself wants an object. */
const OBJECT = 0x7b;
const NAMESPACE = 0x2f;

export type HeaderFault = 'binary' | 'auth';

/** The arguments are the first three characters; undefined or NaN where there are fewer. */
export function headerFault(engineType: number, socketType: number, next: number | undefined): HeaderFault | null {
  if (engineType === ENGINE_BASE64) return 'binary';
  if (engineType !== ENGINE_MESSAGE) return null;
  if (socketType === SOCKET_BINARY_EVENT || socketType === SOCKET_BINARY_ACK) return 'binary';
  const hasAuth = socketType === SOCKET_CONNECT && next !== undefined && !Number.isNaN(next);
  return hasAuth && next !== OBJECT && next !== NAMESPACE ? 'auth' : null;
}
