// Who is in a channel, and who is connected? Asked of Redis, which may hold anything.
import { randomName } from '../broker/log-frame.js';
import type {
  AppliedPresence,
  OnlineChange,
  PresenceChange,
  PresenceEdges,
  PresenceEntry,
  PresencePage,
  StoredPresence,
} from '../broker/presence.store.js';
import { writeEnvelope } from './envelope.js';
import type { EnvelopeMac } from './envelope-mac.js';
import { PresenceKeys } from './presence-keys.js';
import { PRESENCE_LIVE } from './presence-lease-scripts.js';
import {
  ONLINE_APPLY,
  ONLINE_READ,
  PRESENCE_APPLY,
  PRESENCE_READ,
  PRESENCE_REBUILD,
  PRESENCE_VERSIONS,
} from './presence-scripts.js';
import { isNodeName, readEntry, writeChanges, writeEntry } from './presence-text.js';
import type { RedisCommands } from './redis-engine.js';
import type { RedisNames } from './redis-names.js';
import type { SkipCounts } from './skip-counts.js';

/** Channels or users in one call. */
const BATCH = 100;

export class RedisPresence {
  readonly keys: PresenceKeys;

  constructor(
    private readonly link: RedisCommands,
    private readonly names: RedisNames,
    private readonly mac: EnvelopeMac | null,
    private readonly skipped: SkipCounts,
  ) {
    this.keys = new PresenceKeys(names);
  }

  get partitions(): number {
    return this.names.slots.length;
  }

  async apply(node: string, channel: string, changes: readonly PresenceChange[]): Promise<AppliedPresence> {
    const { link, names, mac, keys } = this;
    const event = { event: 'presence', json: writeChanges(node, changes) };
    const tag = randomName();
    const envelope = { kind: 'presence' as const, node, tag, sentAt: Date.now(), event, channels: [] };
    const prefix = keys.members(channel);
    const ofNode = [`${prefix}${node}`, keys.channelsOf(node, names.partitionOf(channel))];
    const head = [
      link.publishCommand,
      names.topic(channel),
      node,
      channel,
      prefix,
      writeEnvelope(envelope, channel, mac),
    ];
    const written = changes.flatMap(({ userId, entry }) => [userId, entry === null ? '' : writeEntry(entry)]);
    const reply = await link.run(PRESENCE_APPLY, [...keys.channel(channel), ...ofNode], [...head, ...written]);
    const [version, joined, left, rebuilt] = reply as [string, string[], string[], number];
    if (rebuilt > 0) this.skipped.count('foreign');
    return { version: Number(version), joined, left };
  }

  async read(channel: string): Promise<PresencePage> {
    const prefix = this.keys.members(channel);
    const reply = await this.link.run(PRESENCE_READ, this.keys.channel(channel), [prefix]);
    const [version, counted, found] = reply as [string, number, (string | string[])[]];
    const byNode = new Map<string, ReadonlyMap<string, PresenceEntry | null>>();
    const users = new Set<string>();
    for (let at = 0; at < found.length; at += 2) {
      const [node, flat] = [found[at] as string, found[at + 1] as string[]];
      const entries = this.entriesOf(flat);
      for (const userId of entries.keys()) users.add(userId);
      if (isNodeName(node)) byNode.set(node, entries);
      else this.skipped.count('foreign');
    }
    if (counted !== users.size) await this.rebuild(channel);
    return { version: Number(version), byNode };
  }

  async versions(channels: readonly string[]): Promise<readonly number[]> {
    const keys = (channel: string): string[] => [this.keys.channel(channel)[0]];
    return this.inBatches(channels, async (batch) => {
      const found = (await this.link.run(PRESENCE_VERSIONS, batch.flatMap(keys), [])) as string[];
      return found.map(Number);
    });
  }

  async count(channel: string): Promise<number> {
    const [, users] = this.keys.channel(channel);
    try {
      return (await this.link.call('HLEN', users)) as number;
    } catch (error) {
      if (!isForeign(error)) throw error;
      return this.rebuild(channel);
    }
  }

  async setOnline(node: string, changes: readonly OnlineChange[]): Promise<PresenceEdges> {
    const byUser = new Map(changes.map(({ userId, connections }) => [userId, connections]));
    const users = [...byUser.keys()];
    const edges = await this.inBatches(users, async (batch) => {
      const usersKey = this.keys.usersOf(node, this.names.partitionOf(batch[0]));
      const keys = batch.flatMap((userId) => [this.keys.online(userId), usersKey]);
      const args = batch.flatMap((userId) => [userId, byUser.get(userId)!]);
      return (await this.link.run(ONLINE_APPLY, keys, [node, ...args])) as string[];
    });
    return {
      joined: users.filter((_, n) => edges[n] === '1'),
      left: users.filter((_, n) => edges[n] === '-1'),
    };
  }

  async onlineAmong(userIds: readonly string[]): Promise<readonly string[]> {
    if (userIds.length === 0) return [];
    const [nodes, live] = await Promise.all([
      this.inBatches(userIds, async (batch) => {
        const keys = batch.map((userId) => this.keys.online(userId));
        return (await this.link.run(ONLINE_READ, keys, [])) as string[][];
      }),
      this.link.run(PRESENCE_LIVE, this.keys.leases.slice(0, 1), []).then((found) => new Set(found as string[])),
    ]);
    return userIds.filter((_, n) => nodes[n].some((node) => live.has(node)));
  }

  /** Channels of a partition in which a node has members. What is no channel of the partition is taken out. */
  async channelsOf(node: string, partition: number): Promise<readonly string[]> {
    const found = await this.setAt(this.keys.channelsOf(node, partition));
    return this.ownOf(this.keys.channelsOf(node, partition), found, partition);
  }

  /** Some users of a partition that are connected to a node; none where there are none. */
  async usersOf(node: string, partition: number, limit: number): Promise<readonly string[]> {
    const key = this.keys.usersOf(node, partition);
    for (;;) {
      const found = await this.setAt(key, limit);
      const own = await this.ownOf(key, found, partition);
      if (own.length > 0 || found.length === 0) return own;
    }
  }

  /** Everything that is stored of a node, partition by partition. */
  async storedOf(node: string): Promise<StoredPresence> {
    const [channels, userIds]: [string[], string[]] = [[], []];
    for (let partition = 0; partition < this.partitions; partition++) {
      const key = this.keys.usersOf(node, partition);
      channels.push(...(await this.channelsOf(node, partition)));
      userIds.push(...(await this.ownOf(key, await this.setAt(key), partition)));
    }
    return { channels, userIds };
  }

  /** Some members of a node. */
  async membersOf(channel: string, node: string, limit: number): Promise<ReadonlyMap<string, PresenceEntry | null>> {
    const key = `${this.keys.members(channel)}${node}`;
    const found = await this.foreignAsNone(this.link.call('HRANDFIELD', key, limit, 'WITHVALUES'));
    // RESP3 answers with pairs, RESP2 with names and values in turns.
    return this.entriesOf(found.flat());
  }

  /** Nothing is left of a dead node. */
  async buried(node: string): Promise<void> {
    await this.link.call('ZREM', this.keys.leases[1], node);
  }

  private rebuild(channel: string): Promise<number> {
    this.skipped.count('foreign');
    const args = [this.keys.members(channel)];
    return this.link.run(PRESENCE_REBUILD, this.keys.channel(channel), args) as Promise<number>;
  }

  /** Security note: every process with access to Redis can write entries. */
  private entriesOf(flat: readonly string[]): Map<string, PresenceEntry | null> {
    const entries = new Map<string, PresenceEntry | null>();
    for (let at = 0; at < flat.length; at += 2) {
      const entry = readEntry(flat[at + 1]);
      if (entry === null) this.skipped.count('payload');
      entries.set(flat[at], entry);
    }
    return entries;
  }

  /** Those that belong to the partition of their set. Scripts would look for the others on another server. */
  private async ownOf(key: string, found: readonly string[], partition: number): Promise<readonly string[]> {
    const own = found.filter((name) => this.names.partitionOf(name) === partition);
    if (own.length < found.length) {
      this.skipped.count('foreign');
      const others = found.filter((name) => this.names.partitionOf(name) !== partition);
      for (const name of others) await this.link.call('SREM', key, name);
    }
    return own;
  }

  private setAt(key: string, limit?: number): Promise<readonly string[]> {
    const reply = limit === undefined ? this.link.call('SMEMBERS', key) : this.link.call('SRANDMEMBER', key, limit);
    return this.foreignAsNone(reply);
  }

  private async foreignAsNone(reply: Promise<unknown>): Promise<readonly string[]> {
    try {
      return (await reply) as string[];
    } catch (error) {
      if (!isForeign(error)) throw error;
      this.skipped.count('foreign');
      return [];
    }
  }

  /** Answers in the order of the names. Each call has names of one partition. */
  private async inBatches<Answer>(
    names: readonly string[],
    ask: (batch: readonly string[]) => Promise<readonly Answer[]>,
  ): Promise<Answer[]> {
    const answers = new Array<Answer>(names.length);
    await Promise.all(
      this.names.batches(names, BATCH).map(async (batch) => {
        const some = await ask(batch.map((index) => names[index]));
        batch.forEach((index, place) => (answers[index] = some[place]));
      }),
    );
    return answers;
  }
}

function isForeign(error: unknown): boolean {
  return error instanceof Error && error.message.includes('WRONGTYPE');
}
