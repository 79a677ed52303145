// Who is in a channel, as this node knows it? Its own users at once, those of other nodes as the diffs of the store tell, in their order.
import type { Member } from '@nestjs-realtime/contract';
import type { PresenceChange, PresenceDiff, PresenceEntry, PresencePage } from '../broker/presence.store.js';
import { isSameMember, type MemberDiff, mergedMember } from './member-diff.js';

/** Diffs that wait while all members are read. With more, they are read once more. */
const MOST_WAITING = 1_000;
/** How replies may have shown a user since the last diff. */
interface Shown {
  readonly last: Member | undefined;
  /** Whether some of them showed the user otherwise than clients were told. */
  readonly isOther: boolean;
}

/** Stands for this node. No node has this name. */
const OWN = '';

/**
 * `members` at any time, and each later `flush()` folded onto it, give `members` again: `joined` and `updated` set a member, `left` removes one.
 */
export class MergedMembers {
  /** By user, by node. */
  private readonly entries = new Map<string, Map<string, PresenceEntry>>();
  private readonly merged = new Map<string, Member>();
  /** As clients know them, and users that may be another way now. */
  private readonly told = new Map<string, Member>();
  private readonly changed = new Set<string>();
  /** Whether replies may show what clients have not been told, and users that were another way in some of them: as they were then. */
  private isShown = false;
  private readonly shown = new Map<string, Shown>();
  private list: readonly Member[] | null = null;
  private version = 0;
  private isCurrent = false;
  private waiting: PresenceDiff[] = [];

  /** `ownId` says what this node is called in diffs and pages. */
  constructor(private readonly ownId: () => string) {}

  /** Whether no diff is known to be missing. Else all members have to be read. */
  get isLive(): boolean {
    return this.isCurrent;
  }

  get size(): number {
    return this.merged.size;
  }

  /** A stable list until the next change. */
  get members(): readonly Member[] {
    this.isShown = true;
    return (this.list ??= [...this.merged.values()]);
  }

  get(userId: string): Member | undefined {
    return this.merged.get(userId);
  }

  /** What this node knows of its own user, before the store does. */
  setOwn({ userId, entry }: PresenceChange): void {
    this.set(userId, OWN, entry);
    this.merge(userId);
  }

  /** Diffs of this node only count: it knows its own users better. */
  take(diff: PresenceDiff): void {
    if (!this.isCurrent) this.wait(diff);
    else if (diff.version > this.version && diff.previous === this.version) this.fold(diff);
    else if (diff.version > this.version) {
      this.isCurrent = false;
      this.wait(diff);
    }
  }

  /** The store has this version. Where this node has another one, it has missed a diff. */
  check(version: number): void {
    if (version !== this.version) this.isCurrent = false;
  }

  /** Diffs may have been lost: all members have to be read. */
  lose(): void {
    this.isCurrent = false;
  }

  /** A read begins. It has what waits, because a diff is stored before it is sent. */
  reading(): void {
    this.waiting = [];
  }

  /**
   * All members, as the read has them that began last, after the latest `watch` of the channel. They are live then, or have to be read again.
   * `keepsMissing`: what is known of a node that the page lacks remains.
   */
  replace({ version, byNode }: PresencePage, keepsMissing = false): void {
    const touched = new Set<string>();
    for (const [userId, nodes] of this.entries) {
      for (const node of nodes.keys()) {
        if (node === OWN || (keepsMissing && !byNode.has(node))) continue;
        nodes.delete(node);
        touched.add(userId);
      }
    }
    const own = this.ownId();
    for (const [node, users] of byNode) {
      if (node === own) continue;
      for (const [userId, entry] of users) {
        if (entry === null) continue;
        this.set(userId, node, entry);
        touched.add(userId);
      }
    }
    for (const userId of touched) this.merge(userId);
    this.version = version;
    this.isCurrent = true;
    for (const diff of this.waiting.splice(0)) this.take(diff);
  }

  /** What clients have not heard yet; null if nothing. */
  flush(): MemberDiff | null {
    const [joined, updated, left]: [Member[], Member[], Member[]] = [[], [], []];
    for (const userId of this.changed) {
      const before = this.told.get(userId);
      const now = this.merged.get(userId);
      if (now === undefined) this.told.delete(userId);
      else this.told.set(userId, now);
      const shown = this.shown.get(userId);
      const gone = before ?? shown?.last;
      if (now !== undefined && before === undefined) joined.push(now);
      else if (now === undefined && gone !== undefined) left.push(gone);
      else if (before && now && (shown?.isOther === true || !isSameMember(before, now))) updated.push(now);
    }
    this.changed.clear();
    this.shown.clear();
    this.isShown = false;
    return joined.length + updated.length + left.length === 0 ? null : { joined, updated, left };
  }

  private wait(diff: PresenceDiff): void {
    // The gap that this leaves is found when the next one is taken.
    if (this.waiting.length === MOST_WAITING) this.waiting = [];
    this.waiting.push(diff);
  }

  private fold({ version, nodeId, changes }: PresenceDiff): void {
    this.version = version;
    if (nodeId === this.ownId()) return;
    for (const { userId, entry } of changes) {
      this.set(userId, nodeId, entry);
      this.merge(userId);
    }
  }

  private shownNow(userId: string): Shown {
    const [before, now, earlier] = [this.told.get(userId), this.merged.get(userId), this.shown.get(userId)];
    const isSame = before !== undefined && now !== undefined && isSameMember(before, now);
    return { last: now ?? earlier?.last, isOther: earlier?.isOther === true || !isSame };
  }

  private set(userId: string, node: string, entry: PresenceEntry | null): void {
    const nodes = this.entries.get(userId);
    if (entry === null) nodes?.delete(node);
    else if (nodes !== undefined) nodes.set(node, entry);
    else this.entries.set(userId, new Map([[node, entry]]));
  }

  private merge(userId: string): void {
    // A reply may have shown what the next diff would pass over.
    if (this.isShown && this.changed.has(userId)) {
      this.shown.set(userId, this.shownNow(userId));
    }
    const nodes = this.entries.get(userId);
    if (nodes === undefined || nodes.size === 0) {
      this.entries.delete(userId);
      if (!this.merged.delete(userId)) return;
    } else {
      this.merged.set(userId, mergedMember(userId, [...nodes.values()]));
    }
    this.changed.add(userId);
    this.list = null;
  }
}
