// What was revoked while something was still being admitted? Without this, authorize-then-join races a revocation (docs/hardening.md#8).
import { Injectable } from '@nestjs/common';
import type { RealtimeUser } from '../authorization/realtime-user.js';

/** Every channel, but not the connection. */
export const ANY_CHANNEL = Symbol('any channel');

/** What a revocation concerns; a field that is absent concerns everything. */
export interface RevocationScope {
  readonly userId?: string;
  readonly sessionId?: string;
  /** Concrete channel name; `ANY_CHANNEL` for all of them; absent means the connection itself and all its channels. */
  readonly channel?: string | typeof ANY_CHANNEL;
}

/** An admission under way. */
export interface PendingAdmission {
  /** The ledger's clock when it was opened. */
  since: number;
}

interface Entry {
  readonly at: number;
  /** Whether the admission is void, or must only be judged again. */
  readonly kind: 'revoked' | 'stale';
  readonly scope: RevocationScope;
}

/** A short memory: it reaches back to the oldest admission still under way, and is empty when there is none. */
@Injectable()
export class RevocationLedger {
  private clock = 0;
  /** Oldest first. */
  private entries: Entry[] = [];
  /** The same entries by the user or the session they concern, so that an admission reads only those about itself. */
  private readonly byOwner = new Map<string, Entry[]>();
  /** Oldest first. */
  private readonly pending = new Set<PendingAdmission>();

  /** Admissions under way. */
  get size(): number {
    return this.pending.size;
  }

  /** Opens an admission, or opens it again. Everything recorded from now on counts against it, until `close`. */
  open<Admission extends PendingAdmission>(admission: Admission): Admission {
    this.close(admission);
    admission.since = this.clock;
    this.pending.add(admission);
    return admission;
  }

  /** More calls change nothing. */
  close(admission: PendingAdmission): void {
    if (!this.pending.delete(admission) || this.entries.length === 0) return;
    const [oldest] = this.pending;
    const kept = oldest === undefined ? -1 : this.entries.findIndex(({ at }) => at > oldest.since);
    this.forget(kept === -1 ? this.entries.length : kept);
  }

  record(kind: Entry['kind'], scope: RevocationScope): void {
    this.clock++;
    if (this.pending.size === 0) return;
    const entry = { at: this.clock, kind, scope };
    this.entries.push(entry);
    const owner = ownerOf(scope);
    const known = this.byOwner.get(owner);
    if (known === undefined) this.byOwner.set(owner, [entry]);
    else known.push(entry);
  }

  /** What has happened to an admission since it was opened. */
  verdict(
    admission: PendingAdmission,
    user: RealtimeUser | null,
    channel: string | null,
  ): 'stands' | 'stale' | 'revoked' {
    if (this.entries.length === 0) return 'stands';
    let verdict: 'stands' | 'stale' = 'stands';
    for (const owner of ownersOf(user)) {
      for (const { at, kind, scope } of this.byOwner.get(owner) ?? []) {
        if (at <= admission.since || !concerns(scope, user, channel)) continue;
        if (kind === 'revoked') return 'revoked';
        verdict = 'stale';
      }
    }
    return verdict;
  }

  /** Drops that many of the oldest entries. */
  private forget(count: number): void {
    for (const { scope } of this.entries.splice(0, count)) {
      const owner = ownerOf(scope);
      const known = this.byOwner.get(owner)!;
      known.shift();
      if (known.length === 0) this.byOwner.delete(owner);
    }
  }
}

const EVERYBODY = '*';

function ownerOf({ userId, sessionId }: RevocationScope): string {
  if (userId !== undefined) return `user ${userId}`;
  return sessionId === undefined ? EVERYBODY : `session ${sessionId}`;
}

/** The owners whose entries can concern a user. */
function ownersOf(user: RealtimeUser | null): string[] {
  if (user === null) return [EVERYBODY];
  const { userId, sessionId } = user;
  return [EVERYBODY, ownerOf({ userId }), ...(sessionId === undefined ? [] : [ownerOf({ sessionId })])];
}

function concerns(scope: RevocationScope, user: RealtimeUser | null, channel: string | null): boolean {
  if (scope.userId !== undefined && scope.userId !== user?.userId) return false;
  if (scope.sessionId !== undefined && scope.sessionId !== user?.sessionId) return false;
  if (scope.channel === ANY_CHANNEL) return channel !== null;
  return scope.channel === undefined || scope.channel === channel;
}
