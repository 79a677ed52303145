// How does one process keep the log of a channel? In a ring of the newest events, with the positions of idempotent publishes.
import type { LoggedEvent } from '../connections/encoded-event.js';
import { type LogEntry, type LogPage, randomName } from './log-frame.js';
import type { LogTerms } from './realtime.broker.js';

/** How long the position of an idempotent publish is remembered, in milliseconds. */
const KEY_LIFE = 300_000;
/** How long it is remembered where a log stood, after its last publish or read, in milliseconds. Clients may come back as late. */
const POSITION_LIFE = 86_400_000;

interface Keyed {
  readonly offset: number;
  readonly until: number;
}

/** Times are those of `performance.now()`, given by the caller. */
export class MemoryLog {
  top = 0;
  tag = '';
  isWatched = false;
  private ring: LogEntry[] = [];
  /** The offset that takes the first place of the ring. */
  private base = 1;
  private expiresAt = Infinity;
  private forgottenAt = 0;
  /** In the order of their ends. */
  private readonly keys = new Map<string, Keyed>();

  constructor(readonly epoch: string) {}

  /** Whether nothing of it can be asked for any more. */
  isOver(now: number): boolean {
    return !this.isWatched && (this.top === 0 || now >= this.forgottenAt);
  }

  /** The offset of an earlier publish with the key. */
  known(key: string, now: number): number | undefined {
    this.sweep(now);
    return this.keys.get(key)?.offset;
  }

  append(event: LoggedEvent, { size, ttlMs, idempotencyKey }: LogTerms, now: number): LogEntry {
    this.sweep(now);
    const entry = { offset: ++this.top, tag: randomName(), event };
    if (this.ring.length < size) this.ring.push(entry);
    else this.ring[(entry.offset - this.base) % size] = entry;
    this.tag = entry.tag;
    this.expiresAt = now + ttlMs;
    this.forgottenAt = now + POSITION_LIFE;
    if (idempotencyKey !== undefined) this.keys.set(idempotencyKey, { offset: entry.offset, until: now + KEY_LIFE });
    return entry;
  }

  read(from: number | null, limit: number, now: number): LogPage {
    this.sweep(now);
    this.forgottenAt = Math.max(this.forgottenAt, now + POSITION_LIFE);
    const { epoch, top, tag } = this;
    return { epoch, top, tag, entries: from === null ? [] : this.entries(from, limit) };
  }

  /** Drops what has expired. */
  sweep(now: number): void {
    for (const [key, { until }] of this.keys) {
      if (until > now) break;
      this.keys.delete(key);
    }
    if (now < this.expiresAt) return;
    this.ring = [];
    this.base = this.top + 1;
    this.expiresAt = Infinity;
  }

  private entries(from: number, limit: number): LogEntry[] {
    const { ring, base, top } = this;
    const first = Math.max(from, top - ring.length + 1);
    const last = Math.min(top, first + limit - 1);
    const entries: LogEntry[] = [];
    for (let offset = first; offset <= last; offset++) entries.push(ring[(offset - base) % ring.length]);
    return entries;
  }
}
