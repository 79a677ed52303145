// How do bytes become frames, and text a frame? As much of RFC 6455 as a client that reads a lot and writes little needs.

const TEXT = 0x1;
const CLOSE = 0x8;
const FINAL = 0x80;
const MASKED = 0x80;
/** Not zero: unmasking with zero costs a server nothing, so it would look too fast. */
const MASK = Buffer.from([0x5a, 0xc3, 0x17, 0x9e]);

/** One masked text frame of a client. */
export function encodeTextFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  if (length > 0xffff) throw new RangeError('A benchmark message is at most 65,535 bytes.');
  const header = length < 126 ? 6 : 8;
  const frame = Buffer.allocUnsafe(header + length);
  frame[0] = FINAL | TEXT;
  if (length < 126) frame[1] = MASKED | length;
  else {
    frame[1] = MASKED | 126;
    frame.writeUInt16BE(length, 2);
  }
  MASK.copy(frame, header - 4);
  frame.write(text, header, 'utf8');
  for (let i = 0; i < length; i++) frame[header + i] ^= MASK[i & 3];
  return frame;
}

/** Cuts a byte stream into text frames, wherever the network has cut it. */
export class FrameReader {
  private rest: Buffer | undefined;

  /** `onText` gets the buffer and the bounds of the text in it, valid during the call only. */
  constructor(
    private readonly onText: (buffer: Buffer, start: number, end: number) => void,
    private readonly onClose: () => void,
  ) {}

  /** @throws Error for a fragmented or masked frame, which no server here sends. */
  push(chunk: Buffer): void {
    const buffer = this.rest === undefined ? chunk : Buffer.concat([this.rest, chunk]);
    this.rest = undefined;
    let at = 0;
    while (at < buffer.length) {
      const start = textStart(buffer, at);
      const end = start === undefined ? Infinity : start + textLength(buffer, at);
      if (start === undefined || end > buffer.length) {
        this.rest = buffer.subarray(at);
        return;
      }
      this.onFrame(buffer, at, start, end);
      at = end;
    }
  }

  private onFrame(buffer: Buffer, at: number, start: number, end: number): void {
    const opcode = buffer[at] & 0x0f;
    if ((buffer[at] & FINAL) === 0 || (buffer[at + 1] & MASKED) !== 0) throw new Error('A fragmented or masked frame.');
    if (opcode === TEXT) this.onText(buffer, start, end);
    else if (opcode === CLOSE) this.onClose();
    else throw new Error(`An unexpected frame, opcode ${opcode}.`);
  }
}

/** Where the text of the frame at `at` begins; undefined while the header is incomplete. */
function textStart(buffer: Buffer, at: number): number | undefined {
  if (at + 2 > buffer.length) return undefined;
  const short = buffer[at + 1] & 0x7f;
  const start = at + (short < 126 ? 2 : short === 126 ? 4 : 10);
  return start > buffer.length ? undefined : start;
}

function textLength(buffer: Buffer, at: number): number {
  const short = buffer[at + 1] & 0x7f;
  if (short < 126) return short;
  return short === 126 ? buffer.readUInt16BE(at + 2) : Number(buffer.readBigUInt64BE(at + 2));
}
