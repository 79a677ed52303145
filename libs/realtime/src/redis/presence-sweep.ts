// How are the members of a dead node taken out? Channel by channel, in pieces, as the node itself would have done.
import { Logger } from '@nestjs/common';
import { warnRepeated } from '../instrumentation/repeated-log.js';
import type { PresenceChange, PresenceEntry, PresenceSink } from '../broker/presence.store.js';
import type { RedisPresence } from './redis-presence.js';

/** Users in one call. */
const PIECE = 500;
/** Partitions, and channels of each, that are worked on at the same time. */
const PARTITIONS_AT_ONCE = 8;
const CHANNELS_AT_ONCE = 8;

export class PresenceSweep {
  private readonly logger = new Logger('Realtime');

  constructor(
    private readonly presence: RedisPresence,
    private readonly sink: PresenceSink,
    private readonly isOver: () => boolean,
  ) {}

  /** Ends early where Redis is away, or the node stops. What is left is done by the node that is the sweeper then. */
  async run(dead: readonly string[]): Promise<void> {
    try {
      for (const node of dead) await this.takeOut(node);
    } catch (error) {
      warnRepeated(this.logger, 'Members of a node that is dead could not be taken out yet', error);
    }
  }

  private async takeOut(node: string): Promise<void> {
    const { partitions } = this.presence;
    for (let first = 0; first < partitions && !this.isOver(); first += PARTITIONS_AT_ONCE) {
      const count = Math.min(PARTITIONS_AT_ONCE, partitions - first);
      await Promise.all(Array.from({ length: count }, (_, n) => this.takeOutOf(first + n, node)));
    }
    if (!this.isOver()) await this.presence.buried(node);
  }

  private async takeOutOf(partition: number, node: string): Promise<void> {
    const channels = await this.presence.channelsOf(node, partition);
    for (let first = 0; first < channels.length && !this.isOver(); first += CHANNELS_AT_ONCE) {
      const some = channels.slice(first, first + CHANNELS_AT_ONCE);
      await Promise.all(some.map((channel) => this.takeOutOfChannel(channel, node)));
    }
    while (!this.isOver()) {
      const users = await this.presence.usersOf(node, partition, PIECE);
      if (users.length === 0) return;
      const { left } = await this.presence.setOnline(
        node,
        users.map((userId) => ({ userId, connections: 0 })),
      );
      if (left.length > 0) this.sink.offline(left);
    }
  }

  private async takeOutOfChannel(channel: string, node: string): Promise<void> {
    let users: ReadonlyMap<string, PresenceEntry | null>;
    do {
      users = await this.presence.membersOf(channel, node, PIECE);
      const changes = Array.from(users.keys(), (userId): PresenceChange => ({ userId, entry: null }));
      const { left } = await this.presence.apply(node, channel, changes);
      const members = left.map((userId) => ({ userId, entry: users.get(userId) ?? null }));
      if (left.length > 0) this.sink.swept(channel, members);
    } while (users.size === PIECE && !this.isOver());
  }
}
