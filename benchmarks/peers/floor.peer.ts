// Peer 6: what is the least that a write for each delivery can cost in Node? One frame for each broadcast, written to every network socket without a check.
import type { Socket } from 'node:net';
import type { Peer } from './peer.js';
import { startPlainServer } from './plain-server.js';

const FINAL_TEXT = 0x81;
const LENGTH_16 = 126;

export function startPeer(): Promise<Peer> {
  return startPlainServer((members, text) => {
    const frame = textFrame(text);
    for (const member of members) (member as unknown as { _socket: Socket })._socket.write(frame);
  });
}

/** RFC 6455, section 5.2; the benchmark's texts are between 126 and 65,535 bytes long. */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const frame = Buffer.allocUnsafe(4 + length);
  frame[0] = FINAL_TEXT;
  frame[1] = LENGTH_16;
  frame.writeUInt16BE(length, 2);
  frame.write(text, 4);
  return frame;
}
