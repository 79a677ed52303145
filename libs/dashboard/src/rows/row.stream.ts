// What has happened recently? The newest rows, of each kind only as many as a person can read.
import type { StreamRow } from '../wire/feed.frames.js';
import { type Bound, MOST_ROWS, newestOf } from './listing.js';

/** Number of rows that are kept. */
const KEPT = MOST_ROWS;
/** Length of a window in milliseconds. Each kind has its own share per window, so that a flood of one kind hides no other. */
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
/** The properties that the stream gives to every row. */
export type RowStamp = Pick<StreamRow, 'id' | 'at'>;

/** The rows since a reader took some last. */
export interface NewRows {
  readonly rows: readonly StreamRow[];
  readonly skipped: number;
}

/** A ring of rows. A row beyond its kind's share is counted as skipped and never made. */
export class RowStream {
  private readonly ring: StreamRow[] = [];
  private readonly taken: Record<Kind, number> = {} as Record<Kind, number>;
  private windowEnd = 0;
  private lastId = 0;
  private skipped = 0;

  /** Calls `make` synchronously, or not at all. */
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

  /** The newest rows that fit into a snapshot, oldest first. */
  newest(): readonly StreamRow[] {
    return newestOf(this.keptAfter(0));
  }

  /** A function that returns the rows since its previous call, oldest first; at first those from now on. */
  reader(most?: Bound): () => NewRows {
    let [takenId, takenSkipped] = [this.lastId, this.skipped];
    return () => {
      const rows = newestOf(this.keptAfter(takenId), most);
      const skipped = this.skipped - takenSkipped + (this.lastId - takenId - rows.length);
      [takenId, takenSkipped] = [this.lastId, this.skipped];
      return { rows, skipped };
    };
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
