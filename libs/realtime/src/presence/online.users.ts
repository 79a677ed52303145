// Which users are connected to this node? The store counts them over all nodes.
import { Injectable } from '@nestjs/common';
import { ConnectionDirectory } from '../connections/connection.directory.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { PresenceChannels } from './presence.channels.js';

@Injectable()
export class OnlineUsers {
  constructor(
    private readonly channels: PresenceChannels,
    directory: ConnectionDirectory,
  ) {
    directory.watchUsers((connection, before) => {
      if (!connection.established || before?.userId === connection.user?.userId) return;
      if (before !== null) this.own.leave(before.userId, false);
      this.connected(connection);
    });
  }

  /** Call it once the client has been welcomed. */
  connected({ user }: LiveConnection): void {
    if (user !== null) this.own.enter(user.userId);
  }

  /** Call it once for each connection that ends. */
  disconnected({ established, user, mayReturn }: LiveConnection): void {
    if (established && user !== null) this.own.leave(user.userId, mayReturn);
  }

  private get own() {
    return this.channels.own.online;
  }
}
