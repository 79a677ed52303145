// What was delivered on a channel since a connection asked for it? Collected until the connection is a member.
import type { LoggedEvent } from '../connections/encoded-event.js';
import { bytesOf } from './frame-buffer.js';
import type { LogEntry } from './log-frame.js';

export class LogRecorder<Entry extends { readonly event: LoggedEvent } = LogEntry> {
  private recorded: Entry[] = [];
  private size = 0;
  private broken = false;

  /** `end` stops the recording; further calls of it do nothing. */
  constructor(
    private readonly mostBytes: number,
    readonly end: () => void,
  ) {}

  /** Whether something may be missing: the log was reset, or more was delivered than may wait. */
  get isBroken(): boolean {
    return this.broken;
  }

  get entries(): readonly Entry[] {
    return this.recorded;
  }

  /** What was recorded so far; the recording begins again. */
  take(): readonly Entry[] {
    const { recorded } = this;
    this.recorded = [];
    this.size = 0;
    return recorded;
  }

  add(entry: Entry): void {
    if (this.broken) return;
    this.recorded.push(entry);
    this.size += bytesOf(entry.event);
    if (this.size > this.mostBytes) this.fail();
  }

  fail(): void {
    this.broken = true;
    this.take();
  }
}
