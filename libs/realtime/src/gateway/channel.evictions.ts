// Which members have to begin again when the log of their channel was lost? All of them, in the tick in which it was noticed.
import { Injectable } from '@nestjs/common';
import { ChannelLogs } from '../broker/channel.logs.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { IRealtimeServer } from '../connections/realtime.server.js';
import { RealtimeHooks } from '../realtime.hooks.js';

@Injectable()
export class ChannelEvictions {
  constructor(
    private readonly hooks: RealtimeHooks,
    server: IRealtimeServer,
    logs: ChannelLogs,
  ) {
    logs.onReset((channel) => {
      for (const connection of server.connectionsIn(channel)) this.evict(connection, channel);
    });
  }

  /** Ends a subscription to which events are missing. The client may subscribe again at once. */
  evict(connection: LiveConnection, channel: string): void {
    const match = connection.evict(channel, 'INSUFFICIENT_STATE');
    if (match === null) return;
    this.hooks.emit('unsubscribed', () => ({ connection: connection.view, channel: match.address, by: 'server' }));
  }
}
