import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type FrameMeter, type MeteredWebSocket, meteredWebSocketServer } from './metered-web-socket.js';

const UPGRADE =
  'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n' +
  'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n';
const PING = Buffer.from([0x89, 0x80, 0, 0, 0, 0]);
const PONG = Buffer.from([0x8a, 0x80, 0, 0, 0, 0]);
const TEXT = Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x33]);

describe('a metered WebSocket', () => {
  let http: Server;
  let judged: string[];
  let socket: MeteredWebSocket;

  /** Ends reading at the third frame. */
  const judge = (ws: MeteredWebSocket, kind: string): boolean => {
    socket = ws;
    if (judged.push(kind) === 3) ws.endReading();
    return judged.length < 3;
  };
  const meter: FrameMeter = {
    takesMessage: (ws) => judge(ws, 'message'),
    takesPing: (ws) => judge(ws, 'ping'),
    takesPong: (ws) => void judge(ws, 'pong'),
  };

  beforeEach(async () => {
    judged = [];
    const Engine = meteredWebSocketServer(meter);
    const engine = new Engine({ noServer: true, maxPayload: 1_000 });
    http = createServer().listen(0, '127.0.0.1');
    http.on('upgrade', (request, net, head) => engine.handleUpgrade(request, net, head, () => {}));
    await once(http, 'listening');
  });
  afterEach(async () => {
    http.close();
    await once(http, 'close');
  });

  it.each([
    ['pings', PING, 'ping'],
    ['pongs', PONG, 'pong'],
    ['messages', TEXT, 'message'],
  ])('works through no more of a segment of %s than its meter wants', async (_title, frame, kind) => {
    const client = connect((http.address() as AddressInfo).port, '127.0.0.1');
    client.resume();
    client.write(Buffer.concat([Buffer.from(UPGRADE), ...Array<Buffer>(1_000).fill(frame)]));
    while (judged.length < 3) await new Promise(setImmediate);
    socket.resume();
    const closed = once(socket, 'close');
    socket.terminate();
    await closed;
    client.destroy();
    expect(judged).toEqual([kind, kind, kind]);
  });
});
