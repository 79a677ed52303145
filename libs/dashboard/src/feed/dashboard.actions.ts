// What may an admin do? Disconnect a user and evict one from a channel; each deed is in the log, and every viewer sees it.
import { Logger } from '@nestjs/common';
import { type IRealtimeRevocation, quotedForLog, type RealtimeContext } from 'nestjs-realtime';
import { cutName } from '../rows/cut.js';
import type { RowStream } from '../rows/row.stream.js';
import type { DashboardChannel, DisconnectUser, EvictUser } from '../wire/dashboard.channel.js';
import type { ActionRow } from '../wire/feed.frames.js';

type Admin = RealtimeContext<DashboardChannel>;

export class DashboardActions {
  private readonly logger = new Logger('RealtimeDashboard');

  constructor(
    private readonly revocation: IRealtimeRevocation,
    private readonly rows: RowStream,
  ) {}

  async disconnect({ userId }: DisconnectUser, admin: Admin): Promise<void> {
    this.record(admin, 'disconnect', userId, null);
    await this.revocation.disconnectUser(userId);
  }

  async evict({ userId, channel }: EvictUser, admin: Admin): Promise<void> {
    this.record(admin, 'evict', userId, channel);
    await this.revocation.revoke({ userId, channel });
  }

  /** Before the deed, so that there is none without a record. Texts of clients are escaped and cut. */
  private record(admin: Admin, action: ActionRow['action'], target: string, channel: string | null): void {
    const from = channel === null ? '' : ` from channel ${quotedForLog(channel)}`;
    this.logger.log(
      `User ${quotedForLog(admin.userId)} (connection ${admin.connectionId}): ${action} ${quotedForLog(target)}${from}`,
    );
    this.rows.add('action', (stamp) => ({
      ...stamp,
      kind: 'action',
      story: null,
      userId: cutName(admin.userId),
      action,
      target: cutName(target),
      channel: channel && cutName(channel),
    }));
  }
}
