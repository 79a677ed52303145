// Which members has this node, in all its channels, and which users are connected to it? It tells the store, one channel at a time.
import type { IRealtimePresenceStore, PresenceChange } from '../broker/presence.store.js';
import type { MemberEdges } from './member-diff.js';
import { OwnUsers } from './own-users.js';

/** How a channel declares its presence. */
export interface PresenceTerms {
  readonly graceMs: number;
  readonly gatherMs: number;
}

/** What hears of own members. No method throws. */
export interface OwnMembersEvents {
  /** Members of the channel, on all nodes. */
  size(channel: string): number;
  /** At once, before the store knows. */
  changed(channel: string, change: PresenceChange): void;
  /** Changes were gathered, and go to the store now. */
  gathered(channel: string): void;
  /** Users have joined or left in the whole cluster, and no other node is told. */
  edges(channel: string, edges: MemberEdges): void;
  /** The store knows of these users that they have come to this node, or left it. They may be on others. */
  onlineChanged(userIds: readonly string[]): void;
  /** The same as `edges` for users that are connected now, or are not any more. */
  online(edges: MemberEdges): void;
}

export class OwnMembers {
  /** Users that are connected to this node. */
  readonly online: OwnUsers;
  private readonly channels = new Map<string, OwnUsers>();

  constructor(
    private readonly store: Pick<IRealtimePresenceStore, 'apply' | 'setOnline'>,
    private readonly events: OwnMembersEvents,
    terms: PresenceTerms,
  ) {
    this.online = new OwnUsers({
      ...terms,
      size: () => 0,
      changed: () => undefined,
      gathered: () => undefined,
      apply: async (changes) => {
        const told = changes.map(({ userId, entry }) => ({ userId, connections: entry?.connections ?? 0 }));
        const edges = await store.setOnline(told);
        const changed = told.filter(({ connections }) => connections <= 1).map(({ userId }) => userId);
        if (changed.length > 0) events.onlineChanged(changed);
        return edges;
      },
      edges: (edges) => events.online(edges),
    });
  }

  /** Channels in which this node has members, or had some a moment ago. */
  get size(): number {
    return this.channels.size;
  }

  /** Channels in which this node has members, or had some a moment ago. */
  get names(): readonly string[] {
    return [...this.channels.keys()];
  }

  /** The node's users of a channel; undefined where it has none. */
  in(channel: string): OwnUsers | undefined {
    return this.channels.get(channel);
  }

  /** The node's users of a channel, which begin where there are none. Ask again for each user that is added. */
  open(channel: string, terms: PresenceTerms): OwnUsers {
    let users = this.channels.get(channel);
    if (users === undefined) this.channels.set(channel, (users = this.usersOf(channel, terms)));
    return users;
  }

  /** A right was taken back: where the user is only here because they may come back, they leave at once. `channel`: only there. */
  endGrace(userId: string, channel?: string): void {
    if (channel !== undefined) return this.channels.get(channel)?.endGrace(userId);
    for (const users of this.channels.values()) users.endGrace(userId);
  }

  /** One channel after another, so that a node with many members does not flood the store. */
  async applyAll(): Promise<void> {
    for (const users of [...this.channels.values()]) await users.applyAll();
    await this.online.applyAll();
  }

  /** Sends what waits, and ends. What the store has remains, for the grace that the store is told. */
  async drain(): Promise<void> {
    const all = [...this.channels.values(), this.online];
    await Promise.all(all.map((users) => users.flush()));
    for (const users of all) users.close();
  }

  private usersOf(channel: string, terms: PresenceTerms): OwnUsers {
    const { events, store } = this;
    const users: OwnUsers = new OwnUsers({
      ...terms,
      size: () => events.size(channel),
      changed: (change) => events.changed(channel, change),
      gathered: () => events.gathered(channel),
      apply: (changes) => store.apply(channel, changes),
      edges: (edges) => events.edges(channel, edges),
      settled: () => this.forget(channel, users),
    });
    return users;
  }

  /** Those of a channel that was left may be told something once more, when others have come in their place. */
  private forget(channel: string, users: OwnUsers): void {
    if (users.isEmpty && this.channels.get(channel) === users) this.channels.delete(channel);
  }
}
