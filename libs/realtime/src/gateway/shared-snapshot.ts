// How do thousands that subscribe at once get the state of a channel? One call answers them all, and what was delivered since goes with it.
import type { Position } from '@nestjs-realtime/contract';
import type { LoggedEvent, ReplayedEvent } from '../connections/encoded-event.js';
import type { Standing } from './entrance.js';

/** How long an answer is shared, in milliseconds. A failure too: what cannot answer is not asked by each client. */
const SHARED_FOR = 1_000;

/** What is delivered on a channel from one moment on. */
export interface Recording {
  /** Where the log stood at that moment; not given without history. */
  readonly position?: Position;
  readonly recorder: { readonly isBroken: boolean; readonly entries: readonly ReplayedEvent[] };
  end(): void;
}

/** The state of one channel, as of the moment at which the recording has begun. */
export class SharedSnapshot {
  /** Settles with the call. */
  readonly answered: Promise<void>;
  private state: ReplayedEvent | null = null;
  private users = 0;
  private isOver = false;
  private timer: NodeJS.Timeout;

  /** The recording has begun, and `supply` has not been called. After `longest` milliseconds without an answer, others ask again.
   * Calls `over` when it is shared no longer. */
  constructor(
    private readonly recording: Recording,
    supply: () => Promise<LoggedEvent>,
    longest: number,
    private readonly over: () => void,
  ) {
    this.timer = setTimeout(() => this.expire(), longest).unref();
    this.answered = supply().then((event) => void (this.state = { event }));
    this.answered
      .catch(() => undefined)
      .finally(() => this.shareOn())
      .catch(() => undefined);
  }

  /** Whether one who subscribes now may have it. */
  get isCurrent(): boolean {
    return !this.isOver && !this.isBroken;
  }

  /** Whether what was delivered since is no longer complete. */
  get isBroken(): boolean {
    return this.recording.recorder.isBroken;
  }

  /** It lives until as many calls of `release`. */
  hold(): this {
    this.users++;
    return this;
  }

  release(): void {
    this.users--;
    if (this.isOver && this.users === 0) this.recording.end();
  }

  /** Nothing more is shared. Those that hold it may still take it. */
  expire(): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.timer);
    this.over();
    if (this.users === 0) this.recording.end();
  }

  /** The state, and what was delivered since; null before the answer, and where something is missing. */
  standing(): Standing | null {
    const { state, recording } = this;
    if (state === null || this.isBroken) return null;
    const { position, recorder } = recording;
    return { ...(position && { position }), snapshot: state, entries: recorder.entries };
  }

  private shareOn(): void {
    if (this.isOver) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.expire(), SHARED_FOR).unref();
  }
}
