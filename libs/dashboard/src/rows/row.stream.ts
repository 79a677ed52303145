// What has happened lately? The newest rows, of each kind no more than a person could read.
import type { StreamRow } from '../wire/feed.frames.js';
import { MOST_ROWS, newestOf } from './listing.js';

/** Rows that are kept. */
const KEPT = MOST_ROWS;
/** Each kind has a share of its own in this many milliseconds, so that a flood of one hides no other. */
const WINDOW = 250;

const SHARES: Readonly<Record<StreamRow['kind'], number>> = {
  event: 20,
  bridge: 20,
  broadcast: 30,
  message: 20,
  refusal: 20,
  'slow-consumer': 10,
  job: 20,
  action: 10,
};

type Kind = StreamRow['kind'];
/** What every row gets from the stream. */
export type RowStamp = Pick<StreamRow, 'id' | 'at'>;

/** Rows since the last time somebody asked. */
export interface NewRows {
  readonly rows: readonly StreamRow[];
  readonly skipped: number;
}

/** A bounded memory. A row over its share is counted and never made. */
export class RowStream {
  private readonly ring: StreamRow[] = [];
  private readonly taken: Record<Kind, number> = {} as Record<Kind, number>;
  private windowEnd = 0;
  private lastId = 0;
  private toldId = 0;
  private skipped = 0;

  /** `make` runs at once, or never. */
  add(kind: Kind, make: (stamp: RowStamp) => StreamRow): void {
    const at = Date.now();
    if (at >= this.windowEnd || at < this.windowEnd - WINDOW) this.openWindow(at);
    const taken = this.taken[kind] ?? 0;
    if (taken >= SHARES[kind]) {
      this.skipped++;
      return;
    }
    this.taken[kind] = taken + 1;
    const row = make({ id: this.lastId + 1, at });
    this.ring[this.lastId++ % KEPT] = row;
  }

  /** Whatever is kept, oldest first. */
  newest(): readonly StreamRow[] {
    return newestOf(this.keptAfter(0));
  }

  /** Whatever has come since this was last called, oldest first. */
  take(): NewRows {
    const rows = newestOf(this.keptAfter(this.toldId));
    const skipped = this.skipped + (this.lastId - this.toldId - rows.length);
    this.toldId = this.lastId;
    this.skipped = 0;
    return { rows, skipped };
  }

  private keptAfter(id: number): StreamRow[] {
    const count = Math.min(this.lastId - id, KEPT, this.ring.length);
    return Array.from({ length: count }, (_, index) => this.ring[(this.lastId - count + index) % KEPT]);
  }

  private openWindow(at: number): void {
    this.windowEnd = at + WINDOW;
    for (const kind in this.taken) this.taken[kind as Kind] = 0;
  }
}
