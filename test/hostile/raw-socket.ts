// How does a test send what no honest client library would? By a WebSocket that speaks Engine.IO by hand.
import { once } from 'node:events';
import WebSocket from 'ws';
import type { FixtureProcess } from '../fixture/fixture.process.js';

export interface Reply {
  readonly ok: boolean;
  readonly data?: unknown;
  readonly error?: { code: string; message: string; retryable: boolean; issues?: { path: string; message: string }[] };
}

const OPEN = '0';
const PING = '2';
const PONG = '3';
const CONNECTED = '40';
const ACK = /^43(\d+)(\[.*\])$/s;

export class RawSocket {
  /** Every text packet so far, without pings. */
  readonly packets: string[] = [];
  private readonly acks = new Map<number, Reply[]>();
  private readonly waiters: (() => void)[] = [];
  private nextId = 1000;

  private constructor(private readonly ws: WebSocket) {
    ws.on('message', (data: Buffer, isBinary: boolean) => {
      if (!isBinary) this.receive(data.toString());
    });
    // a refused or broken transport also closes, and the tests wait for the close
    ws.on('error', () => {});
    ws.on('close', () => this.wake());
  }

  /** Opens the transport and waits for the handshake of Engine.IO; the client is not connected yet. */
  static async open(fixture: FixtureProcess, headers: Record<string, string> = {}): Promise<RawSocket> {
    const url = `${fixture.url.replace('http', 'ws')}${fixture.path}/?EIO=4&transport=websocket`;
    const socket = new RawSocket(
      new WebSocket(url, { headers: { origin: 'http://good.example', ...headers }, maxPayload: 0 }),
    );
    await socket.until((packet) => packet.startsWith(OPEN));
    return socket;
  }

  /** A second WebSocket for a transport that is open, with these headers. */
  static async probe(fixture: FixtureProcess, sid: string, headers: Record<string, string>): Promise<RawSocket> {
    const url = `${fixture.url.replace('http', 'ws')}${fixture.path}/?EIO=4&transport=websocket&sid=${sid}`;
    const ws = new WebSocket(url, { headers });
    const socket = new RawSocket(ws);
    await once(ws, 'open');
    return socket;
  }

  /** An open transport whose CONNECT the server has answered. */
  static async connect(fixture: FixtureProcess, session?: string): Promise<RawSocket> {
    const socket = await RawSocket.open(fixture);
    socket.send(CONNECTED + (session === undefined ? '' : JSON.stringify({ token: session })));
    await socket.until((packet) => packet.startsWith(CONNECTED));
    return socket;
  }

  get closed(): boolean {
    return this.ws.readyState >= WebSocket.CLOSING;
  }

  send(packet: string | Buffer): void {
    if (!this.closed) this.ws.send(packet);
  }

  /** Sends an event whose arguments are JSON as given, and waits for its answer; null when the connection ends instead. */
  async request(event: string, ...jsonArguments: string[]): Promise<Reply | null> {
    const id = this.nextId++;
    this.send(`42${id}[${[JSON.stringify(event), ...jsonArguments].join(',')}]`);
    await this.until(() => this.acks.has(id));
    return this.acks.get(id)?.[0] ?? null;
  }

  /** Requests that were answered more than once. */
  get answeredTwice(): number {
    return [...this.acks.values()].filter((replies) => replies.length > 1).length;
  }

  /** Resolves when everything sent so far has been handled: the server answers a request after it, or has hung up. */
  async settle(): Promise<void> {
    await this.request('rt:unsubscribe', '{"channel":"t.public"}');
  }

  /** Resolves when a packet, past or to come, fits, or the connection ends. */
  async until(fits: (packet: string) => boolean): Promise<void> {
    for (let seen = 0; !this.packets.slice(seen).some(fits) && this.ws.readyState !== WebSocket.CLOSED;) {
      seen = this.packets.length;
      await new Promise<void>((resolve) => this.waiters.push(resolve));
    }
  }

  async close(): Promise<void> {
    if (this.ws.readyState === WebSocket.CLOSED) return;
    const closed = once(this.ws, 'close');
    this.ws.close();
    await closed;
  }

  private receive(packet: string): void {
    if (packet === PING) return this.ws.send(PONG);
    const ack = ACK.exec(packet);
    if (ack) {
      const id = Number(ack[1]);
      this.acks.set(id, [...(this.acks.get(id) ?? []), (JSON.parse(ack[2]) as [Reply])[0]]);
    }
    this.packets.push(packet);
    this.wake();
  }

  private wake(): void {
    for (const resolve of this.waiters.splice(0)) resolve();
  }
}
