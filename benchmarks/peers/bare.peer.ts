// Peer 1: what does Socket.IO cost by itself? A stock server, rooms, acked events, no checks.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server, type ServerOptions } from 'socket.io';
import { roomName } from '../room-plan.js';
import { CHAT, FEED, feedItem, type NoteBody, SAY, TICK } from '../workload.js';
import type { Peer } from './peer.js';
import { tally } from './tally.js';

type Acknowledge = (reply: { ok: true }) => void;

export function startPeer(): Promise<Peer> {
  return startBarePeer({});
}

/** `options` hold the adapter of a cluster. */
export async function startBarePeer(options: Partial<ServerOptions>): Promise<Peer> {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], serveClient: false, ...options });
  io.on('connection', (socket) => {
    socket.on('subscribe', (room: string, acknowledge: Acknowledge) => {
      void socket.join(room);
      acknowledge({ ok: true });
    });
    socket.on('plain', (note: NoteBody, acknowledge: Acknowledge) => {
      tally.add(note.seq);
      acknowledge({ ok: true });
    });
    socket.on(SAY, (note: NoteBody, acknowledge: Acknowledge) => {
      tally.add(note.seq);
      io.to(CHAT).emit(TICK, feedItem(note.seq));
      acknowledge({ ok: true });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    port: (http.address() as AddressInfo).port,
    path: '/socket.io/',
    dialect: 'plain',
    broadcast: (item) => io.to(FEED).emit(TICK, item),
    broadcastToRoom: (room, item) => io.to(roomName(room)).emit(TICK, item),
    connectionCount: () => io.sockets.sockets.size,
    countMembers: async () => (await io.in(FEED).fetchSockets()).length,
  };
}
