// What went wrong for clients? Refusals with the reason that the client never sees, and clients that read too slowly.
import type { RealtimeHooks } from 'nestjs-realtime';
import { isOwnChannel, isOwnRefusal } from '../own-traffic.js';
import { cutKey, cutName, cutReason } from '../rows/cut.js';
import type { RowStream } from '../rows/row.stream.js';
import type { ConnectionsCollector } from './connections.collector.js';

export interface TroubleCounts {
  readonly refusals: number;
  readonly slowConsumers: number;
}

export class TroubleCollector {
  private refusals = 0;
  private slowConsumers = 0;

  constructor(
    private readonly rows: RowStream,
    private readonly connections: Pick<ConnectionsCollector, 'isOwn'>,
    private readonly role: string,
  ) {}

  listen(hooks: RealtimeHooks): this {
    hooks.on('refused', (refused) => {
      if (isOwnRefusal(this.role, refused)) return;
      const { gate, code, reason, connection, name, message } = refused;
      this.refusals++;
      this.rows.add('refusal', (stamp) => ({
        ...stamp,
        kind: 'refusal',
        story: null,
        gate,
        code,
        reason: cutReason(reason),
        userId: connection?.user ? cutKey(connection.user.userId) : null,
        connectionId: connection && cutName(connection.connectionId),
        channel: name && cutKey(name),
        message: message && cutName(message),
      }));
    });
    hooks.on('overflowed', ({ connection, channel, policy, queuedBytes }) => {
      if (channel === null ? this.connections.isOwn(connection) : isOwnChannel(channel.name)) return;
      this.slowConsumers++;
      this.rows.add('slow-consumer', (stamp) => ({
        ...stamp,
        kind: 'slow-consumer',
        story: null,
        connectionId: cutName(connection.connectionId),
        userId: connection.user && cutKey(connection.user.userId),
        channel: channel && cutKey(channel.name),
        policy,
        queuedBytes,
      }));
    });
    return this;
  }

  /** Totals since boot. */
  counts(): TroubleCounts {
    return { refusals: this.refusals, slowConsumers: this.slowConsumers };
  }
}
