// Under which names does Redis keep what belongs to a channel? Each has the prefix, and the partition as hash tag.
import { createHash } from 'node:crypto';
import { crc16, partitionTags, slotOf } from './partitions.js';

/** The keys and the topic of one log. */
export interface LogPlace {
  readonly meta: string;
  readonly log: string;
  readonly topic: string;
}

/** Stands for a channel where commands are read and signed. No application can declare it. */
export const COMMANDS = '!commands';

export class RedisNames {
  private readonly tags: readonly string[];
  private readonly partitions: ReadonlyMap<string, number>;
  /** The slot of each partition. */
  readonly slots: readonly number[];
  /** Of everything that all nodes share. */
  readonly control: string;

  constructor(
    readonly prefix: string,
    partitions: number,
  ) {
    this.tags = partitionTags(partitions);
    this.partitions = new Map(this.tags.map((tag, partition) => [tag, partition]));
    this.slots = this.tags.map(slotOf);
    this.control = `${prefix}:{${this.tags[0]}}`;
  }

  /** Number of the partition in which a channel lives. */
  partitionOf(channel: string): number {
    return crc16(channel) % this.tags.length;
  }

  /** Number of the partition to which a key or topic belongs; undefined for the layout, and for names that are not ours. */
  partitionIn(name: string): number | undefined {
    return this.partitions.get(name.slice(this.prefix.length + 2, name.indexOf('}')));
  }

  /** The slot of a key or topic in a Cluster. */
  slotOf(name: string): number {
    const partition = this.partitionIn(name);
    return partition === undefined ? slotOf(name) : this.slots[partition];
  }

  /** Hash: epoch, top offset and newest tag of the channel's log. */
  meta(channel: string): string {
    return `${this.base(channel)}:m:${channel}`;
  }

  /** Stream: the newest entries of the channel's log. */
  log(channel: string): string {
    return `${this.base(channel)}:l:${channel}`;
  }

  /** String: the position of an idempotent publish. Keys of applications have any length and any characters, so a digest stands for them. */
  idempotent(channel: string, key: string): string {
    const digest = createHash('sha256').update(key).digest('base64url').slice(0, 22);
    return `${this.base(channel)}:i:${channel}:${digest}`;
  }

  /** Topic on which the nodes that watch the channel listen. */
  topic(channel: string): string {
    return `${this.base(channel)}:t:${channel}`;
  }

  /** Where the log of the commands for all nodes is. */
  get commands(): LogPlace {
    const { control } = this;
    return { meta: `${control}:m`, log: `${control}:l`, topic: `${control}:t` };
  }

  /** Sorted set: until when each node lives. Hash: how far it has got with the commands. */
  get registry(): readonly [leases: string, positions: string] {
    return [`${this.control}:nodes`, `${this.control}:pos`];
  }

  /** Hash: what each node tells of itself. String: whether a node asks for it. */
  get reports(): readonly [reports: string, asked: string] {
    return [`${this.control}:reports`, `${this.control}:asked`];
  }

  /** Sorted set: node and id of each connection of a user. Beside the leases, because a script reads both. */
  connectionsOf(userId: string): string {
    return `${this.control}:connections:${userId}`;
  }

  /** Topic on which a node hears itself. */
  probe(node: string, partition = 0): string {
    return `${this.prefix}:{${this.tags[partition]}}:probe:${node}`;
  }

  /** String: into how many partitions channels are divided. */
  get layout(): string {
    return `${this.prefix}:layout`;
  }

  /** Keys and topic of a partition that no channel has. */
  trial(partition: number): readonly [meta: string, log: string, idempotent: string, topic: string] {
    const base = `${this.prefix}:{${this.tags[partition]}}`;
    return [`${base}:m:!probe`, `${base}:l:!probe`, `${base}:i:!probe`, `${base}:t:!probe`];
  }

  /** Where the log of a channel is. */
  place(channel: string): LogPlace {
    return { meta: this.meta(channel), log: this.log(channel), topic: this.topic(channel) };
  }

  /** Indexes of channels or other names, such that each batch is of one partition and has at most `size`. */
  batches(names: readonly string[], size: number): number[][] {
    const open = new Map<number, number[]>();
    const batches: number[][] = [];
    names.forEach((name, index) => {
      const partition = this.partitionOf(name);
      let batch = open.get(partition);
      if (batch === undefined || batch.length === size) {
        batches.push((batch = []));
        open.set(partition, batch);
      }
      batch.push(index);
    });
    return batches;
  }

  /** What the names of a partition begin with. */
  partition(partition: number): string {
    return `${this.prefix}:{${this.tags[partition]}}`;
  }

  private base(channel: string): string {
    return this.partition(this.partitionOf(channel));
  }
}
