// A WebSocket by hand, down to its frames: to say many things in one segment, or in pieces, and to stop reading.
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { FixtureProcess } from '../fixture/fixture.process.js';

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 };
type Opcode = keyof typeof OPCODES;

/** A client's frame. The mask is zeros, so that one frame can be repeated cheaply. */
export function frameOf(opcode: Opcode, payload: string | Buffer = '', { final = true } = {}): Buffer {
  const data = Buffer.from(payload);
  const long = data.length > 125;
  const header = Buffer.alloc(long ? 8 : 6);
  header[0] = OPCODES[opcode] | (final ? 0x80 : 0);
  header[1] = 0x80 | (long ? 126 : data.length);
  if (long) header.writeUInt16BE(data.length, 2);
  return Buffer.concat([header, data]);
}

export function times(count: number, frame: Buffer): Buffer {
  return Buffer.concat(Array<Buffer>(count).fill(frame));
}

export class FrameSocket {
  /** The server's answer to the upgrade: its status line and headers. */
  head = '';
  readonly texts: string[] = [];
  readonly pongs: string[] = [];
  private pending = Buffer.alloc(0);
  private readonly waiters: (() => void)[] = [];

  private constructor(private readonly socket: Socket) {
    socket.on('data', (chunk: Buffer) => this.receive(chunk));
    socket.on('error', () => {});
    socket.on('close', () => this.wake());
  }

  /** Sends the upgrade, and `rest` in the same segment; resolves with the answer to it. */
  static async upgrade(
    fixture: FixtureProcess,
    { rest = Buffer.alloc(0), query = '', headers = '' }: { rest?: Buffer; query?: string; headers?: string } = {},
  ): Promise<FrameSocket> {
    const { hostname, port } = new URL(fixture.url);
    const socket = new FrameSocket(connect(Number(port), hostname).setNoDelay());
    const request =
      `GET ${fixture.path}/?EIO=4&transport=websocket${query} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n` +
      `Origin: http://good.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n` +
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}\r\n${headers}\r\n`;
    socket.write(Buffer.concat([Buffer.from(request), rest]));
    await socket.until(() => socket.head !== '');
    return socket;
  }

  /** Engine.IO's handshake has come; nobody is connected yet. */
  static async open(fixture: FixtureProcess): Promise<FrameSocket> {
    const socket = await FrameSocket.upgrade(fixture);
    await socket.until(() => socket.texts.some((text) => text.startsWith('0')));
    return socket;
  }

  static async connect(fixture: FixtureProcess): Promise<FrameSocket> {
    const socket = await FrameSocket.open(fixture);
    socket.write(frameOf('text', '40'));
    await socket.until(() => socket.texts.some((text) => text.startsWith('42["rt:welcome"')));
    return socket;
  }

  get closed(): boolean {
    return this.socket.closed || this.socket.readableEnded;
  }

  /** Bytes that the server has not taken yet. */
  get unsent(): number {
    return this.socket.writableLength;
  }

  write(bytes: Buffer): void {
    if (this.socket.writable) this.socket.write(bytes);
  }

  /** Resolves when the bytes are with the kernel and the server may have read them. */
  async writeNow(bytes: string): Promise<void> {
    await new Promise((resolve) => this.socket.write(bytes, resolve));
    await new Promise(setImmediate);
  }

  pause(): void {
    this.socket.pause();
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** Resolves when what was read fits, or when the connection has ended. */
  async until(fits: () => boolean): Promise<void> {
    while (!fits() && !this.closed) await new Promise<void>((resolve) => this.waiters.push(resolve));
  }

  /** Resolves when the server has ended the connection. */
  async ended(): Promise<void> {
    if (!this.closed) await Promise.race([once(this.socket, 'end'), once(this.socket, 'close')]);
  }

  private receive(chunk: Buffer): void {
    this.pending = Buffer.concat([this.pending, chunk]);
    if (this.head === '') {
      const end = this.pending.indexOf('\r\n\r\n');
      if (end === -1) return;
      this.head = this.pending.subarray(0, end).toString();
      this.pending = this.pending.subarray(end + 4);
    }
    if (this.head.startsWith('HTTP/1.1 101')) while (this.takeFrame());
    this.wake();
  }

  private takeFrame(): boolean {
    const { pending } = this;
    if (pending.length < 2) return false;
    const long = pending[1] === 126;
    if (long && pending.length < 4) return false;
    const start = long ? 4 : 2;
    const end = start + (long ? pending.readUInt16BE(2) : pending[1]);
    if (pending.length < end) return false;
    const text = pending.subarray(start, end).toString();
    const opcode = pending[0] & 0x0f;
    if (opcode === OPCODES.text) this.texts.push(text);
    if (opcode === OPCODES.pong) this.pongs.push(text);
    this.pending = pending.subarray(end);
    return true;
  }

  private wake(): void {
    for (const resolve of this.waiters.splice(0)) resolve();
  }
}
