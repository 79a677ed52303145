// Does ws show our meter every frame before anything else sees it? Tried at boot, on a WebSocket without a network.
import { IncomingMessage } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import { Duplex } from 'node:stream';
import type { WebSocketServer } from 'ws';
import { webSocketFault, webSocketInternals } from '../internals.js';
import { type FrameMeter, MeteredWebSocket, meteredWebSocketServer } from './metered-web-socket.js';

/** The frames of a client, each with one byte: masked, with a mask of zeros. */
const FRAMES = { message: 0x81, ping: 0x89, pong: 0x8a } as const;
const KEY = 'AAAAAAAAAAAAAAAAAAAAAA==';

/** What of ws is not as we expect. The application must not start then, because its limits would not hold. */
export function frameFaults(wsEngine: typeof meteredWebSocketServer = meteredWebSocketServer): string[] {
  const judged: string[] = [];
  const meter: FrameMeter = {
    takesMessage: () => judged.push('message') < 0,
    takesPing: () => judged.push('ping') < 0,
    takesPong: () => void judged.push('pong'),
  };
  const server = new (wsEngine(meter))({ noServer: true, clientTracking: false });
  const wire = new Wire();
  try {
    const ws = accept(server, wire);
    if (!(ws instanceof MeteredWebSocket)) return ['ws: the server does not make the WebSockets that its options name'];
    const fault = webSocketFault(webSocketInternals(ws));
    if (fault !== null) return [fault];
    ws.on('message', () => judged.push('a message that was refused'));
    for (const [kind, head] of Object.entries(FRAMES)) wire.receive(head, kind);
    const expected = Object.keys(FRAMES).join(', ');
    const seen = judged.join(', ');
    if (seen !== expected) return [`ws: the meter and the listeners saw "${seen}" instead of "${expected}"`];
    ws.endReading();
    return ws.isPaused ? [] : ['ws: pause() does not stop reading'];
  } catch (error) {
    return [`ws: ${error instanceof Error ? error.message : String(error)}`];
  } finally {
    // So that ws does not look, at its end, at parts that may be missing.
    wire.removeAllListeners();
    server.close();
  }
}

function accept(server: WebSocketServer, wire: Wire): unknown {
  const network = wire as unknown as NetSocket;
  const request = Object.assign(new IncomingMessage(network), {
    method: 'GET',
    url: '/',
    headers: {
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': KEY,
    },
  });
  let accepted: unknown = null;
  server.handleUpgrade(request, network, Buffer.alloc(0), (ws) => (accepted = ws));
  return accepted;
}

/** A network socket that leads nowhere. */
class Wire extends Duplex {
  /** As if a client had sent one frame of that kind. */
  receive(head: number, kind: string): void {
    this.emit('data', Buffer.from([head, 0x81, 0, 0, 0, 0, kind.charCodeAt(0)]));
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
  }
}
