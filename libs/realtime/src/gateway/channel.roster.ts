// What happens when a connection enters or leaves a channel? The same whether the client or the server has asked for it.
import { Injectable } from '@nestjs/common';
import type { ChannelMatch } from '../connections/channel-match.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { LeaseSweep } from '../revocation/lease.sweep.js';
import type { PresenceEntrance } from '../presence/presence.entrance.js';
import type { Standing } from './entrance.js';
import { LogReplays } from './log.replays.js';

/** A subscription that gate 2 has granted. */
export interface Grant {
  readonly match: ChannelMatch;
  /** Where the connection enters the channel, valid in this tick; null without history and snapshot, and if it is a member already. */
  standing: Standing | null;
  /** Makes the user a member; null without presence, and if it is a member already. */
  presence: PresenceEntrance | null;
}

@Injectable()
export class ChannelRoster {
  constructor(
    private readonly leases: LeaseSweep,
    private readonly hooks: RealtimeHooks,
    private readonly replays: LogReplays,
  ) {}

  /** Adds a subscription that gate 2 has granted. The server's own are announced to the client, before the channel's first event. */
  enter(connection: LiveConnection, { match, standing, presence }: Grant, by: 'client' | 'server'): void {
    // A client that is told to leave hears nothing but replies, so only its own request can still take effect.
    if (connection.closed || (by === 'server' && connection.isDeparting)) return;
    const members = presence?.enter();
    const isNew = !connection.subscriptions.has(match.name);
    if (isNew && by === 'server' && match.descriptor.wire !== 'plain')
      connection.announceSubscription(match.name, standing?.position, members);
    if (standing === null) connection.join(match);
    else this.replays.enter(connection, match, standing);
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
