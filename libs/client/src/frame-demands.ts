// Does the server take this frame? One that it does not take would cost the connection, and every request on it.
import { FRAMES } from '@nestjs-realtime/contract';
import { RealtimeError } from './realtime-error.js';

/** What is used of Engine.IO's socket. */
interface Engine {
  once(event: 'handshake', listener: (data: { readonly maxPayload: number }) => void): unknown;
  write(packet: unknown, ...rest: unknown[]): unknown;
}

const IS_MESSAGE = new RegExp(`^2\\d+\\["${FRAMES.MESSAGE}"`);
const PAYLOAD = '"payload":';
/** Strings of JSON, and its other scalars. */
const SCALARS = /"(?:[^"\\]+|\\.)*"|[^"[\]{}:,]+/g;

/** From now on, writing a request throws where the server would not take it. It is encoded once: what is measured is its text. */
export function demandFrames(engine: Engine, limits: { readonly payloadBytes?: number | undefined }): void {
  let frameBytes = Infinity;
  engine.once('handshake', ({ maxPayload }) => (frameBytes = maxPayload));
  const write = engine.write.bind(engine);
  engine.write = (packet, ...rest) => {
    // Text of Socket.IO: its CONNECT is no request, and its binary events are none of the protocol.
    const text = typeof packet === 'string' ? packet : '';
    if (text[0] === '5') throw new TypeError('binary data');
    if (text[0] === '2' && (isOver(text, frameBytes - 1) || isMessageOver(text, limits.payloadBytes)))
      throw new RealtimeError('PAYLOAD_TOO_LARGE', 'The server takes no payload of this size.');
    return write(packet, ...rest);
  };
}

function isOver(text: string, mostBytes: number): boolean {
  return text.length * 3 > mostBytes && utf8Length(text) > mostBytes;
}

/** Counts the payload, which is last in its frame, as the server does: strings and keys with two quotes, and 4 bytes for each other scalar. */
function isMessageOver(text: string, mostBytes = Infinity): boolean {
  const at = text.indexOf(PAYLOAD);
  if (text.length * 3 <= mostBytes || at < 0 || !IS_MESSAGE.test(text)) return false;
  let bytes = 0;
  for (const scalar of text.slice(at + PAYLOAD.length, -2).match(SCALARS) ?? [])
    bytes += scalar[0] === '"' ? utf8Length(JSON.parse(scalar) as string) + 2 : 4;
  return bytes > mostBytes;
}

/** The text is rewritten with a letter for each byte. Half of a surrogate pair that stands alone takes three, as U+FFFD does. */
function utf8Length(text: string): number {
  return text
    .replace(/[\u0080-\u07ff]/g, '--')
    .replace(/[\ud800-\udbff][\udc00-\udfff]/g, '----')
    .replace(/[^\0-\x7f]/g, '---').length;
}
