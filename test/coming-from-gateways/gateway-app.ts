// How was it done with a raw gateway? Rooms by hand, the token by hand, and no check of what comes in or goes out.
import { Injectable, Module } from '@nestjs/common';
import {
  ConnectedSocket,
  MessageBody,
  type OnGatewayConnection,
  SubscribeMessage,
  WebSocketGateway,
  WebSocketServer,
} from '@nestjs/websockets';
import type { Server, Socket } from 'socket.io';
import { Notifier, SESSIONS } from './sessions.js';

@WebSocketGateway()
export class UploadsGateway implements OnGatewayConnection {
  @WebSocketServer() server: Server;

  async handleConnection(client: Socket): Promise<void> {
    const session = SESSIONS[String(client.handshake.auth.token)];
    if (!session) return void client.disconnect(true);
    await client.join([`user:${session.userId}`, `session:${session.sessionId}`, 'lobby']);
  }

  @SubscribeMessage('chat message')
  say(@MessageBody() { text }: { text: string }, @ConnectedSocket() client: Socket): { seen: boolean } {
    client.to('lobby').emit('chat message', { text });
    return { seen: true };
  }
}

@Injectable()
class GatewayNotifier extends Notifier {
  constructor(private readonly gateway: UploadsGateway) {
    super();
  }

  async uploaded(userId: string, file: string): Promise<void> {
    this.gateway.server.to(`user:${userId}`).emit('on_upload_success', { file });
  }

  async expired(sessionId: string): Promise<void> {
    this.gateway.server.to(`session:${sessionId}`).emit('session_expired');
  }

  async refresh(): Promise<void> {
    this.gateway.server.to('lobby').emit('refresh');
  }
}

@Module({ providers: [UploadsGateway, { provide: Notifier, useClass: GatewayNotifier }] })
export class GatewayApp {}
