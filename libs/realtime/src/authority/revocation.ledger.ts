// What was revoked while somebody was still being admitted? Without this, authorize-then-join races a revocation (hardening 8).
import { Injectable } from '@nestjs/common';
import type { RealtimeUser } from '../authorization/realtime-user.js';

/** Every channel, but not the connection. */
export const ANY_CHANNEL = Symbol('any channel');

/** Whom a revocation concerns; a field that is absent concerns everybody. */
export interface RevocationScope {
  readonly userId?: string;
  readonly sessionId?: string;
  /** Concrete channel name; `ANY_CHANNEL` for all of them; absent means the connection itself and all its channels. */
  readonly channel?: string | typeof ANY_CHANNEL;
}

/** An admission under way. */
export interface PendingAdmission {
  readonly since: number;
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
  private entries: Entry[] = [];
  private readonly pending = new Set<PendingAdmission>();

  /** Opens an admission. Everything recorded from now on counts against it, until `close`. */
  open(): PendingAdmission {
    const admission = { since: this.clock };
    this.pending.add(admission);
    return admission;
  }

  close(admission: PendingAdmission): void {
    this.pending.delete(admission);
    if (this.entries.length === 0) return;
    const [oldest] = this.pending;
    this.entries = oldest === undefined ? [] : this.entries.filter((entry) => entry.at > oldest.since);
  }

  record(kind: Entry['kind'], scope: RevocationScope): void {
    this.clock++;
    if (this.pending.size > 0) this.entries.push({ at: this.clock, kind, scope });
  }

  /** What has happened to an admission since it was opened. */
  verdict(
    admission: PendingAdmission,
    user: RealtimeUser | null,
    channel: string | null,
  ): 'stands' | 'stale' | 'revoked' {
    if (this.entries.length === 0) return 'stands';
    const concerning = this.entries.filter(({ at, scope }) => at > admission.since && concerns(scope, user, channel));
    if (concerning.some((entry) => entry.kind === 'revoked')) return 'revoked';
    return concerning.length > 0 ? 'stale' : 'stands';
  }
}

function concerns(scope: RevocationScope, user: RealtimeUser | null, channel: string | null): boolean {
  if (scope.userId !== undefined && scope.userId !== user?.userId) return false;
  if (scope.sessionId !== undefined && scope.sessionId !== user?.sessionId) return false;
  if (scope.channel === ANY_CHANNEL) return channel !== null;
  return scope.channel === undefined || scope.channel === channel;
}
