// What is one client of the soak? A plain WebSocket, so that it can be slow, rude or gone.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import { Authority, type Model } from './model.js';

const EVENT = /^42\["rt:event","([^"]+)","\w+",(\{.*\})(?:,\d+)?\]$/s;
const ACK = /^43(\d+)\[/;
/** Far from the ids that the fuzzer's frames use. */
const FIRST_ID = 5_000;

export class SoakClient {
  authority: Authority;
  session: string | null = null;
  connected = false;
  deaf = false;
  private ws: WebSocket | null = null;
  private nextId = FIRST_ID;
  private readonly waiting = new Map<number, () => void>();

  constructor(
    private readonly url: string,
    private readonly model: Model,
    readonly userId: string | null,
  ) {
    this.authority = new Authority(userId);
  }

  get open(): boolean {
    return this.ws !== null && this.ws.readyState === WebSocket.OPEN;
  }

  /** Whether an action is running on it; one at a time. */
  busy = false;

  /** Resolves when the server has admitted it or has closed it. */
  async connect(): Promise<void> {
    const ws = new WebSocket(this.url);
    const authority = new Authority(this.userId);
    this.ws = ws;
    this.deaf = false;
    this.authority = authority;
    const decided = new Promise<void>((resolve) => {
      ws.on('message', (data: Buffer) => {
        const packet = data.toString();
        if (packet === '2') ws.send('3');
        else if (packet.startsWith('0'))
          ws.send(`40${this.session === null ? '' : JSON.stringify({ token: this.session })}`);
        else if (packet.startsWith('40')) {
          this.connected = true;
          resolve();
        } else if (packet.startsWith('44')) {
          ws.close();
        } else this.take(packet, authority);
      });
      ws.on('close', resolve);
    });
    ws.on('error', () => {});
    ws.on('close', () => {
      if (this.ws === ws) this.connected = false;
      for (const answer of this.waiting.values()) answer();
      this.waiting.clear();
    });
    await decided;
  }

  async subscribe(channels: readonly string[]): Promise<void> {
    const { authority } = this;
    for (const channel of channels) this.model.asks(authority, channel);
    await this.request(`["rt:subscribe",${JSON.stringify(channels.map((channel) => ({ channel })))}]`);
    for (const channel of channels) this.model.answered(authority, channel);
  }

  async unsubscribe(channel: string): Promise<void> {
    const { authority } = this;
    if (await this.request(`["rt:unsubscribe",{"channel":"${channel}"}]`)) this.model.out(authority, channel);
  }

  send(frame: string | Buffer): void {
    if (this.open) this.ws!.send(frame);
  }

  /** Whether the answer was an `ok`; false also when the connection ended instead. */
  request(body: string): Promise<boolean> {
    if (!this.open) return Promise.resolve(false);
    const id = this.nextId++;
    return new Promise((resolve) => {
      this.oks.delete(id);
      this.waiting.set(id, () => resolve(this.oks.delete(id)));
      this.ws!.send(`42${id}${body}`);
    });
  }

  /** Stops reading, or continues. No answer reaches a deaf client, so no caller may wait for one. */
  deafen(deaf: boolean): void {
    if (!this.open) return;
    this.deaf = deaf;
    if (deaf) this.ws!.pause();
    else this.ws!.resume();
  }

  async close(rude: boolean): Promise<void> {
    const { ws } = this;
    if (ws === null || ws.readyState === WebSocket.CLOSED) return;
    ws.resume();
    const closed = once(ws, 'close');
    if (rude) ws.terminate();
    else ws.close();
    await closed;
  }

  private readonly oks = new Set<number>();

  private take(packet: string, authority: Authority): void {
    const event = EVENT.exec(packet);
    if (event) {
      const { n } = JSON.parse(event[2]) as { n?: number };
      this.model.received(authority, event[1], n ?? null);
      return;
    }
    const ack = ACK.exec(packet);
    if (!ack) return;
    const id = Number(ack[1]);
    if (packet.includes('"ok":true')) this.oks.add(id);
    this.waiting.get(id)?.();
    this.waiting.delete(id);
  }
}
