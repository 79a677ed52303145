// Which users do clients watch, and what do they hear of them? Only whether they are online, and only what the application lets them know.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { FRAMES } from '@nestjs-realtime/contract';
import { type IRealtimePresenceStore } from '../broker/presence.store.js';
import { IRealtimeBroker } from '../broker/realtime.broker.js';
import type { LiveConnection } from '../connections/live.connection.js';
import { RealtimeCounters } from '../connections/realtime.counters.js';
import { RealtimeOptions } from '../realtime.options.js';
import { OnlineHints } from './online.hints.js';
import { PresenceChannels } from './presence.channels.js';

/** How long hints are gathered before the store is asked, in milliseconds. */
const GATHER = 50;
/** A hint may be lost, so the store is asked from time to time; in milliseconds. */
const TICK = 15_000;
/** Users in one question. */
const AT_ONCE = 500;

interface Watched {
  readonly watchers: Set<LiveConnection>;
  /** As clients were told last. */
  isOnline: boolean;
}

/** Hints say which users to ask about; what clients hear is what the store answers. */
@Injectable()
export class WatchLists implements OnApplicationShutdown {
  private readonly users = new Map<string, Watched>();
  private readonly lists = new Map<LiveConnection, ReadonlySet<string>>();
  private readonly hinted = new Set<string>();
  private readonly store: IRealtimePresenceStore | null;
  private gathering: NodeJS.Timeout | null = null;
  private ticking: NodeJS.Timeout | null = null;

  constructor(
    broker: IRealtimeBroker,
    private readonly channels: PresenceChannels,
    private readonly hints: OnlineHints,
    private readonly options: RealtimeOptions,
    counters: RealtimeCounters,
  ) {
    this.store = broker.presenceStore();
    counters.watch('watchLists', () => this.lists.size);
    hints.onHint((userIds) => this.hint(userIds));
    channels.watchOnline((userIds) => this.hint(userIds));
  }

  /** Replaces the list of a connection. Resolves with those who are online; the client is told of later changes. Rejects with `UNAVAILABLE`. */
  async watch(connection: LiveConnection, userIds: readonly string[]): Promise<readonly string[]> {
    if (this.store === null || userIds.length === 0) {
      this.forget(connection);
      return [];
    }
    // Before the question, so that a change behind it is told.
    this.replace(connection, new Set(userIds));
    this.ticking ??= setInterval(() => void this.ask([...this.users.keys()]), TICK).unref();
    await this.hints.ready();
    await this.channels.own.online.flush();
    const online = new Set(await this.store.onlineAmong(userIds));
    // What the answer says differs for others who watch the same users, who are told.
    this.apply(userIds, online, connection);
    return userIds.filter((userId) => online.has(userId));
  }

  /** The rights of a connection have been checked: it may watch these, and is told what this changes. Rejects with `UNAVAILABLE`. */
  async renew(connection: LiveConnection, userIds: readonly string[]): Promise<void> {
    const before = new Set(this.lists.get(connection));
    const kept = new Set(userIds);
    const offline = [...before].filter((userId) => !kept.has(userId) && this.users.get(userId)?.isOnline === true);
    const added = userIds.filter((userId) => !before.has(userId));
    this.replace(connection, kept);
    const found = new Set(added.length === 0 ? [] : await this.store!.onlineAmong(added));
    this.apply(added, found, connection);
    if (offline.length + found.size > 0) connection.announce(FRAMES.ONLINE, { online: [...found], offline });
  }

  /** The connection has ended, or watches no one any more. */
  forget(connection: LiveConnection): void {
    this.replace(connection, new Set());
  }

  /** What was told while the node heard nothing may be missing. */
  rejoined(): void {
    void this.ask([...this.users.keys()]);
  }

  onApplicationShutdown(): void {
    if (this.gathering !== null) clearTimeout(this.gathering);
    if (this.ticking !== null) clearInterval(this.ticking);
    this.gathering = this.ticking = null;
  }

  private replace(connection: LiveConnection, list: ReadonlySet<string>): void {
    for (const userId of this.lists.get(connection) ?? []) {
      if (list.has(userId)) continue;
      const watched = this.users.get(userId)!;
      watched.watchers.delete(connection);
      if (watched.watchers.size === 0) this.users.delete(userId);
    }
    for (const userId of list) {
      const watched = this.users.get(userId) ?? { watchers: new Set(), isOnline: false };
      watched.watchers.add(connection);
      this.users.set(userId, watched);
    }
    if (list.size === 0) this.lists.delete(connection);
    else this.lists.set(connection, list);
    this.hints.want(this.lists.size > 0);
  }

  /** Security note: other processes can write hints, so they are believed only as far as to ask. */
  private hint(userIds: readonly string[]): void {
    for (const userId of userIds) if (this.users.has(userId)) this.hinted.add(userId);
    if (this.hinted.size === 0) return;
    this.gathering ??= setTimeout(
      () => {
        this.gathering = null;
        const asked = [...this.hinted];
        this.hinted.clear();
        void this.ask(asked);
      },
      Math.min(GATHER, this.options.presenceGather),
    ).unref();
  }

  /** Never rejects. What is unknown is asked the next time. */
  private async ask(userIds: readonly string[]): Promise<void> {
    for (let from = 0; from < userIds.length; from += AT_ONCE) {
      const some = userIds.slice(from, from + AT_ONCE);
      try {
        this.apply(some, new Set(await this.store!.onlineAmong(some)), null);
      } catch {
        return;
      }
    }
  }

  /** Tells the watchers of those who have come or gone, except one, which gets it as an answer. */
  private apply(userIds: readonly string[], online: ReadonlySet<string>, except: LiveConnection | null): void {
    const frames = new Map<LiveConnection, { readonly online: string[]; readonly offline: string[] }>();
    for (const userId of userIds) {
      const watched = this.users.get(userId);
      if (watched === undefined || watched.isOnline === online.has(userId)) continue;
      watched.isOnline = !watched.isOnline;
      for (const watcher of watched.watchers) {
        if (watcher === except) continue;
        const frame = frames.get(watcher) ?? { online: [], offline: [] };
        frames.set(watcher, frame);
        (watched.isOnline ? frame.online : frame.offline).push(userId);
      }
    }
    for (const [watcher, frame] of frames) watcher.announce(FRAMES.ONLINE, frame);
  }
}
