// Which topics does this node want of a Cluster? One table for each partition, because a partition has one server, and changes it as a whole.
import type { WantedTopics } from './redis-engine.js';
import type { RedisNames } from './redis-names.js';
import { type SubscribingLink, WatchTable } from './watch-table.js';

/** What the tables need of the Cluster. */
export interface TopicParts {
  readonly names: RedisNames;
  readonly nodeId: string;
  /** The connection that subscribes to topics of a partition. It may be away. */
  readonly linkOf: (partition: number) => SubscribingLink;
  /** A server refuses topics of a partition. */
  readonly refused: (reason: string, partition: number) => void;
}

export class ClusterTopics implements WantedTopics {
  private readonly tables: readonly WatchTable[];
  /** What is not confirmed yet. */
  private readonly restoring = new Map<WatchTable, Promise<void>>();

  constructor(private readonly parts: TopicParts) {
    this.tables = parts.names.slots.map((_, partition) => this.tableOf(partition));
  }

  get size(): number {
    return this.tables.reduce((sum, { size }) => sum + size, 0);
  }

  lossesOf(topic: string): number {
    const partition = this.parts.names.partitionIn(topic);
    return partition === undefined ? 0 : this.tables[partition].lossesOf();
  }

  channelOf(topic: string): string | undefined {
    const partition = this.parts.names.partitionIn(topic);
    return partition === undefined ? undefined : this.tables[partition].channelOf(topic);
  }

  watch(topic: string, channel: string): Promise<void> {
    return this.tables[this.parts.names.partitionOf(channel)].watch(topic, channel);
  }

  unwatch(topic: string): void {
    this.tables[this.parts.names.partitionIn(topic)!].unwatch(topic);
  }

  lost(partition: number): void {
    const table = this.tables[partition];
    this.restoring.delete(table);
    table.lost();
  }

  /** Resolves when what was lost has been confirmed. */
  async restore(): Promise<void> {
    for (const table of this.tables) if (!table.isLive) this.restoring.set(table, this.restored(table));
    await Promise.all(this.restoring.values());
  }

  /** One that is confirmed in part has to be restored once more. */
  private restored(table: WatchTable): Promise<void> {
    const restored = table.restore().finally(() => {
      if (this.restoring.get(table) === restored) this.restoring.delete(table);
    });
    restored.catch(() => this.restoring.has(table) || table.lost());
    return restored;
  }

  /** A node hears itself on a topic of each partition, whichever server has it. */
  private tableOf(partition: number): WatchTable {
    const { names, nodeId, linkOf, refused } = this.parts;
    const link: SubscribingLink = {
      subscribe: (topics) => linkOf(partition).subscribe(topics),
      unsubscribe: (topics) => linkOf(partition).unsubscribe(topics),
    };
    const always = [names.probe(nodeId, partition), ...(partition === 0 ? [names.commands.topic] : [])];
    return new WatchTable(link, (reason) => refused(reason, partition), always);
  }
}
