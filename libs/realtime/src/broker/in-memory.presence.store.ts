// Who is in a channel of a single node, and who is connected to it? Kept in its memory, because there is no other node.
import {
  type AppliedPresence,
  IRealtimePresenceStore,
  type OnlineChange,
  type PresenceChange,
  type PresenceEdges,
  type PresenceEntry,
  type PresencePage,
  type PresenceSink,
  type StoredPresence,
} from './presence.store.js';

interface Kept {
  version: number;
  readonly entries: Map<string, PresenceEntry>;
}

export class InMemoryPresenceStore extends IRealtimePresenceStore {
  private readonly channels = new Map<string, Kept>();
  private readonly online = new Set<string>();
  private sink: PresenceSink | null = null;
  /** The newest version of any channel, so that none comes twice where a channel is empty in between. */
  private newest = 0;

  /** `named` says what the node is called. The broker learns it when it starts. */
  constructor(private readonly named: () => string) {
    super();
  }

  override get nodeId(): string {
    return this.named();
  }

  override listen(sink: PresenceSink): void {
    this.sink = sink;
  }

  override apply(channel: string, changes: readonly PresenceChange[]): Promise<AppliedPresence> {
    const kept = this.channels.get(channel) ?? { version: 0, entries: new Map<string, PresenceEntry>() };
    const previous = kept.version;
    const joined: string[] = [];
    const left: string[] = [];
    for (const { userId, entry } of changes) {
      if (entry === null) {
        if (kept.entries.delete(userId)) left.push(userId);
        continue;
      }
      if (!kept.entries.has(userId)) joined.push(userId);
      kept.entries.set(userId, entry);
    }
    const version = (kept.version = ++this.newest);
    if (kept.entries.size > 0) this.channels.set(channel, kept);
    else this.channels.delete(channel);
    this.sink?.receive({ channel, version, previous, nodeId: this.nodeId, changes });
    return Promise.resolve({ version, joined, left });
  }

  override read(channel: string): Promise<PresencePage> {
    const kept = this.channels.get(channel);
    if (kept === undefined) return Promise.resolve({ version: 0, byNode: new Map() });
    return Promise.resolve({ version: kept.version, byNode: new Map([[this.nodeId, new Map(kept.entries)]]) });
  }

  override versions(channels: readonly string[]): Promise<readonly number[]> {
    return Promise.resolve(channels.map((channel) => this.channels.get(channel)?.version ?? 0));
  }

  override count(channel: string): Promise<number> {
    return Promise.resolve(this.channels.get(channel)?.entries.size ?? 0);
  }

  override setOnline(changes: readonly OnlineChange[]): Promise<PresenceEdges> {
    const joined: string[] = [];
    const left: string[] = [];
    for (const { userId, connections } of changes) {
      const wasOnline = this.online.has(userId);
      if (connections > 0 && !wasOnline) {
        this.online.add(userId);
        joined.push(userId);
      } else if (connections === 0 && wasOnline) {
        this.online.delete(userId);
        left.push(userId);
      }
    }
    return Promise.resolve({ joined, left });
  }

  override isOnline(userId: string): Promise<boolean> {
    return Promise.resolve(this.online.has(userId));
  }

  override onlineAmong(userIds: readonly string[]): Promise<readonly string[]> {
    return Promise.resolve(userIds.filter((userId) => this.online.has(userId)));
  }

  override stored(): Promise<StoredPresence> {
    return Promise.resolve({ channels: [...this.channels.keys()], userIds: [...this.online] });
  }

  /** The process ends, and its memory with it. */
  override leave(): Promise<void> {
    this.channels.clear();
    this.online.clear();
    return Promise.resolve();
  }
}
