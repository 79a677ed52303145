// Who reads the wire? A Socket.IO client over a plain TCP socket, cheap enough that the server is the bottleneck.
import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { encodeTextFrame, FrameReader } from './websocket-frame.js';

/** What a client reports. The bounds are those of the packet's JSON array in the buffer, valid during the call only. */
export interface PacketListener {
  onEvent(client: RawClient, buffer: Buffer, start: number, end: number): void;
  onAcknowledgement(client: RawClient, id: number, buffer: Buffer, start: number, end: number): void;
  /** The connection has failed, or ended without `close()`. */
  onFault(client: RawClient, error: Error): void;
}

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';
const ACCEPT = createHash('sha1').update(`${KEY}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
const OPEN = 0x30;
const PING = 0x32;
const MESSAGE = 0x34;
const CONNECT = 0x30;
const EVENT = 0x32;
const ACKNOWLEDGEMENT = 0x33;
const BRACKET = 0x5b;

export class RawClient {
  private readonly socket: Socket;
  private readonly frames: FrameReader;
  private head: Buffer | undefined = Buffer.alloc(0);
  private over = false;
  private connected: () => void = () => undefined;
  private refused: (error: Error) => void = () => undefined;

  private constructor(
    readonly index: number,
    port: number,
    path: string,
    private listener: PacketListener,
    /** Text of the packet that asks for Socket.IO's connection. */
    private readonly connectPacket: string,
  ) {
    this.frames = new FrameReader(
      (buffer, start, end) => this.onText(buffer, start, end),
      () => this.fail(new Error('The server has closed the connection.')),
    );
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.socket.on('data', (chunk) => this.onData(chunk));
    this.socket.on('error', (error) => this.fail(error));
    this.socket.on('close', () => this.fail(new Error('The connection was closed.')));
    this.socket.write(upgradeRequest(port, path));
  }

  /** Resolves when the server has accepted the Socket.IO connection. */
  static open(index: number, port: number, path: string, listener: PacketListener, auth?: object): Promise<RawClient> {
    return new Promise((resolve, reject) => {
      const client = new RawClient(index, port, path, listener, `40${auth === undefined ? '' : JSON.stringify(auth)}`);
      client.connected = () => resolve(client);
      client.refused = reject;
    });
  }

  /** Sends one Engine.IO packet. */
  send(packet: string): void {
    this.socket.write(encodeTextFrame(packet));
  }

  /** Ends the connection. */
  close(): void {
    this.over = true;
    this.socket.destroy();
  }

  /** Stops reading, and reports nothing more. */
  stall(): void {
    this.over = true;
    this.socket.pause();
  }

  /** Keeps reading, and reports nothing more. */
  overhear(): void {
    this.listener = { onEvent: ignore, onAcknowledgement: ignore, onFault: ignore };
  }

  private onData(chunk: Buffer): void {
    try {
      if (this.head === undefined) this.frames.push(chunk);
      else this.onHandshake(Buffer.concat([this.head, chunk]));
    } catch (error) {
      this.fail(error as Error);
    }
  }

  private onHandshake(bytes: Buffer): void {
    const end = bytes.indexOf('\r\n\r\n');
    this.head = bytes;
    if (end < 0) return;
    const head = bytes.toString('latin1', 0, end);
    if (!head.startsWith('HTTP/1.1 101') || !head.includes(ACCEPT))
      throw new Error(`No upgrade:\n${bytes.toString('latin1')}`);
    this.head = undefined;
    if (end + 4 < bytes.length) this.frames.push(bytes.subarray(end + 4));
  }

  private onText(buffer: Buffer, start: number, end: number): void {
    const type = buffer[start];
    if (type === MESSAGE) this.onPacket(buffer, start + 1, end);
    else if (type === PING) this.send('3');
    else if (type === OPEN) this.send(this.connectPacket);
    else throw new Error(`An unexpected packet: ${buffer.toString('utf8', start, end)}`);
  }

  private onPacket(buffer: Buffer, start: number, end: number): void {
    const type = buffer[start];
    if (type === EVENT) this.listener.onEvent(this, buffer, start + 1, end);
    else if (type === ACKNOWLEDGEMENT) {
      let id = 0;
      let at = start + 1;
      for (; buffer[at] !== BRACKET; at++) id = id * 10 + buffer[at] - 0x30;
      this.listener.onAcknowledgement(this, id, buffer, at, end);
    } else if (type === CONNECT) this.connected();
    else throw new Error(`The connection is refused or ended: ${buffer.toString('utf8', start, end)}`);
  }

  private fail(error: Error): void {
    if (this.over) return;
    this.over = true;
    this.socket.destroy();
    this.refused(error);
    this.listener.onFault(this, error);
  }
}

function upgradeRequest(port: number, path: string): string {
  return [
    `GET ${path}?EIO=4&transport=websocket HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    `Origin: http://127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${KEY}`,
    '\r\n',
  ].join('\r\n');
}

function ignore(): void {}
