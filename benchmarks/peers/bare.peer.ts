// Peer 1: what does Socket.IO cost by itself? A stock server, one room, acked events, no checks.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Server } from 'socket.io';
import { FEED, feedItem, type NoteBody, TICK } from '../workload.js';
import type { Peer } from './peer.js';
import { tally } from './tally.js';

type Acknowledge = (reply: { ok: true }) => void;

export async function startPeer(): Promise<Peer> {
  const http = createServer();
  const io = new Server(http, { transports: ['websocket'], serveClient: false });
  io.on('connection', (socket) => {
    socket.on('subscribe', (room: string, acknowledge: Acknowledge) => {
      void socket.join(room);
      acknowledge({ ok: true });
    });
    socket.on('plain', (note: NoteBody, acknowledge: Acknowledge) => {
      tally.add(note.seq);
      acknowledge({ ok: true });
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    port: (http.address() as AddressInfo).port,
    path: '/socket.io',
    dialect: 'plain',
    broadcast: (seq) => io.to(FEED).emit(TICK, feedItem(seq)),
    connectionCount: () => io.sockets.sockets.size,
  };
}
