// What can somebody do who writes the bytes of a WebSocket alone? A TCP socket to the fixture, upgraded by hand.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setImmediate, setTimeout } from 'node:timers/promises';
import type { FixtureProcess } from '../../fixture/fixture.process.js';
import { CLOSE, readFrames, repeated, TEXT, textFrame } from './frames.js';

const END_OF_HEAD = '\r\n\r\n';
const ENGINE_PING = '2';
const ENGINE_PONG = '3';
/** A flood writes this much at once. */
const FLOOD_CHUNK = 65_536;
/** Newest packets that are remembered. */
const MOST_PACKETS = 1_000;

/** Headers of the handshake, in small letters; undefined leaves one out. */
export type Headers = Readonly<Record<string, string | undefined>>;

export class Wire {
  /** Text packets that came, but for pings of Engine.IO. */
  readonly packets: string[] = [];
  /** Frames that came, of every kind. */
  received = 0;
  closed = false;
  private rest: Buffer = Buffer.alloc(0);
  private upgraded = false;
  private readonly waiters: (() => void)[] = [];

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => this.take(chunk));
    // a broken socket also closes, and that is what attacks look at
    socket.on('error', () => {});
    for (const end of ['end', 'close']) socket.on(end, () => this.end());
  }

  /** Resolves once Engine.IO has opened the transport, or the socket has closed. */
  static async open(fixture: FixtureProcess, headers: Headers = {}): Promise<Wire> {
    const { hostname, port, host } = new URL(fixture.url);
    if (hostname !== '127.0.0.1') throw new Error('Attack scripts talk to 127.0.0.1 only.');
    const wire = new Wire(connect(Number(port), hostname));
    const all = {
      host,
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
      origin: 'http://good.example',
      ...headers,
    };
    const lines = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`]));
    const request = `GET ${fixture.path}/?EIO=4&transport=websocket HTTP/1.1`;
    wire.socket.write([request, ...lines].join('\r\n') + END_OF_HEAD);
    await wire.until((packet) => packet.startsWith('0'));
    return wire;
  }

  /** An open transport whose CONNECT the server has answered. */
  static async connected(fixture: FixtureProcess, session?: string): Promise<Wire> {
    const wire = await Wire.open(fixture);
    wire.write(textFrame(`40${session === undefined ? '' : JSON.stringify({ token: session })}`));
    await wire.until((packet) => packet.startsWith('40') || packet.startsWith('44'));
    return wire;
  }

  /** All frames in one write, and so in one TCP segment where they fit. Answers whether the socket wants more. */
  write(...frames: Buffer[]): boolean {
    return !this.socket.destroyed && this.socket.write(frames.length === 1 ? frames[0] : Buffer.concat(frames));
  }

  /** Writes the frame as often as the socket takes it, until the connection ends or the time is over; answers how often. */
  async flood(one: Buffer, milliseconds: number): Promise<number> {
    const chunk = repeated(one, FLOOD_CHUNK);
    const end = performance.now() + milliseconds;
    let sent = 0;
    while (!this.closed && performance.now() < end) {
      sent += chunk.length / one.length;
      if (this.write(chunk)) await setImmediate();
      else await this.drained(end - performance.now());
    }
    return sent;
  }

  /** Writes the frame so many times a second, until the connection ends or the time is over; answers how often. */
  async pace(one: Buffer, perSecond: number, milliseconds: number): Promise<number> {
    const start = performance.now();
    let sent = 0;
    for (let past = 0; !this.closed && past < milliseconds; past = performance.now() - start) {
      for (; sent < (past * perSecond) / 1_000; sent++) this.write(one);
      await setTimeout(10);
    }
    return sent;
  }

  /** Stops reading. What the server writes piles up there. */
  deafen(): void {
    this.socket.pause();
  }

  /** Resolves when a packet, past or to come, fits, or the connection ends, or the time is over. */
  async until(fits: (packet: string) => boolean, withinMs = 10_000): Promise<boolean> {
    let late = false;
    const timer = globalThis.setTimeout(() => {
      late = true;
      this.wake();
    }, withinMs);
    try {
      while (!this.packets.some(fits)) {
        if (this.closed || late) return false;
        await new Promise<void>((resolve) => this.waiters.push(resolve));
      }
      return true;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Whether the connection ends within the time. A socket that does not read does not see an end. */
  async ends(withinMs: number): Promise<boolean> {
    await this.until(() => false, withinMs);
    return this.closed;
  }

  /** Ends the TCP connection politely. */
  finish(): void {
    this.socket.end();
  }

  /** Ends the TCP connection with a reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  /** Ends all at once. */
  destroy(): void {
    this.socket.destroy();
    this.end();
  }

  private async drained(withinMs: number): Promise<void> {
    const over = new AbortController();
    const timer = globalThis.setTimeout(() => over.abort(), Math.max(1, withinMs));
    const { signal } = over;
    await Promise.race([once(this.socket, 'drain', { signal }), once(this.socket, 'close', { signal })]).catch(
      () => {},
    );
    clearTimeout(timer);
    over.abort();
  }

  private take(chunk: Buffer): void {
    let bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    if (!this.upgraded) {
      const head = bytes.indexOf(END_OF_HEAD);
      this.rest = bytes;
      if (head < 0) return;
      if (!bytes.toString('latin1', 0, 16).startsWith('HTTP/1.1 101')) return this.destroy();
      this.upgraded = true;
      bytes = bytes.subarray(head + END_OF_HEAD.length);
    }
    this.rest = readFrames(bytes, (opcode, body) => this.onFrame(opcode, body));
  }

  private onFrame(opcode: number, body: Buffer): void {
    this.received++;
    if (opcode === CLOSE) return this.destroy();
    if (opcode !== TEXT) return;
    const packet = body.toString();
    if (packet === ENGINE_PING) return void this.write(textFrame(ENGINE_PONG));
    if (this.packets.push(packet) > MOST_PACKETS) this.packets.shift();
    this.wake();
  }

  private end(): void {
    this.closed = true;
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiters.splice(0)) resolve();
  }
}
