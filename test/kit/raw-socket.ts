// What does a peer without a Socket.IO client see? A WebSocket that speaks Engine.IO packets by hand.
import { once } from 'node:events';
import { WebSocket } from 'ws';

export class RawSocket {
  /** Every packet, as text, in order. */
  readonly packets: string[] = [];
  readonly closed: Promise<unknown>;

  private constructor(private readonly socket: WebSocket) {
    socket.on('message', (data: Buffer) => this.packets.push(data.toString()));
    this.closed = once(socket, 'close');
  }

  /** Resolves once the transport is open; rejects with the HTTP status where it is refused. */
  static async open(url: string, headers: Record<string, string> = {}, path = '/realtime'): Promise<RawSocket> {
    const socket = new WebSocket(`${url.replace('http', 'ws')}${path}/?EIO=4&transport=websocket`, { headers });
    const raw = new RawSocket(socket);
    await once(socket, 'open');
    return raw;
  }

  send(...packets: string[]): void {
    for (const packet of packets) this.socket.send(packet);
  }

  close(): void {
    this.socket.close();
  }
}
