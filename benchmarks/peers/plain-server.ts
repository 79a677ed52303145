// How is a server without Socket.IO written? `ws` with rooms and acknowledgements by hand; the peer decides how a text reaches the members.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { roomName } from '../room-plan.js';
import { CHAT, FEED, type FeedItem, feedItem, type NoteBody, SAY } from '../workload.js';
import type { Peer } from './peer.js';
import {
  acknowledgement,
  CONNECT_PACKET,
  CONNECTED_PACKET,
  itemPacket,
  OPEN_PACKET,
  parseEvent,
} from './plain-wire.js';
import { tally } from './tally.js';

/** Sends one text to all members of a room. */
export type FanOut = (members: ReadonlySet<WebSocket>, text: string) => void;

export async function startPlainServer(fanOut: FanOut): Promise<Peer> {
  const rooms = new Map<string, Set<WebSocket>>();

  const emit = (room: string, item: FeedItem): void => {
    const members = rooms.get(room);
    if (members !== undefined) fanOut(members, itemPacket(item));
  };

  const onEvent = (socket: WebSocket, event: string, body: unknown): void => {
    if (event === 'subscribe') {
      const room = body as string;
      rooms.set(room, (rooms.get(room) ?? new Set()).add(socket));
      return;
    }
    const { seq } = body as NoteBody;
    tally.add(seq);
    if (event === SAY) emit(CHAT, feedItem(seq));
  };

  const http = createServer();
  const server = new WebSocketServer({ server: http, path: '/ws/', perMessageDeflate: false });
  server.on('connection', (socket) => {
    socket.on('message', (data: Buffer) => {
      const text = data.toString();
      if (text === CONNECT_PACKET) return socket.send(CONNECTED_PACKET);
      const { id, event, body } = parseEvent(text);
      onEvent(socket, event, body);
      socket.send(acknowledgement(id));
    });
    socket.on('close', () => rooms.forEach((members) => members.delete(socket)));
    socket.send(OPEN_PACKET);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    port: (http.address() as AddressInfo).port,
    path: '/ws/',
    dialect: 'plain',
    broadcast: (item) => emit(FEED, item),
    broadcastToRoom: (room, item) => emit(roomName(room), item),
    connectionCount: () => server.clients.size,
  };
}
