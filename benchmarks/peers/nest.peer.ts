// Peer 2: what does a plain Nest gateway cost? platform-socket.io, handlers without and with a DTO, a schema, a guard and a pipe.
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Module, UseGuards, UsePipes } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { ConnectedSocket, MessageBody, SubscribeMessage, WebSocketGateway, WebSocketServer } from '@nestjs/websockets';
import type { Server, Socket } from 'socket.io';
import { roomName } from '../room-plan.js';
import { CHAT, FEED, feedItem, type NoteBody, SAY, TICK } from '../workload.js';
import { ConnectedGuard } from './connected.guard.js';
import { NoteDto } from './note.dto.js';
import { noteSchema } from './note.schema.js';
import type { Peer, PeerSettings } from './peer.js';
import { SchemaPipe } from './schema.pipe.js';
import { strictValidation } from './strict-validation.js';
import { tally } from './tally.js';
import { TrimTextPipe } from './trim-text.pipe.js';

@WebSocketGateway({ transports: ['websocket'], serveClient: false })
class NotesGateway {
  @WebSocketServer()
  readonly server: Server;

  @SubscribeMessage('subscribe')
  async subscribe(@ConnectedSocket() socket: Socket, @MessageBody() room: string): Promise<{ ok: true }> {
    await socket.join(room);
    return { ok: true };
  }

  @SubscribeMessage('plain')
  plain(@MessageBody() note: NoteBody): { ok: true } {
    tally.add(note.seq);
    return { ok: true };
  }

  @SubscribeMessage(SAY)
  say(@MessageBody() note: NoteBody): { ok: true } {
    tally.add(note.seq);
    this.server.to(CHAT).emit(TICK, feedItem(note.seq));
    return { ok: true };
  }
}

/** On the same server, and only where it is measured: a gateway takes memory for every connection and message. */
@WebSocketGateway({ transports: ['websocket'], serveClient: false })
class VariantsGateway {
  @UsePipes(strictValidation)
  @SubscribeMessage('dto')
  dto(@MessageBody() note: NoteDto): { ok: true } {
    tally.add(note.seq);
    return { ok: true };
  }

  @UseGuards(ConnectedGuard)
  @UsePipes(strictValidation)
  @SubscribeMessage('checked')
  checked(@MessageBody() note: NoteDto): { ok: true } {
    tally.add(note.seq);
    return { ok: true };
  }

  @UseGuards(ConnectedGuard)
  @UsePipes(strictValidation, TrimTextPipe)
  @SubscribeMessage('piped')
  piped(@MessageBody() note: NoteDto): { ok: true } {
    tally.add(note.seq);
    return { ok: true };
  }

  @UseGuards(ConnectedGuard)
  @UsePipes(new SchemaPipe(noteSchema), TrimTextPipe)
  @SubscribeMessage('schema')
  schema(@MessageBody() note: NoteBody): { ok: true } {
    tally.add(note.seq);
    return { ok: true };
  }
}

@Module({ providers: [NotesGateway] })
class NotesModule {}

@Module({ imports: [NotesModule], providers: [VariantsGateway] })
class VariantsModule {}

export async function startPeer({ variants }: PeerSettings): Promise<Peer> {
  const app = await NestFactory.create(variants ? VariantsModule : NotesModule, { logger: ['error', 'warn'] });
  app.useWebSocketAdapter(new IoAdapter(app));
  await app.listen(0, '127.0.0.1');
  const { server } = app.get(NotesGateway);
  return {
    port: (app.getHttpServer().address() as AddressInfo).port,
    path: '/socket.io/',
    dialect: 'plain',
    broadcast: (item) => server.to(FEED).emit(TICK, item),
    broadcastToRoom: (room, item) => server.to(roomName(room)).emit(TICK, item),
    connectionCount: () => server.sockets.sockets.size,
  };
}
