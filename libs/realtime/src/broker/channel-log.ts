// What has this node delivered of a channel's log, and how does it get what it has missed? Opening, live, or filling a gap.
import type { Position } from '@nestjs-realtime/contract';
import { FrameBuffer } from './frame-buffer.js';
import type { LogEntry, LogFrame, LogPage } from './log-frame.js';
import { LogFollower } from './log-follower.js';
import { LogRecorder } from './log-recorder.js';
import type { RefillCause } from './broker.counts.js';
import type { IRealtimeBroker } from './realtime.broker.js';
import { SharedReads } from './shared-reads.js';

/** The part of a broker that a log needs. */
export type LogSource = Pick<IRealtimeBroker, 'watch' | 'unwatch' | 'read' | 'fork'>;

/** Receives what a log delivers. Must not throw. */
export interface LogListener {
  /** The next entry: in order, without a hole and once each, until `reset`. */
  deliver(entry: LogEntry): void;
  /** What was delivered and what comes do not fit together: what counts offsets has to begin again, in this tick. */
  reset(): void;
  /** What keeps a log from being live, and reads that were shared, for figures. A refill has a cause. */
  noted?(what: 'refill' | 'fork' | 'reset' | 'shared', cause?: RefillCause): void;
}

/** Milliseconds after which a read that has failed is repeated; doubled each time. */
const FIRST_PAUSE = 200;
const LONGEST_PAUSE = 2_000;

/** The log of one channel on one node. `gone` and `rejoined` tell it of the engine. */
export class ChannelLog {
  readonly reads: SharedReads;
  private readonly follower: LogFollower;
  private readonly buffer = new FrameBuffer();
  private readonly recorders = new Set<LogRecorder>();
  private state: 'opening' | 'live' | 'filling' = 'opening';
  private isOpen = false;
  private isClosed = false;
  private isAway = false;
  private isReading = false;
  /** Whether what is being read may be too old. */
  private again = false;
  /** The epoch that the engine was asked to end last. */
  private forked: string | null = null;
  private readonly waiting = new Set<() => void>();
  private wake: (() => void) | null = null;
  /** How often it was asked whether a check is due, since the last frame. */
  private quietTicks = 0;

  constructor(
    readonly channel: string,
    private readonly source: LogSource,
    private readonly listener: LogListener,
  ) {
    this.follower = new LogFollower((entry) => this.deliver(entry));
    this.reads = new SharedReads((from) => source.read(channel, from), listener);
    void this.catchUp();
  }

  /** Whether all that the engine has published so far is delivered, as far as this node has heard. */
  get isLive(): boolean {
    return this.state === 'live';
  }

  get position(): Position {
    return this.follower.position;
  }

  /** Whether an entry that was read is the one that this node has delivered last. If not, the engine has lost what it delivered. */
  endsWith(entry: LogEntry): boolean {
    if (this.follower.endsWith(entry)) return true;
    this.check(null);
    return false;
  }

  /** Calls `then` when the log is live, or closed. What it returns calls it at once: nothing may be kept of those that give up. */
  onLive(then: () => void): () => void {
    if (!this.isLive && !this.isClosed) this.waiting.add(then);
    else then();
    return () => {
      if (this.waiting.delete(then)) then();
    };
  }

  /** Resolves when the log is live, or closed. */
  whenLive(): Promise<void> {
    return new Promise((resolve) => void this.onLive(resolve));
  }

  /** Records what is delivered from now on, up to `mostBytes`. */
  record(mostBytes: number): LogRecorder {
    const recorder: LogRecorder = new LogRecorder(mostBytes, () => void this.recorders.delete(recorder));
    this.recorders.add(recorder);
    return recorder;
  }

  /** Asked at a steady pace. True for every second call for which nothing has come. */
  isDue(): boolean {
    return this.quietTicks++ % 2 === 1;
  }

  receive(frame: LogFrame): void {
    if (this.isClosed) return;
    this.quietTicks = 0;
    if (this.state === 'live') {
      if (this.follower.take(frame)) return;
      void this.catchUp('gap');
    } else if (!this.buffer.push(frame)) {
      this.again = true;
    }
  }

  /** From now on frames may be lost. */
  gone(): void {
    this.isAway = true;
    if (this.state === 'live') this.state = 'filling';
  }

  /** The engine is back, and the log stands there; null if that is unknown. */
  rejoined(position: Position | null): void {
    this.isAway = false;
    this.check(position, 'rejoined');
  }

  /** Catches up unless the log stands where this node does. */
  check(position: Position | null, cause: RefillCause = 'check'): void {
    if (this.isClosed || this.isAway) return;
    if (this.isReading) {
      this.again = true;
      this.wake?.();
    } else if (position === null || !this.follower.stands(position) || !this.settle(NO_PAGE)) {
      void this.catchUp(cause);
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.state = 'filling';
    this.failRecorders();
    this.wake?.();
    this.letGo();
    this.source.unwatch(this.channel);
  }

  /** Reads until nothing is missing. Never rejects; one at a time. */
  private async catchUp(cause: RefillCause = 'check'): Promise<void> {
    if (this.isOpen) this.state = 'filling';
    if (this.isReading) return;
    this.isReading = true;
    let pause = FIRST_PAUSE;
    for (let isDone = false; !isDone && !this.isClosed;) {
      try {
        isDone = this.isOpen ? await this.refill(cause) : await this.open();
        pause = FIRST_PAUSE;
      } catch {
        await this.sleep(pause);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      }
    }
    this.isReading = false;
  }

  /** Every event is in the read, in the buffer, or in both, because the log is read after the watch is confirmed. */
  private async open(): Promise<boolean> {
    await this.source.watch(this.channel);
    const page = await this.readFrom(null);
    if (this.isClosed) return true;
    this.follower.adopt(page);
    this.isOpen = true;
    return this.settle(page);
  }

  private async refill(cause: RefillCause): Promise<boolean> {
    this.listener.noted?.('refill', cause);
    const { epoch, offset } = this.position;
    const page = await this.readFrom(Math.max(1, offset));
    if (this.isClosed) return true;
    const filled = this.follower.fill(page);
    if (filled === 'lost') {
      await this.fork(epoch);
      return false;
    }
    if (filled === 'outdated') this.reset(page);
    return this.settle(page);
  }

  private async fork(epoch: string): Promise<void> {
    if (this.forked === epoch) throw new Error('the engine has not begun a new epoch');
    this.listener.noted?.('fork');
    await this.source.fork(this.channel, epoch);
    this.forked = epoch;
  }

  /** What has come before is in the log by now, or lost, so it need not wait any longer. */
  private readFrom(from: number | null): Promise<LogPage> {
    this.buffer.take();
    this.again = false;
    return this.source.read(this.channel, from);
  }

  private reset(page: LogPage): void {
    this.listener.noted?.('reset');
    this.failRecorders();
    this.listener.reset();
    this.follower.adopt(page);
  }

  /** Delivers what has come meanwhile. Live from now on; false if something is still missing. */
  private settle(page: LogPage): boolean {
    if (this.again) return false;
    for (const frame of this.buffer.take()) {
      if (!this.follower.repeats(frame, page) && !this.follower.take(frame)) return false;
    }
    // What leads to `rejoined` reads again.
    if (this.isAway) {
      this.state = 'filling';
      return true;
    }
    this.state = 'live';
    this.letGo();
    return true;
  }

  private deliver(entry: LogEntry): void {
    for (const recorder of this.recorders) recorder.add(entry);
    this.listener.deliver(entry);
  }

  private failRecorders(): void {
    for (const recorder of this.recorders) recorder.fail();
  }

  private letGo(): void {
    for (const then of this.waiting) then();
    this.waiting.clear();
  }

  private sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds).unref();
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}

const NO_PAGE: LogPage = { epoch: '', top: 0, tag: '', entries: [] };
