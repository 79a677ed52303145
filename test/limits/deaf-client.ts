// How does a test send without reading? The client is paused at the TCP level, and its pongs go on.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { FixtureProcess } from '../fixture/fixture.process.js';

/** No server ping comes within a test, but a pong shows that the client lives. */
const PONG = '3';

export class DeafClient {
  /** Numbers of the events that have arrived. */
  readonly seen: number[] = [];
  /** Everything else that has arrived. */
  readonly packets: string[] = [];

  private constructor(private readonly ws: WebSocket) {
    ws.on('message', (data: Buffer) => {
      const packet = data.toString();
      const event = /^42\["rt:event","[^"]+","\w+",\{"n":(\d+)/.exec(packet);
      if (event) this.seen.push(Number(event[1]));
      else this.packets.push(packet);
    });
    ws.on('error', () => {});
  }

  /** Connects, subscribes, and stops reading. */
  static async subscribed(url: string, channel: string, session?: string): Promise<DeafClient> {
    const ws = new WebSocket(`${url.replace('http', 'ws')}/realtime/?EIO=4&transport=websocket`);
    const client = new DeafClient(ws);
    await once(ws, 'open');
    ws.send(`40${session === undefined ? '' : JSON.stringify({ token: session })}`);
    await client.until((packet) => packet.startsWith('40'));
    ws.send(`421["rt:subscribe",{"channel":"${channel}"}]`);
    await client.until((packet) => packet.startsWith('431[{"ok":true'));
    ws.pause();
    return client;
  }

  static async of(fixture: FixtureProcess, userId: string, channel: string): Promise<DeafClient> {
    return DeafClient.subscribed(fixture.url, channel, await fixture.login(userId));
  }

  get closed(): boolean {
    return this.ws.readyState === WebSocket.CLOSED;
  }

  pong(): void {
    this.send(PONG);
  }

  send(packet: string): void {
    if (this.ws.readyState === WebSocket.OPEN) this.ws.send(packet);
  }

  /** Bytes of its own that the server has not taken yet. */
  get unsent(): number {
    return this.ws.bufferedAmount;
  }

  hear(): void {
    this.ws.resume();
  }

  close(): void {
    this.ws.terminate();
  }

  private async until(fits: (packet: string) => boolean): Promise<void> {
    while (!this.packets.some(fits)) await once(this.ws, 'message');
  }
}
