// What was revoked while an admission was under way? Without the answer, authorize-then-join races a revocation (docs/hardening.md#8).
import { Injectable } from '@nestjs/common';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { LiveConnection } from '../connections/live.connection.js';

/** Every channel, but not the connection. */
export const ANY_CHANNEL = Symbol('any channel');

/** What a revocation concerns. An absent field matches everything. */
export interface RevocationScope {
  readonly userId?: string;
  readonly sessionId?: string;
  readonly connectionId?: string;
  /** Concrete channel name, or `ANY_CHANNEL` for all channels. Without it the scope covers the connection itself and all its channels. */
  readonly channel?: string | typeof ANY_CHANNEL;
}

/** An admission under way. */
export interface PendingAdmission {
  /** The ledger's clock when it was opened. */
  since: number;
}

interface Entry {
  readonly at: number;
  /** `revoked`: the admission is void. `stale`: it must be checked again. */
  readonly kind: 'revoked' | 'stale';
  readonly scope: RevocationScope;
}

/** Keeps revocations back to the oldest admission under way, and none when no admission is under way. */
@Injectable()
export class RevocationLedger {
  private clock = 0;
  /** Oldest first. */
  private entries: Entry[] = [];
  /** The same entries by user or session, so that an admission reads only those that can concern it. */
  private readonly byOwner = new Map<string, Entry[]>();
  /** Oldest first. */
  private readonly pending = new Set<PendingAdmission>();

  /** Admissions under way. */
  get size(): number {
    return this.pending.size;
  }

  /** Opens an admission, or opens it again. Every entry recorded from now on counts against it, until `close`. */
  open<Admission extends PendingAdmission>(admission: Admission): Admission {
    this.close(admission);
    admission.since = this.clock;
    this.pending.add(admission);
    return admission;
  }

  /** Further calls have no effect. */
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
    { id, user }: Pick<LiveConnection, 'id' | 'user'>,
    channel: string | null,
  ): 'holds' | 'stale' | 'revoked' {
    if (this.entries.length === 0) return 'holds';
    let verdict: 'holds' | 'stale' = 'holds';
    for (const owner of ownersOf(id, user)) {
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

const ANY_USER = '*';

function ownerOf({ userId, sessionId, connectionId }: RevocationScope): string {
  if (userId !== undefined) return `user ${userId}`;
  if (connectionId !== undefined) return `connection ${connectionId}`;
  return sessionId === undefined ? ANY_USER : `session ${sessionId}`;
}

/** The owners whose entries can concern a connection and its user. */
function ownersOf(connectionId: string, user: RealtimeUser | null): string[] {
  const own = [ANY_USER, ownerOf({ connectionId })];
  if (user === null) return own;
  const { userId, sessionId } = user;
  return [...own, ownerOf({ userId }), ...(sessionId === undefined ? [] : [ownerOf({ sessionId })])];
}

function concerns(scope: RevocationScope, user: RealtimeUser | null, channel: string | null): boolean {
  if (scope.userId !== undefined && scope.userId !== user?.userId) return false;
  if (scope.sessionId !== undefined && scope.sessionId !== user?.sessionId) return false;
  if (scope.channel === ANY_CHANNEL) return channel !== null;
  return scope.channel === undefined || scope.channel === channel;
}
