// Which users does this node have in one place, and what has it told the store? Changes are gathered, and sent one call after another.
import type { ToldMember, PresenceChange, PresenceEdges, PresenceEntry } from '../broker/presence.store.js';
import { isSameData, type MemberEdges } from './member-diff.js';

/** Users in one call. */
const PIECE = 500;
/** With more users than this, changes are gathered for longer; in milliseconds. */
export const MANY_MEMBERS = 1_000;
export const SLOW_GATHER = 1_000;
/** Until a call is repeated that the store has not answered, in milliseconds. */
const RETRY_PAUSE = 1_000;

export interface OwnUsersParts {
  readonly graceMs: number;
  readonly gatherMs: number;
  /** Users here, on all nodes. */
  readonly size: () => number;
  readonly apply: (changes: readonly PresenceChange[]) => Promise<PresenceEdges>;
  /** At once, before the store knows. Does not throw. */
  readonly changed: (change: PresenceChange) => void;
  /** Changes were gathered, and go to the store now. Does not throw. */
  readonly gathered: () => void;
  /** Users who have joined or left, in the whole cluster. Does not throw. */
  readonly edges: (edges: MemberEdges) => void;
  /** Nothing is on its way to the store. Does not throw. */
  readonly settled?: () => void;
}

/** What is known of a user who enters. */
export interface Entering {
  /** When the user has joined, if they are on another node already; in milliseconds since 1970. */
  readonly since?: number | undefined;
  readonly data?: unknown;
}

interface OwnUser {
  entry: PresenceEntry;
  /** The last connection was lost, and the user may come back until then. */
  grace: NodeJS.Timeout | null;
}

export class OwnUsers {
  private readonly users = new Map<string, OwnUser>();
  private readonly changes = new Set<string>();
  /** Users that the store may have from this node, as they were sent last; null if it was found there. */
  private readonly stored = new Map<string, PresenceEntry | null>();
  private timer: NodeJS.Timeout | null = null;
  private sending: Promise<void> | null = null;
  private isClosed = false;

  constructor(private readonly parts: OwnUsersParts) {}

  /** Whether nothing is left to remember. */
  get isEmpty(): boolean {
    return this.users.size + this.changes.size + this.stored.size === 0 && this.sending === null;
  }

  /** Users here on this node, those within their grace too. */
  get size(): number {
    return this.users.size;
  }

  /** One connection more. */
  enter(userId: string, { since, data }: Entering = {}): void {
    const user = this.users.get(userId);
    const now = Date.now();
    if (user === undefined) {
      const entry = {
        connections: 1,
        since: Math.min(since ?? now, now),
        setAt: now,
        ...(data !== undefined && { data }),
      };
      this.users.set(userId, { entry, grace: null });
      return this.change(userId);
    }
    const { entry } = user;
    const isBack = user.grace !== null;
    if (user.grace !== null) clearTimeout(user.grace);
    user.grace = null;
    const connections = isBack ? 1 : entry.connections + 1;
    const isOther = data !== undefined && !isSameData(data, entry.data);
    if (connections === entry.connections && !isOther) return;
    user.entry = { ...entry, connections, ...(isOther && { data, setAt: now }) };
    this.change(userId);
  }

  /** One connection less. `isLost`: it has not left by itself, and no right was taken back, so the user may come back within the grace. */
  leave(userId: string, isLost: boolean): void {
    const user = this.users.get(userId);
    if (user === undefined || user.grace !== null) return;
    if (user.entry.connections > 1) {
      user.entry = { ...user.entry, connections: user.entry.connections - 1 };
      return this.change(userId);
    }
    if (!isLost || this.parts.graceMs === 0) return this.remove(userId);
    user.grace = setTimeout(() => this.remove(userId), this.parts.graceMs).unref();
  }

  /** The user may not come back any more: without a connection here, they leave at once. */
  endGrace(userId: string): void {
    if (this.users.get(userId)?.grace) this.remove(userId);
  }

  /** Whatever connections there are, and within the grace. */
  remove(userId: string): void {
    const user = this.users.get(userId);
    if (user === undefined) return;
    if (user.grace !== null) clearTimeout(user.grace);
    this.users.delete(userId);
    this.change(userId);
  }

  /** Whether the user is here. */
  update(userId: string, data: unknown): boolean {
    const user = this.users.get(userId);
    if (user === undefined) return false;
    if (isSameData(user.entry.data, data)) return true;
    // Later than any before it, so that it counts on all nodes.
    const setAt = Math.max(Date.now(), user.entry.setAt + 1);
    user.entry = { ...user.entry, data, setAt };
    this.change(userId);
    return true;
  }

  /** What this node has of its users now. */
  get entries(): ReadonlyMap<string, PresenceEntry> {
    return new Map(Array.from(this.users, ([userId, { entry }]) => [userId, entry]));
  }

  /** Another node has newer data of a user who is here as well. It remains when the user is only here. */
  adopt(userId: string, { data, setAt }: PresenceEntry): void {
    const user = this.users.get(userId);
    if (user === undefined || setAt <= user.entry.setAt) return;
    const { data: _data, ...entry } = user.entry;
    user.entry = { ...entry, setAt, ...(data !== undefined && { data }) };
    this.change(userId);
  }

  /** Whether the store lacks users that it was told of, and that are still here. */
  isLackedBy(found: ReadonlyMap<string, PresenceEntry | null>): boolean {
    return [...this.stored.keys()].some((userId) => this.users.has(userId) && !found.has(userId));
  }

  /** What the store has of this node. What differs is applied again, and what is not of this node is taken out. */
  reconcile(found: ReadonlyMap<string, PresenceEntry | null>): void {
    for (const userId of found.keys()) {
      if (this.users.has(userId)) continue;
      this.stored.set(userId, null);
      this.changes.add(userId);
    }
    for (const [userId, { entry }] of this.users) {
      const stored = found.get(userId);
      if (stored === undefined || stored === null || !isSame(stored, entry)) this.changes.add(userId);
    }
    this.schedule(this.pause);
  }

  /** The store knows nothing of this node any more. Resolves when it has been told everything, or does not answer. */
  async applyAll(): Promise<void> {
    this.stored.clear();
    for (const userId of this.users.keys()) this.changes.add(userId);
    await this.flush();
  }

  /** Sends what waits. Resolves when it was sent, or the store does not answer. */
  async flush(): Promise<void> {
    await this.sending;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    await this.send();
  }

  /** Nothing happens any more, and what the store has remains. */
  close(): void {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    for (const { grace } of this.users.values()) if (grace !== null) clearTimeout(grace);
  }

  private get pause(): number {
    const { gatherMs, size } = this.parts;
    return size() > MANY_MEMBERS ? Math.max(gatherMs, SLOW_GATHER) : gatherMs;
  }

  private change(userId: string): void {
    if (this.isClosed) return;
    this.changes.add(userId);
    this.parts.changed({ userId, entry: this.users.get(userId)?.entry ?? null });
    this.schedule(this.pause);
  }

  private schedule(pause: number): void {
    if (this.isClosed || this.timer !== null || this.sending !== null || this.changes.size === 0) return;
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.send();
    }, pause).unref();
  }

  private async send(): Promise<void> {
    if (this.sending !== null || this.isClosed) return;
    this.parts.gathered();
    let isAnswered = true;
    this.sending = this.sendAll().catch(() => void (isAnswered = false));
    await this.sending;
    this.sending = null;
    this.parts.settled?.();
    this.schedule(isAnswered ? this.pause : RETRY_PAUSE);
  }

  /** All that has changed until now, in pieces. */
  private async sendAll(): Promise<void> {
    const userIds = [...this.changes];
    for (let first = 0; first < userIds.length; first += PIECE) {
      await this.sendPiece(userIds.slice(first, first + PIECE));
    }
  }

  private async sendPiece(userIds: readonly string[]): Promise<void> {
    const changes: PresenceChange[] = [];
    const last = new Map<string, PresenceEntry | null>();
    for (const userId of userIds) {
      this.changes.delete(userId);
      const entry = this.users.get(userId)?.entry ?? null;
      // Who has come and gone in between is unknown to the store.
      if (entry === null && !this.stored.has(userId)) continue;
      last.set(userId, entry ?? this.stored.get(userId)!);
      if (entry !== null) this.stored.set(userId, entry);
      changes.push({ userId, entry });
    }
    if (changes.length === 0) return;
    try {
      const { joined, left } = await this.parts.apply(changes);
      for (const { userId, entry } of changes) if (entry === null) this.stored.delete(userId);
      const known = (userId: string): ToldMember => ({ userId, entry: last.get(userId) ?? null });
      if (joined.length + left.length > 0) this.parts.edges({ joined: joined.map(known), left: left.map(known) });
    } catch (error) {
      for (const userId of userIds) this.changes.add(userId);
      throw error;
    }
  }
}

function isSame(one: PresenceEntry, other: PresenceEntry): boolean {
  const { connections, since, setAt } = other;
  const isSameEntry = one.connections === connections && one.since === since && one.setAt === setAt;
  return isSameEntry && isSameData(one.data, other.data);
}
