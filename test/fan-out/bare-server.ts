// What would stock Socket.IO send? The same protocol by hand, on socket.io alone.
import { createServer, type Server as HttpServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { play, type Step } from './script.js';

type Ack = (reply: unknown) => void;

export class BareServer {
  private constructor(
    readonly url: string,
    private readonly io: Server,
    private readonly http: HttpServer,
  ) {}

  static async start(): Promise<BareServer> {
    const http = createServer();
    const io = new Server(http, { path: '/realtime', transports: ['websocket'], perMessageDeflate: false });
    io.on('connection', (socket) => {
      socket.on('rt:subscribe', ({ channel }: { channel: string }, ack: Ack) => {
        ack({ ok: true, channel });
        void socket.join(`ch:${channel}`);
      });
      socket.on('rt:message', ({ payload }: { payload: { steps: Step[] } }, ack: Ack) => {
        play(
          payload.steps,
          (room, data) => io.to(`ch:rooms.${room}`).emit('rt:event', `rooms.${room}`, 'said', data),
          () => io.to('ch:rooms.end').emit('rt:event', 'rooms.end', 'said', null),
        );
        ack({ ok: true });
      });
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    return new BareServer(`http://127.0.0.1:${(http.address() as AddressInfo).port}`, io, http);
  }

  async stop(): Promise<void> {
    await this.io.close();
    this.http.close();
  }
}
