// What does one member of a room receive on the wire? Every Engine.IO packet of an event or an answer, in order.
import { once } from 'node:events';
import { WebSocket } from 'ws';

export class Member {
  readonly frames: string[] = [];
  private connected = false;
  private requests = 0;
  private wake: () => void = () => undefined;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => {
      const packet = data.toString();
      if (packet === '2') return socket.send('3');
      if (packet.startsWith('40')) this.connected = true;
      if (packet.startsWith('42["rt:event"') || packet.startsWith('43')) this.frames.push(packet);
      this.wake();
    });
  }

  static async join(url: string, rooms: readonly string[]): Promise<Member> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}/realtime/?EIO=4&transport=websocket`);
    const member = new Member(socket);
    await once(socket, 'open');
    socket.send('40');
    await member.until(() => member.connected);
    for (const room of rooms) await member.request('rt:subscribe', { channel: `rooms.${room}` });
    return member;
  }

  /** Resolves once the answer has arrived. */
  async request(event: string, frame: unknown): Promise<void> {
    const id = this.requests++;
    this.socket.send(`42${id}${JSON.stringify([event, frame])}`);
    await this.until(() => this.frames.some((packet) => packet.startsWith(`43${id}[`)));
  }

  /** Resolves once the script has ended. */
  async ended(): Promise<void> {
    await this.until(() => this.frames.some((packet) => packet.startsWith('42') && packet.includes('"rooms.end"')));
  }

  leave(): void {
    this.socket.close();
  }

  private async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => (this.wake = resolve));
  }
}
