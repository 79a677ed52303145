// In how many ways can a connection end from the client's side? Each is another path through the transport.
import { BINARY, CLOSE, frame, PING, TEXT, textFrame } from './frames.js';
import type { Wire } from './wire.js';

const RESERVED_BITS = 0x70;

/** Frames after which the server ends the connection; they may stand in the very segment of what they are to interrupt. */
export const LAST_FRAMES: readonly Buffer[] = [
  textFrame('40'), // a second CONNECT
  textFrame('41'), // DISCONNECT
  frame(CLOSE, Buffer.from([0x03, 0xe8])),
  frame(TEXT | RESERVED_BITS, 'x'),
  frame(BINARY, 'x'),
  textFrame('42['), // no JSON
  frame(PING, '', { final: false }), // control frames have no fragments
];

const ENDINGS: readonly ((wire: Wire) => void)[] = [
  ...LAST_FRAMES.map((last) => (wire: Wire) => void wire.write(last)),
  (wire) => wire.finish(),
  (wire) => wire.reset(),
  (wire) => wire.destroy(),
];

/** Ends the connection in a way that `index` picks. */
export function endSomehow(wire: Wire, index: number): void {
  ENDINGS[index % ENDINGS.length](wire);
}
