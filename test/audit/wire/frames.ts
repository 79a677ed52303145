// How does a frame look on the wire? Those of RFC 6455 that a client may send, and some that it may not.

export const TEXT = 0x1;
export const BINARY = 0x2;
export const CONTINUATION = 0x0;
export const CLOSE = 0x8;
export const PING = 0x9;
export const PONG = 0xa;

const FINAL = 0x80;
const MASKED = 0x80;
/** Not zero: servers leave out the work for a mask of zeroes. */
const MASK = Buffer.from([0x5a, 0xc3, 0x17, 0x9e]);
const EMPTY = Buffer.alloc(0);

/** One masked frame of a client. `final: false` says that more fragments of the message follow. */
export function frame(opcode: number, body: string | Buffer = EMPTY, { final = true } = {}): Buffer {
  const data = typeof body === 'string' ? Buffer.from(body) : body;
  const header = headerOf(data.length);
  header[0] = opcode | (final ? FINAL : 0);
  MASK.copy(header, header.length - MASK.length);
  const masked = Buffer.from(data);
  for (let i = 0; i < masked.length; i++) masked[i] ^= MASK[i & 3];
  return Buffer.concat([header, masked]);
}

export function textFrame(text: string): Buffer {
  return frame(TEXT, text);
}

/** As many copies of a frame as fill about `bytes`, for one write. */
export function repeated(one: Buffer, bytes: number): Buffer {
  const copies = Math.max(1, Math.floor(bytes / one.length));
  const all = Buffer.allocUnsafe(copies * one.length);
  for (let i = 0; i < copies; i++) one.copy(all, i * one.length);
  return all;
}

/** Calls with each whole frame of a server, and answers with the bytes that are left. */
export function readFrames(bytes: Buffer, take: (opcode: number, body: Buffer) => void): Buffer {
  let at = 0;
  for (;;) {
    if (at + 2 > bytes.length) break;
    const short = bytes[at + 1] & 0x7f;
    const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
    if (start > bytes.length) break;
    const end = start + lengthAt(bytes, at, short);
    if (end > bytes.length) break;
    take(bytes[at] & 0x0f, bytes.subarray(start, end));
    at = end;
  }
  return bytes.subarray(at);
}

function headerOf(length: number): Buffer {
  if (length < 126) return Buffer.from([0, MASKED | length, 0, 0, 0, 0]);
  if (length <= 0xffff) return Buffer.from([0, MASKED | 126, length >> 8, length & 0xff, 0, 0, 0, 0]);
  const header = Buffer.alloc(14);
  header[1] = MASKED | 127;
  header.writeUInt32BE(length, 6);
  return header;
}

function lengthAt(bytes: Buffer, at: number, short: number): number {
  if (short < 126) return short;
  return short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
}
