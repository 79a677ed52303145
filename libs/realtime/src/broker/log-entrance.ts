// How does a connection enter a channel with history without a gap? What was read and what was delivered since reach from its offset to the end.
import type { Position } from '@nestjs-realtime/contract';
import type { ChannelLog } from './channel-log.js';
import { bytesOf } from './frame-buffer.js';
import type { LogEntry } from './log-frame.js';
import type { LogRecorder } from './log-recorder.js';
import type { SharedPage } from './shared-reads.js';

/** Where a connection enters the log: it gets what is delivered after `position`, and `entries` before. Holds in the tick of `take` only. */
export interface LogStanding {
  readonly log: ChannelLog;
  readonly position: Position;
  /** Whether nothing is missing between its own position and `position`; undefined if it gave none. */
  readonly recovered?: boolean;
  readonly entries: readonly LogEntry[];
}

/** A read that has missed the newest events is repeated this often; then the connection begins at the end of the log. */
const MOST_READS = 4;
const NONE: readonly LogEntry[] = [];

/** One connection on its way into a channel. Call `close` in any case. */
export class LogEntrance {
  private recorder: LogRecorder | null = null;
  private page: SharedPage | null = null;
  private reads = 0;
  /** Whether what it has missed can still be given to it. */
  private isWithin = true;
  private isClosed = false;
  private stopWaiting: () => void = () => undefined;

  /** `recover` is where it stood when it was a member last. `mostBytes` bounds what it may get. */
  constructor(
    private readonly log: ChannelLog,
    private readonly recover: Position | undefined,
    private readonly mostBytes: number,
    private readonly release: () => void,
  ) {}

  /** Resolves when `take` may succeed. Rejects if the log cannot be read. */
  async prepare(): Promise<void> {
    await new Promise<void>((resolve) => (this.stopWaiting = this.log.onLive(resolve)));
    if (this.isClosed) return;
    if (this.recorder === null || this.recorder.isBroken) this.record();
    if (this.recover === undefined || !this.isMissing(this.recover) || !this.isWithin) return;
    if (this.reads === MOST_READS) {
      this.isWithin = false;
      return;
    }
    this.page = await this.log.reads.from(this.recover.offset + 1, this.reads++ > 0);
  }

  /** Where the connection stands if it becomes a member in this tick; null if it has to `prepare` again. */
  take(): LogStanding | null {
    const { log, recover, recorder } = this;
    if (!log.isLive || recorder === null || recorder.isBroken) return null;
    const { position } = log;
    if (recover === undefined) return { log, position, entries: NONE };
    const isKnown = recover.epoch === position.epoch && recover.offset <= position.offset;
    const entries = isKnown && this.isWithin ? this.missed(recover.offset + 1, position) : NONE;
    return entries && { log, position, recovered: isKnown && this.isWithin, entries };
  }

  close(): void {
    this.isClosed = true;
    this.stopWaiting();
    this.recorder?.end();
    this.recorder = null;
    this.release();
  }

  private record(): void {
    this.recorder?.end();
    this.recorder = this.log.record(this.mostBytes);
    this.page = null;
  }

  /** Whether what was recorded and read so far leaves a gap before the end of the log. */
  private isMissing({ epoch, offset }: Position): boolean {
    const { position } = this.log;
    if (epoch !== position.epoch || offset >= position.offset) return false;
    return this.missed(offset + 1, position) === null;
  }

  /** All entries from `first` to the end; null if some have still to be read. None of them if it cannot have all. */
  private missed(first: number, { offset: last }: Position): readonly LogEntry[] | null {
    if (first > last) return NONE;
    const read = this.pageFrom(first);
    if (!this.isWithin) return NONE;
    const next = first + read.entries.length;
    const recorded = next > last ? NONE : this.recordedFrom(next);
    if (recorded === null) return null;
    // A page may be ahead of what this node has delivered.
    const entries = [...read.entries.slice(0, last - first + 1), ...recorded];
    if (entries.length !== last - first + 1 || !this.log.endsWith(entries[entries.length - 1])) return null;
    const bytes = read.bytes + recorded.reduce((sum, { event }) => sum + bytesOf(event), 0);
    if (bytes <= this.mostBytes) return entries;
    this.isWithin = false;
    return NONE;
  }

  /** A page that ends before the offset, or none, is nothing; one that begins behind it means that the log has dropped it. */
  private pageFrom(first: number): { readonly entries: readonly LogEntry[]; readonly bytes: number } {
    const nothing = { entries: NONE, bytes: 0 };
    if (this.page === null) return nothing;
    const part = this.page.from(first);
    if (part !== null) return part;
    this.isWithin = first > this.page.end && this.page.end > 0;
    return nothing;
  }

  private recordedFrom(next: number): readonly LogEntry[] | null {
    const recorded = this.recorder!.entries;
    if (recorded.length === 0 || recorded[0].offset > next) return null;
    return recorded.slice(next - recorded[0].offset);
  }
}
