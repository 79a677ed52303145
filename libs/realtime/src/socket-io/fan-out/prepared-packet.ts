// How do an event, a notice and a reply look on the wire? As the text of a Socket.IO packet, made once, before any adapter sees it.
import { FRAMES } from '@nestjs-realtime/contract';
import type { EncodedEvent } from '../../connections/encoded-event.js';
import type { RealtimeException } from '../../realtime.exception.js';

/** Socket.IO's packet type of an event, in the default namespace. */
const SOCKET_IO_EVENT = '2';

/** Socket.IO's packet type of an acknowledgement. */
const SOCKET_IO_ACK = '3';

/** Socket.IO's packet type of a refused CONNECT. */
const SOCKET_IO_CONNECT_ERROR = '4';

/** Socket.IO's DISCONNECT of the default namespace. */
export const DISCONNECT_PACKET = '1';

/** The answer to a CONNECT that is refused before Socket.IO sees it. */
export function connectErrorPacket(refusal: RealtimeException): string {
  return SOCKET_IO_CONNECT_ERROR + JSON.stringify({ message: refusal.message, data: refusal.toError() });
}

/** The answer to the request of that number. @throws whatever JSON says of a reply it cannot hold. */
export function replyPacket(id: number, reply: unknown): string {
  return `${SOCKET_IO_ACK}${id}[${reply === undefined ? '' : JSON.stringify(reply)}]`;
}

/** A notice of the protocol. */
export function noticePacket(frame: string, body: unknown): string {
  return `${SOCKET_IO_EVENT}["${frame}",${JSON.stringify(body)}]`;
}

/** An event, as every member of one channel gets it. Channel names, and event names of the protocol, need no escaping. */
export function eventPacket(channel: string, { event, json, wire, offset, isSkipped }: EncodedEvent): string {
  if (wire === 'plain') {
    const name = JSON.stringify(event);
    return json === undefined ? `${SOCKET_IO_EVENT}[${name}]` : `${SOCKET_IO_EVENT}[${name},${json}]`;
  }
  if (isSkipped === true) return `${SOCKET_IO_EVENT}["${FRAMES.SKIP}","${channel}",${offset}]`;
  const end = offset === undefined ? '' : `,${offset}`;
  return `${SOCKET_IO_EVENT}["${FRAMES.EVENT}","${channel}","${event}",${json ?? 'null'}${end}]`;
}
