// Which frames follow what was delivered last, and which say that something is missing? Decided by epoch, offset and tag, without I/O.
import type { Position } from '@nestjs-realtime/contract';
import type { LogEntry, LogFrame, LogPage } from './log-frame.js';

/** What a page of the log says about what was delivered. */
export type Filled =
  /** It continues it, and its entries were delivered. */
  | 'filled'
  /** The engine does not have what was delivered. */
  | 'lost'
  /** It does not continue it: another epoch, or a hole. */
  | 'outdated';

/** Where a node stands in the log of a channel. */
export class LogFollower {
  private epoch = '';
  private top = 0;
  private tag = '';

  constructor(private readonly deliver: (entry: LogEntry) => void) {}

  get position(): Position {
    return { epoch: this.epoch, offset: this.top };
  }

  /** Whether an entry is the one that was delivered last. */
  endsWith({ offset, tag }: LogEntry): boolean {
    return offset === this.top && tag === this.tag;
  }

  stands({ epoch, offset }: Position): boolean {
    return epoch === this.epoch && offset === this.top;
  }

  /** Stands at the end of the page from now on, and delivers nothing of it. */
  adopt({ epoch, top, tag }: LogPage): void {
    this.epoch = epoch;
    this.top = top;
    this.tag = tag;
  }

  /** Delivers a frame that is the next. False if it is neither the next nor the newest once more. */
  take(frame: LogFrame): boolean {
    if (frame.epoch !== this.epoch) return false;
    if (frame.offset === this.top) return frame.tag === this.tag;
    if (frame.offset !== this.top + 1 || frame.prev !== this.tag) return false;
    this.advance(frame);
    return true;
  }

  /** Whether a frame repeats what is delivered: the newest entry, or one of the page. */
  repeats({ epoch, offset, tag }: LogFrame, { entries }: LogPage): boolean {
    if (epoch !== this.epoch || offset > this.top) return false;
    if (offset === this.top) return tag === this.tag;
    return entries.length > 0 && entries[offset - entries[0].offset]?.tag === tag;
  }

  /** Delivers what is new in a page that was read from the offset of `position`, inclusive. */
  fill(page: LogPage): Filled {
    const { top } = this;
    if (page.epoch !== this.epoch) return 'outdated';
    if (page.top < top) return 'lost';
    if (page.top === top) return page.tag === this.tag ? 'filled' : 'lost';
    if (top > 0) {
      // Without the entry that was delivered last, a log that was lost and has grown again looks like this one.
      if (page.entries[0]?.offset !== top) return 'outdated';
      if (page.entries[0].tag !== this.tag) return 'lost';
    }
    const missed = page.entries.filter(({ offset }) => offset > top);
    if (missed.length !== page.top - top || !isContiguous(missed, top + 1)) return 'outdated';
    for (const entry of missed) this.advance(entry);
    return 'filled';
  }

  private advance(entry: LogEntry): void {
    this.top = entry.offset;
    this.tag = entry.tag;
    this.deliver(entry);
  }
}

/** Whether entries count up by one from `first`. */
export function isContiguous(entries: readonly LogEntry[], first: number): boolean {
  return entries.every(({ offset }, index) => offset === first + index);
}
