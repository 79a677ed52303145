// How many writes does it take to admit a client?
import type { Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { RealtimeModule } from 'nestjs-realtime';
import { boot, closeApps } from '../kit/boot.js';
import { RawSocket } from '../kit/raw-socket.js';
import { until } from '../kit/until.js';

/** Node's streams call one of these for each write that goes to the kernel. */
interface Writes {
  _write(...args: unknown[]): void;
  _writev(...args: unknown[]): void;
}

function countWrites(server: Server): () => number {
  let count = 0;
  server.on('connection', (socket: Socket) => {
    const writes = socket as unknown as Writes;
    for (const way of ['_write', '_writev'] as const) {
      const original = writes[way].bind(socket);
      writes[way] = (...args) => {
        count++;
        original(...args);
      };
    }
  });
  return () => count;
}

describe('a WebSocket client', () => {
  afterEach(closeApps);

  it.each([
    ['fast', 'two writes: the upgrade with the first packet, and the answer to CONNECT with the welcome', 2],
    ['stock', 'a write for each of the four, as Socket.IO does it', 4],
  ] as const)('is admitted on the %s path with %s', async (fanOut, _what, expected) => {
    const app = await boot({ imports: [RealtimeModule.forRoot({ fanOut })] });
    const writes = countWrites(app.nest.getHttpServer() as Server);
    const socket = await RawSocket.open(app.url);
    socket.send('40');
    await until(
      () => socket.packets.map((packet) => /^\d+/.exec(packet)![0]),
      (types) => types.length === 3,
    );
    expect(socket.packets.map((packet) => packet.replace(/[{[].*/, ''))).toEqual(['0', '40', '42']);
    expect(writes()).toBe(expected);
    socket.close();
  });

  it.each(['fast', 'stock'] as const)(
    'is not admitted on the %s path with another protocol, and is notified',
    async (fanOut) => {
      const app = await boot({ imports: [RealtimeModule.forRoot({ fanOut })] });
      const { hostname, port } = new URL(app.url);
      const socket = connect(Number(port), hostname);
      socket.write(
        [
          'GET /realtime/?EIO=3&transport=websocket HTTP/1.1',
          `Host: ${hostname}`,
          'Connection: Upgrade',
          'Upgrade: websocket',
          'Sec-WebSocket-Version: 13',
          'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
          '\r\n',
        ].join('\r\n'),
      );
      expect(await text(socket)).toContain('Unsupported protocol version');
    },
  );
});
