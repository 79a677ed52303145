// Which lease is renewed next, when not all fit at once? The one that ends first, and no user occupies every place.
import type { LiveConnection } from '../connections/live.connection.js';

/** The part of all places that one user may occupy. */
const SHARE_OF_ONE_USER = 1 / 8;

/** An entry of the queue. The queue holds it at most once. */
export interface Queued {
  readonly connection: LiveConnection;
}

/** A bounded number of places with queues in front: one queue for each number of visits left until the lease ends. */
export class RenewalQueue<Item extends Queued> {
  private readonly queues: readonly Set<Item>[];
  private readonly placesOfOneUser: number;
  private readonly taken = new Map<string | null, number>();
  private active = 0;

  /** `work` runs for one item at a time in each place. It must not reject. */
  constructor(
    private readonly places: number,
    visits: number,
    private readonly work: (item: Item) => Promise<void>,
  ) {
    this.queues = Array.from({ length: visits }, () => new Set<Item>());
    this.placesOfOneUser = Math.max(1, Math.floor(places * SHARE_OF_ONE_USER));
  }

  /** Items that wait or are in work. */
  get size(): number {
    return this.queues.reduce((sum, { size }) => sum + size, this.active);
  }

  has(item: Item): boolean {
    return this.queues.some((queue) => queue.has(item));
  }

  /** Adds an item, or moves it up. `visitsLeft` is 0 for an item whose lease ends before its next visit. */
  put(item: Item, visitsLeft: number): void {
    this.delete(item);
    this.queues[Math.min(visitsLeft, this.queues.length - 1)].add(item);
  }

  delete(item: Item): void {
    for (const queue of this.queues) queue.delete(item);
  }

  /** Fills the free places. */
  run(): void {
    while (this.active < this.places) {
      const item = this.take();
      if (item === null) return;
      void this.occupy(item);
    }
  }

  private take(): Item | null {
    for (const queue of this.queues) {
      for (const item of queue) {
        if ((this.taken.get(ownerOf(item)) ?? 0) >= this.placesOfOneUser) continue;
        queue.delete(item);
        return item;
      }
    }
    return null;
  }

  private async occupy(item: Item): Promise<void> {
    // The user may change while the work runs.
    const owner = ownerOf(item);
    this.active++;
    this.taken.set(owner, (this.taken.get(owner) ?? 0) + 1);
    try {
      await this.work(item);
    } finally {
      this.active--;
      const rest = this.taken.get(owner)! - 1;
      if (rest === 0) this.taken.delete(owner);
      else this.taken.set(owner, rest);
      this.run();
    }
  }
}

/** Anonymous connections share the places of one user. */
function ownerOf({ connection }: Queued): string | null {
  return connection.user?.userId ?? null;
}
