// Who is in a channel of any node, and who is connected? Kept in Redis, by the node that has the connection.
import {
  type AppliedPresence,
  IRealtimePresenceStore,
  type OnlineChange,
  type PresenceChange,
  type PresenceEdges,
  type PresencePage,
  type PresenceSink,
  type StoredPresence,
} from '../broker/presence.store.js';
import type { EnvelopeMac } from './envelope-mac.js';
import { PresenceLease } from './presence-lease.js';
import { PresenceSweep } from './presence-sweep.js';
import { readDiff } from './presence-text.js';
import { unavailable } from './publish-queue.js';
import type { RedisCommands } from './redis-engine.js';
import { RedisPresence } from './redis-presence.js';
import type { RedisNames } from './redis-names.js';
import type { RedisSettings } from './redis.options.js';
import type { SkipCounts } from './skip-counts.js';

export interface StoreParts {
  readonly settings: RedisSettings;
  readonly names: RedisNames;
  readonly mac: EnvelopeMac | null;
  readonly skipped: SkipCounts;
}

export class RedisPresenceStore extends IRealtimePresenceStore {
  private sink: PresenceSink | null = null;
  private presence: RedisPresence | null = null;
  private lease: PresenceLease | null = null;

  constructor(private readonly parts: StoreParts) {
    super();
  }

  override get nodeId(): string {
    return this.lease?.id ?? '';
  }

  override listen(sink: PresenceSink): void {
    this.sink = sink;
  }

  /** The broker has a Redis from now on. */
  attach(link: RedisCommands, nodeId: string): void {
    const { sink } = this;
    const { names, mac, skipped, settings } = this.parts;
    const presence = (this.presence = new RedisPresence(link, names, mac, skipped));
    if (sink === null) return;
    const { beatInterval, nodeLease } = settings;
    const sweep = new PresenceSweep(presence, sink, () => this.presence !== presence);
    this.lease = new PresenceLease({
      ...{ nodeId, link, keys: presence.keys, beatInterval, nodeLease },
      forgotten: () => sink.forgotten(),
      sweep: (dead) => sweep.run(dead),
    });
  }

  detach(): void {
    this.lease?.end();
    this.presence = null;
  }

  /** The node has joined, for the first time or again. */
  async joined(): Promise<void> {
    await this.lease?.begin();
  }

  /** Security note: every process with access to Redis can write the text. */
  receive(channel: string, text: string): void {
    const diff = readDiff(text, channel, this.parts.mac);
    if (typeof diff === 'string') this.parts.skipped.count(diff);
    else this.sink?.receive(diff);
  }

  override async apply(channel: string, changes: readonly PresenceChange[]): Promise<AppliedPresence> {
    return this.answered((presence) => presence.apply(this.own(), channel, changes));
  }

  override async read(channel: string): Promise<PresencePage> {
    return this.answered((presence) => presence.read(channel));
  }

  override async versions(channels: readonly string[]): Promise<readonly number[]> {
    return this.answered((presence) => presence.versions(channels));
  }

  override async count(channel: string): Promise<number> {
    return this.answered((presence) => presence.count(channel));
  }

  override async setOnline(changes: readonly OnlineChange[]): Promise<PresenceEdges> {
    return this.answered((presence) => presence.setOnline(this.own(), changes));
  }

  override async isOnline(userId: string): Promise<boolean> {
    return (await this.onlineAmong([userId])).length === 1;
  }

  override async onlineAmong(userIds: readonly string[]): Promise<readonly string[]> {
    return this.answered((presence) => presence.onlineAmong(userIds));
  }

  override async stored(): Promise<StoredPresence> {
    return this.answered((presence) => presence.storedOf(this.own()));
  }

  override async leave(graceMs: number): Promise<void> {
    await this.answered(() => this.lease?.handOver(graceMs) ?? Promise.resolve());
  }

  private own(): string {
    if (this.lease === null) throw new Error('this process has no members');
    return this.lease.id;
  }

  private async answered<Answer>(ask: (presence: RedisPresence) => Promise<Answer>): Promise<Answer> {
    if (this.presence === null) throw unavailable('the broker is not running');
    try {
      return await ask(this.presence);
    } catch (error) {
      throw unavailable('Redis has not answered about who is present', error);
    }
  }
}
