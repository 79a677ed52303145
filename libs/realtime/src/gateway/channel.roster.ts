// What happens when a connection enters or leaves a channel? The same whether the client or the server has asked for it.
import { Injectable } from '@nestjs/common';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { LeaseSweep } from '../revocation/lease.sweep.js';

@Injectable()
export class ChannelRoster {
  constructor(
    private readonly leases: LeaseSweep,
    private readonly hooks: RealtimeHooks,
  ) {}

  /** Adds a subscription that gate 2 has granted. The server's own are announced to the client, before the channel's first event. */
  enter(connection: LiveConnection, match: ChannelMatch, by: 'client' | 'server'): void {
    // A client that is told to leave hears nothing but replies, so only its own request can still take effect.
    if (connection.closed || (by === 'server' && connection.isDeparting)) return;
    const isNew = !connection.subscriptions.has(match.name);
    if (isNew && by === 'server' && match.descriptor.wire !== 'plain') connection.announceSubscription(match.name);
    connection.join(match);
    this.leases.watch(connection);
    if (isNew) this.hooks.emit('subscribed', () => ({ connection: connection.view, channel: match.address, by }));
  }

  /** Ends a subscription that the client no longer wants or that gate 2 has denied. */
  leave(connection: LiveConnection, channel: string): void {
    const match = connection.leave(channel);
    if (match === null) return;
    this.hooks.emit('unsubscribed', () => ({ connection: connection.view, channel: match.address, by: 'client' }));
  }
}
