// Peer 4: what does a Nest gateway on platform-ws cost? It has no rooms and no acknowledgements, so both are written by hand, as its users do.
import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  type OnGatewayDisconnect,
  SubscribeMessage,
  WebSocketGateway,
} from '@nestjs/websockets';
import { WebSocket } from 'ws';
import { roomName } from '../room-plan.js';
import { CHAT, FEED, type FeedItem, feedItem, type NoteBody, SAY } from '../workload.js';
import { ConnectedGuard } from './connected.guard.js';
import { NoteDto } from './note.dto.js';
import type { Peer } from './peer.js';
import {
  acknowledgement,
  CONNECT_PACKET,
  CONNECTED_PACKET,
  itemPacket,
  OPEN_PACKET,
  parseEvent,
} from './plain-wire.js';
import { strictValidation } from './strict-validation.js';
import { tally } from './tally.js';
import { TrimTextPipe } from './trim-text.pipe.js';

const CONNECT = 'connect';

/** platform-ws hands its parser the text of a message. */
function parse(data: unknown): { event: string; data: unknown } {
  const text = String(data);
  if (text === CONNECT_PACKET) return { event: CONNECT, data: {} };
  const { id, event, body } = parseEvent(text);
  return { event, data: { id, body } };
}

@WebSocketGateway({ path: '/ws', perMessageDeflate: false })
class NotesGateway implements OnGatewayConnection<WebSocket>, OnGatewayDisconnect<WebSocket> {
  readonly members = new Map<string, Set<WebSocket>>();
  readonly clients = new Set<WebSocket>();

  handleConnection(socket: WebSocket): void {
    this.clients.add(socket);
    socket.send(OPEN_PACKET);
  }

  handleDisconnect(socket: WebSocket): void {
    this.clients.delete(socket);
    for (const members of this.members.values()) members.delete(socket);
  }

  emit(room: string, item: FeedItem): void {
    const text = itemPacket(item);
    for (const member of this.members.get(room) ?? []) if (member.readyState === WebSocket.OPEN) member.send(text);
  }

  @SubscribeMessage(CONNECT)
  connect(@ConnectedSocket() socket: WebSocket): void {
    socket.send(CONNECTED_PACKET);
  }

  @SubscribeMessage('subscribe')
  subscribe(
    @ConnectedSocket() socket: WebSocket,
    @MessageBody('id') id: string,
    @MessageBody('body') room: string,
  ): void {
    this.members.set(room, (this.members.get(room) ?? new Set()).add(socket));
    socket.send(acknowledgement(id));
  }

  @SubscribeMessage('plain')
  plain(
    @ConnectedSocket() socket: WebSocket,
    @MessageBody('id') id: string,
    @MessageBody('body') note: NoteBody,
  ): void {
    tally.add(note.seq);
    socket.send(acknowledgement(id));
  }

  @SubscribeMessage(SAY)
  say(@ConnectedSocket() socket: WebSocket, @MessageBody('id') id: string, @MessageBody('body') note: NoteBody): void {
    tally.add(note.seq);
    this.emit(CHAT, feedItem(note.seq));
    socket.send(acknowledgement(id));
  }

  @UseGuards(ConnectedGuard)
  @SubscribeMessage('piped')
  piped(
    @ConnectedSocket() socket: WebSocket,
    @MessageBody('id') id: string,
    @MessageBody('body', strictValidation, TrimTextPipe) note: NoteDto,
  ): void {
    tally.add(note.seq);
    socket.send(acknowledgement(id));
  }
}

@Module({ providers: [NotesGateway] })
class NotesModule {}

export async function startPeer(): Promise<Peer> {
  const app = await NestFactory.create(NotesModule, { logger: ['error', 'warn'] });
  app.useWebSocketAdapter(new WsAdapter(app, { messageParser: parse }));
  await app.listen(0, '127.0.0.1');
  const gateway = app.get(NotesGateway);
  return {
    port: (app.getHttpServer().address() as AddressInfo).port,
    path: '/ws',
    dialect: 'plain',
    broadcast: (item) => gateway.emit(FEED, item),
    broadcastToRoom: (room, item) => gateway.emit(roomName(room), item),
    connectionCount: () => gateway.clients.size,
  };
}
