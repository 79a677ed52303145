// What may an admin do? Disconnect a user, or evict a user from a channel. Each action is logged and shown to every viewer.
import { Logger } from '@nestjs/common';
import {
  type IRealtimeConnections,
  type IRealtimeHandlerRegistry,
  quotedForLog,
  type RealtimeContext,
} from 'nestjs-realtime';
import { cutKey } from '../rows/cut.js';
import type { RowStream } from '../rows/row.stream.js';
import type { DashboardChannel, DisconnectUser, EvictUser } from '../wire/dashboard.channel.js';
import type { ActionRow } from '../wire/feed.frames.js';
import { channelNamed } from './channel-named.js';

type Admin = Pick<RealtimeContext<DashboardChannel>, 'userId' | 'connectionId'>;

export class DashboardActions {
  private readonly logger = new Logger('RealtimeDashboard');

  constructor(
    private readonly connections: IRealtimeConnections,
    private readonly registry: Pick<IRealtimeHandlerRegistry, 'listChannels'>,
    private readonly rows: RowStream,
  ) {}

  async disconnect({ userId }: DisconnectUser, admin: Admin): Promise<void> {
    this.record(admin, 'disconnect', userId, null);
    await this.connections.disconnect({ userId });
  }

  async evict({ userId, channel }: EvictUser, admin: RealtimeContext<DashboardChannel, 'evict'>): Promise<void> {
    this.record(admin, 'evict', userId, channel);
    const address = channelNamed(this.registry, channel);
    if (address === null) throw admin.refusal('UNKNOWN_CHANNEL', { message: 'No channel has this name.' });
    await this.connections.unsubscribe({ userId }, address);
  }

  /** Runs before the action, so that no action goes unrecorded. Strings from clients are escaped and cut. */
  private record(admin: Admin, action: ActionRow['action'], target: string, channel: string | null): void {
    const from = channel === null ? '' : ` from channel ${quotedForLog(channel)}`;
    this.logger.log(
      `User ${quotedForLog(admin.userId)} (connection ${admin.connectionId}): ${action} ${quotedForLog(target)}${from}`,
    );
    this.rows.add('action', (stamp) => ({
      ...stamp,
      kind: 'action',
      story: null,
      userId: cutKey(admin.userId),
      action,
      target: cutKey(target),
      channel: channel && cutKey(channel),
    }));
  }
}
