// Which channels with presence does this node follow, and what does it tell the store? Those with members here, or a connection on its way in.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { IRealtimePresenceStore, PresenceDiff, PresenceSink } from '../broker/presence.store.js';
import { IRealtimeBroker } from '../broker/realtime.broker.js';
import { Lingering } from '../broker/lingering.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import { withDeadline } from '../connections/deadline.js';
import { type MemberChannel, Membership } from '../connections/channel.membership.js';
import { IRealtimeServer } from '../connections/realtime.server.js';
import type { RegisteredPresence } from '../connections/registered-channel.js';
import { RealtimeOptions } from '../realtime.options.js';
import { MemberEdgeCalls } from './member-edge.calls.js';
import { countedStore } from './counted-store.js';
import { OwnMembers, type PresenceTerms } from './own-members.js';
import { type FollowedMembers, type MemberTally, PresenceCounts } from './presence.counts.js';
import { PresentChannel } from './present-channel.js';

/** A channel of which nothing was heard may have missed a diff, so versions are compared; in milliseconds. */
const TICK = 10_000;
/** Versions that are asked for at once. */
const AT_ONCE = 100;

@Injectable()
export class PresenceChannels implements OnApplicationShutdown {
  readonly own: OwnMembers;
  private readonly store: IRealtimePresenceStore | null;
  private readonly held = new Lingering<PresentChannel>((channel) => channel.close());
  private readonly onlineWatchers: ((userIds: readonly string[]) => void)[] = [];
  private timer: NodeJS.Timeout | null = null;

  constructor(
    broker: IRealtimeBroker,
    membership: Membership,
    private readonly registry: HandlerRegistry,
    private readonly server: IRealtimeServer,
    private readonly edges: MemberEdgeCalls,
    private readonly options: RealtimeOptions,
    private readonly counts: PresenceCounts,
  ) {
    this.store = broker.presenceStore();
    this.own = new OwnMembers(this.countedStore(), this.ownEvents(), {
      graceMs: options.presenceGrace,
      gatherMs: options.presenceGather,
    });
    this.measure();
    if (this.store === null || options.mode === 'publisher') return;
    this.store.listen(this.sink());
    membership.watch({
      firstIn: (channel: MemberChannel) => void (channel.registered.presence !== null && this.hold(channel)),
      lastOut: (channel: MemberChannel) => void (channel.registered.presence !== null && this.release(channel.name)),
    });
  }

  /** Channels that are followed. */
  get all(): readonly PresentChannel[] {
    return this.held.values();
  }

  get(channel: string): PresentChannel | undefined {
    return this.held.get(channel);
  }

  /** Calls `watcher` with users who may have come online or gone, as far as this node has a part in it. It must not throw. */
  watchOnline(watcher: (userIds: readonly string[]) => void): void {
    this.onlineWatchers.push(watcher);
  }

  /** Follows the members of a channel until `release` is called as often. */
  hold(match: ChannelMatch): PresentChannel {
    this.timer ??= setInterval(() => void this.checkVersions(), TICK).unref();
    return this.held.hold(match.name, () => this.begin(match));
  }

  release(channel: string): void {
    this.held.release(channel);
  }

  rejoined(): void {
    for (const channel of this.held.values()) channel.rejoined();
    void this.restoreOwn();
  }

  /** Tells the store what waits, waits for listeners, at most `drainTimeout`, and leaves it. Members stay for the grace, in which they come back elsewhere. */
  async drain(): Promise<void> {
    if (this.store === null || this.options.mode === 'publisher') return;
    await this.own.drain();
    const late = (): Error => new Error('drain timeout');
    await withDeadline(this.edges.settled(), this.options.drainTimeout, late).catch(() => undefined);
    await this.store.leave(this.options.presenceGrace).catch(() => undefined);
  }

  onApplicationShutdown(): void {
    this.held.clear();
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  /**
   * The engine may have lost the newest changes of this node, also in channels that it does not follow any more: a user who has left would stay.
   * Never rejects. What is not answered is done when the node joins the next time.
   */
  private async restoreOwn(): Promise<void> {
    const { store, own } = this;
    try {
      const { channels, userIds } = await store!.stored();
      const { entries } = own.online;
      own.online.reconcile(new Map(userIds.map((userId) => [userId, entries.get(userId) ?? null])));
      for (const channel of new Set([...channels, ...own.names])) {
        const presence = this.registry.match(channel)?.registered.presence;
        if (!presence || this.held.get(channel) !== undefined) continue;
        const { byNode } = await store!.read(channel);
        own.open(channel, this.termsOf(presence)).reconcile(byNode.get(store!.nodeId) ?? new Map());
      }
    } catch {
      return;
    }
  }

  private tellWatchers(userIds: readonly string[]): void {
    for (const watcher of this.onlineWatchers) watcher(userIds);
  }

  private measure(): void {
    this.counts.measure({
      all: () => this.held.values().map(followed),
      get: (channel) => {
        const present = this.held.get(channel);
        return present && followed(present);
      },
      users: () => this.own.online.size,
    });
  }

  private countedStore(): typeof NO_STORE {
    if (this.store === null) return NO_STORE;
    const tallyOf = (channel: string): MemberTally => this.counts.of(this.registry.match(channel)!.descriptor.name);
    return countedStore(this.store, this.counts.users, tallyOf);
  }

  private begin(match: ChannelMatch): PresentChannel {
    const presence = match.registered.presence!;
    const terms = this.termsOf(presence);
    const store = this.store!;
    const slow = match.descriptor.slowConsumer ?? this.options.slowConsumer;
    const channel = new PresentChannel({
      ...{ match, presence, terms, server: this.server, dropsForSlow: slow === 'drop' },
      tally: this.counts.of(match.descriptor.name),
      read: () => store.read(match.name),
      ownId: () => store.nodeId,
      own: () => this.own.in(match.name),
      openOwn: () => this.own.open(match.name, terms),
    });
    // Users within their grace were here before.
    for (const [userId, entry] of this.own.in(match.name)?.entries ?? []) channel.setOwn({ userId, entry });
    return channel;
  }

  private termsOf({ graceMs, gatherMs }: RegisteredPresence): PresenceTerms {
    const { presenceGrace, presenceGather } = this.options;
    return { graceMs: graceMs ?? presenceGrace, gatherMs: gatherMs ?? presenceGather };
  }

  private ownEvents(): ConstructorParameters<typeof OwnMembers>[1] {
    return {
      size: (channel) => this.held.get(channel)?.members.size ?? 0,
      changed: (channel, change) => this.held.get(channel)?.setOwn(change),
      gathered: () => undefined,
      edges: (channel, { joined, left }) => {
        const match = this.registry.match(channel);
        if (match === null) return;
        for (const each of joined) this.edges.joined(match, each);
        for (const each of left) this.edges.left(match, each);
      },
      onlineChanged: (userIds) => this.tellWatchers(userIds),
      online: ({ joined, left }) => {
        for (const { userId } of joined) this.edges.online(userId);
        for (const { userId } of left) this.edges.offline(userId);
      },
    };
  }

  private sink(): PresenceSink {
    return {
      receive: (diff: PresenceDiff) => this.held.get(diff.channel)?.receive(diff),
      swept: (channel, left) => {
        const match = this.registry.match(channel);
        if (match !== null) for (const each of left) this.edges.left(match, each);
      },
      offline: (userIds) => {
        this.tellWatchers(userIds);
        for (const userId of userIds) this.edges.offline(userId);
      },
      forgotten: () => void this.own.applyAll(),
    };
  }

  /** Never rejects. A channel whose version is unknown is compared the next time. */
  private async checkVersions(): Promise<void> {
    const live = this.held.values().filter((channel) => channel.isLive);
    for (let from = 0; from < live.length; from += AT_ONCE) {
      const some = live.slice(from, from + AT_ONCE);
      const versions = await this.store!.versions(some.map(({ name }) => name)).catch(() => []);
      versions.forEach((version, n) => some[n].check(version));
    }
  }
}

function followed({ parts, members }: PresentChannel): FollowedMembers {
  return { template: parts.match.descriptor.name, size: members.size };
}

/** Stands for the store of a broker that has none. Without one, no channel may declare presence. */
const NO_STORE: Pick<IRealtimePresenceStore, 'apply' | 'setOnline'> = {
  apply: () => Promise.resolve({ version: 0, joined: [], left: [] }),
  setOnline: () => Promise.resolve({ joined: [], left: [] }),
};
