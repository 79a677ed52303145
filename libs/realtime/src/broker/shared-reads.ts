// How do thousands of members that come back at once read a log? One reads, and the others share what it has read.
import { bytesOf } from './frame-buffer.js';
import type { LogEntry, LogPage } from './log-frame.js';
import { isContiguous } from './log-follower.js';

/** How long a finished read is shared, in milliseconds. */
const SHARED_FOR = 250;

/** A page, prepared once for all who share it. */
export class SharedPage {
  private readonly entries: readonly LogEntry[];
  /** Bytes from each entry to the end. */
  private readonly bytes: readonly number[];

  constructor({ entries }: LogPage) {
    this.entries = entries.length > 0 && isContiguous(entries, entries[0].offset) ? entries : [];
    let sum = 0;
    this.bytes = this.entries
      .toReversed()
      .map(({ event }) => (sum += bytesOf(event)))
      .reverse();
  }

  /** The offset behind the last entry; 0 if there are none. */
  get end(): number {
    return this.entries.length === 0 ? 0 : this.entries[0].offset + this.entries.length;
  }

  /** The entries from an offset on; null if the page does not have all of them. */
  from(offset: number): { readonly entries: readonly LogEntry[]; readonly bytes: number } | null {
    const index = this.entries.length === 0 ? -1 : offset - this.entries[0].offset;
    if (index < 0 || index > this.entries.length) return null;
    return { entries: index === 0 ? this.entries : this.entries.slice(index), bytes: this.bytes[index] ?? 0 };
  }
}

/** Is told where a read serves one more. */
interface ReadListener {
  noted?(what: 'shared'): void;
}

interface Reading {
  readonly from: number;
  readonly page: Promise<SharedPage>;
  /** By `performance.now()`; Infinity while it is in flight. */
  until: number;
}

export class SharedReads {
  private latest: Reading | null = null;

  constructor(
    private readonly read: (from: number) => Promise<LogPage>,
    private readonly listener: ReadListener,
  ) {}

  /** A page from `offset` or an earlier one. `isFresh` asks for one that is read from now on. */
  from(offset: number, isFresh: boolean): Promise<SharedPage> {
    const { latest } = this;
    if (!isFresh && latest !== null && latest.from <= offset && performance.now() < latest.until) {
      this.listener.noted?.('shared');
      return latest.page;
    }
    const reading: Reading = {
      from: offset,
      page: this.read(offset).then((page) => new SharedPage(page)),
      until: Infinity,
    };
    this.latest = reading;
    reading.page.then(
      () => this.finished(reading),
      () => this.drop(reading),
    );
    return reading.page;
  }

  private finished(reading: Reading): void {
    reading.until = performance.now() + SHARED_FOR;
    setTimeout(() => this.drop(reading), SHARED_FOR).unref();
  }

  private drop(reading: Reading): void {
    if (this.latest === reading) this.latest = null;
  }
}
