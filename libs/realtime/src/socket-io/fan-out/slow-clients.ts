// Which clients are slow? Those that take less than the limit within a second while more than the limit waits for them.
import type { Socket as EngineSocket } from 'engine.io';
import type { Backlogs } from './backlogs.js';

/** Milliseconds in which a client must take as much as may wait for it. */
const WINDOW = 1_000;
/** A timer that fires later than this found no turn of the event loop, so the client had none either. */
const LATE = 100;
/** How many times the limit may wait for a client that has not been judged yet: what a job broadcasts in one turn, and bounds its memory. */
const MOST_LIMITS = 8;

/** A client for which more than the limit has waited. */
interface Watch {
  /** The channel whose event was the first above the limit. */
  readonly channel: string;
  readonly since: number;
  dueAt: number;
  /** What the client had taken when the window began, in bytes. */
  taken: number;
  isSlow: boolean;
  timer: NodeJS.Timeout;
}

/** Is told once of each client that turns out to be slow, never within a write. */
export type Judgement = (conn: EngineSocket, channel: string) => void;

/**
 * Bytes that have had no turn of the event loop say nothing about a client. So more than the limit may wait for some time, and the client
 * is judged by what it takes.
 */
export class SlowClients {
  private readonly watched = new Map<EngineSocket, Watch>();

  constructor(
    private readonly backlogs: Backlogs,
    private readonly limit: number,
    private readonly judged: Judgement,
  ) {}

  /** Clients that are watched. */
  get size(): number {
    return this.watched.size;
  }

  /** Whether a client for which more than the limit waits has still to be judged. */
  get isAnyBehind(): boolean {
    for (const [conn, { isSlow }] of this.watched) if (!isSlow && this.backlogs.bytesOf(conn) > this.limit) return true;
    return false;
  }

  /** Whether an event that takes a client above the limit may wait nevertheless. */
  mayWait(conn: EngineSocket, bytes: number, channel: string): boolean {
    const watch = this.watched.get(conn);
    if (watch?.isSlow === true || this.backlogs.bytesOf(conn) + bytes > MOST_LIMITS * this.limit) return false;
    if (watch === undefined) this.watch(conn, channel);
    return true;
  }

  /** Whether too many answers wait for a client that goes on asking. */
  isDeaf(conn: EngineSocket): boolean {
    return this.backlogs.isDeaf(conn, this.watched.has(conn) ? MOST_LIMITS * this.limit : this.limit);
  }

  /** Milliseconds for which more than the limit has waited. */
  behindFor(conn: EngineSocket): number {
    const watch = this.watched.get(conn);
    return watch === undefined ? 0 : Math.round(performance.now() - watch.since);
  }

  private watch(conn: EngineSocket, channel: string): void {
    const now = performance.now();
    const watch: Watch = {
      channel,
      since: now,
      dueAt: now + WINDOW,
      taken: this.backlogs.takenBy(conn),
      isSlow: false,
      timer: setInterval(() => this.judge(conn, watch), WINDOW).unref(),
    };
    this.watched.set(conn, watch);
    conn.once('close', () => this.forget(conn, watch));
  }

  private judge(conn: EngineSocket, watch: Watch): void {
    if (this.backlogs.bytesOf(conn) <= this.limit) return this.forget(conn, watch);
    const now = performance.now();
    const taken = this.backlogs.takenBy(conn);
    const hadTurns = now - watch.dueAt < LATE;
    const isSlow = hadTurns && taken - watch.taken < this.limit;
    watch.dueAt = now + WINDOW;
    watch.taken = taken;
    if (!isSlow || watch.isSlow) return;
    watch.isSlow = true;
    this.judged(conn, watch.channel);
  }

  private forget(conn: EngineSocket, watch: Watch): void {
    clearInterval(watch.timer);
    this.watched.delete(conn);
  }
}
