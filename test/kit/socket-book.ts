// How does a test reach Socket.IO's own sockets? As a guard written for gateways does: at gate 1, by switchToWs().
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import type { Socket } from 'socket.io';

/** A connect guard that admits every client and keeps its socket, in the order of the connects. Clear it after each test. */
export class SocketBook implements CanActivate {
  static readonly sockets: Socket[] = [];

  canActivate(context: ExecutionContext): boolean {
    SocketBook.sockets.push(context.switchToWs().getClient<Socket>());
    return true;
  }
}
