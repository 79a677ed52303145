import { describe, expect, it } from '@jest/globals';
import { WebSocket, WebSocketServer } from 'ws';
import { webSocketInternals } from '../internals.js';
import { frameFaults } from './frame-probe.js';
import { type MeteredWebSocket, meteredWebSocketServer } from './metered-web-socket.js';

/** The server as it is, with sockets that `change` has changed. */
function changed(change: (ws: MeteredWebSocket) => void): typeof meteredWebSocketServer {
  return (meter) =>
    class extends meteredWebSocketServer(meter) {
      override handleUpgrade(...[request, socket, head, accept]: Parameters<WebSocketServer['handleUpgrade']>): void {
        super.handleUpgrade(request, socket, head, (ws, of) => {
          change(ws as MeteredWebSocket);
          accept(ws, of);
        });
      }
    };
}

const receiverOf = (ws: MeteredWebSocket): object => webSocketInternals(ws)._receiver!;
const define = (target: object, key: string, value: unknown) => Object.defineProperty(target, key, { value });

describe('the probe of frames', () => {
  it('finds nothing wrong with the installed ws', () => {
    expect(frameFaults()).toEqual([]);
  });

  it('finds a server that makes WebSockets of its own', () => {
    expect(frameFaults(() => WebSocketServer)).toEqual([expect.stringContaining('does not make the WebSockets')]);
  });

  it.each<[string, (ws: MeteredWebSocket) => void, string]>([
    ['no _socket', (ws) => define(ws, '_socket', null), '_socket'],
    ['no _receiver', (ws) => define(ws, '_receiver', null), '_buffers'],
    ['no _receiver._buffers', (ws) => define(receiverOf(ws), '_buffers', null), '_buffers'],
    ['no _bufferedBytes', (ws) => define(receiverOf(ws), '_bufferedBytes', null), '_bufferedBytes'],
    ['events past emit()', (ws) => define(ws, 'emit', WebSocket.prototype.emit), 'saw "a message that was refused"'],
    ['a pause() that goes on reading', (ws) => define(ws, 'pause', () => {}), 'pause()'],
  ])('finds %s', (_what, change, named) => {
    expect(frameFaults(changed(change))).toEqual([expect.stringContaining(named)]);
  });

  it('takes what ws throws for a fault', () => {
    const broken = changed(() => {
      throw new TypeError('setSocket is not a function');
    });
    expect(frameFaults(broken)).toEqual(['ws: setSocket is not a function']);
  });
});
