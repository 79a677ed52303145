// When are all members of a channel read? When the node begins to follow the channel, and whenever it has missed a diff.
import type { PresenceDiff, PresenceEntry, PresencePage } from '../broker/presence.store.js';
import type { MergedMembers } from './merged-members.js';

/** Between two reads of one channel, in milliseconds. The first ones may come sooner. */
const READ_PAUSE = 1_000;
/** Until a read is repeated that the store has not answered, in milliseconds: so long at first, and so long at most. */
const RETRY_PAUSE = 200;
const LONGEST_PAUSE = 2_000;

/**
 * For nodes to tell again what a store has forgotten, in milliseconds: as long as a node may be silent by default. Until then members of a node
 * that has not come back yet stay, so that no client is told that they have left.
 */
const RETURN = 10_000;

export interface FollowerParts {
  readonly members: MergedMembers;
  readonly read: () => Promise<PresencePage>;
  /** What a read has found of this node. Does not throw. */
  readonly foundOwn: (entries: ReadonlyMap<string, PresenceEntry | null>) => void;
  /** How this node is called in pages. Another name than before means that the store has forgotten it. */
  readonly ownId: () => string;
  /** Whether the store has forgotten what this node has told, as a read shows. Without it, only the name says so. */
  readonly isForgotten?: (entries: ReadonlyMap<string, PresenceEntry | null>) => boolean;
}

const NONE: ReadonlyMap<string, PresenceEntry | null> = new Map();

export class MemberFollower {
  private waiting: (() => void)[] = [];
  private timer: NodeJS.Timeout | null = null;
  private isReading = false;
  private isClosed = false;
  private lastRead = -Infinity;
  private failures = 0;
  private knownAs: string | null = null;
  /** While nodes tell again what the store has forgotten. */
  private returning: NodeJS.Timeout | null = null;

  constructor(private readonly parts: FollowerParts) {}

  /** Resolves once no diff is missing. Call it when the watch of the channel is confirmed. */
  async live(): Promise<void> {
    this.readIfNeeded();
    if (this.parts.members.isLive) return;
    await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  receive(diff: PresenceDiff): void {
    this.parts.members.take(diff);
    this.readIfNeeded();
  }

  /** The store has this version. A channel of which nothing was heard is asked for it from time to time. */
  check(version: number): void {
    this.parts.members.check(version);
    this.readIfNeeded();
  }

  /** Diffs were lost, and come again from now on. */
  rejoined(): void {
    this.parts.members.lose();
    this.readIfNeeded();
  }

  close(): void {
    this.isClosed = true;
    if (this.timer !== null) clearTimeout(this.timer);
    if (this.returning !== null) clearTimeout(this.returning);
    this.settle();
  }

  private readIfNeeded(): void {
    if (this.parts.members.isLive || this.isReading || this.isClosed || this.timer !== null) return;
    const pause = this.failures > 0 ? this.retryPause : this.lastRead + READ_PAUSE - performance.now();
    if (pause <= 0) return void this.read();
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.read();
    }, pause).unref();
  }

  private get retryPause(): number {
    return Math.min(LONGEST_PAUSE, RETRY_PAUSE * 2 ** Math.min(this.failures - 1, 10));
  }

  private async read(): Promise<void> {
    const { members, read, foundOwn } = this.parts;
    this.isReading = true;
    this.lastRead = performance.now();
    members.reading();
    try {
      const page = await read();
      this.failures = 0;
      if (this.isClosed) return;
      const own = this.ownOf(page);
      members.replace(page, this.returning !== null);
      foundOwn(own);
    } catch {
      this.failures++;
    } finally {
      this.isReading = false;
    }
    if (members.isLive) this.settle();
    this.readIfNeeded();
  }

  /** What the page has of this node. The store may have forgotten it, and then it has forgotten the other nodes, too. */
  private ownOf({ byNode }: PresencePage): ReadonlyMap<string, PresenceEntry | null> {
    const { ownId, isForgotten } = this.parts;
    const id = ownId();
    const own = byNode.get(id) ?? NONE;
    if ((this.knownAs !== null && this.knownAs !== id) || isForgotten?.(own) === true) this.awaitReturns();
    this.knownAs = id;
    return own;
  }

  private awaitReturns(): void {
    if (this.returning !== null) clearTimeout(this.returning);
    this.returning = setTimeout(() => {
      this.returning = null;
      this.rejoined();
    }, RETURN).unref();
  }

  private settle(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}
