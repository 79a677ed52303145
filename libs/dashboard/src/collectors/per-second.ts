// How many in each second? Counts of the last 60 whole seconds, and of the current one.

/** Number of whole seconds that are kept. */
export const REMEMBERED_SECONDS = 60;
const SLOTS = REMEMBERED_SECONDS + 1;

export function secondOf(at: number): number {
  return Math.floor(at / 1_000);
}

export class PerSecond {
  private readonly counts = new Uint32Array(SLOTS);
  private second = 0;

  add(at: number, count = 1): void {
    this.advance(secondOf(at));
    this.counts[this.second % SLOTS] += count;
  }

  /** The count of the last whole second. */
  last(at: number): number {
    this.advance(secondOf(at));
    return this.counts[(this.second + REMEMBERED_SECONDS) % SLOTS];
  }

  /** The counts of the last 60 whole seconds, oldest first. */
  history(at: number): number[] {
    this.advance(secondOf(at));
    return Array.from({ length: REMEMBERED_SECONDS }, (_, index) => this.counts[(this.second + 1 + index) % SLOTS]);
  }

  /** Whether all these seconds, and the current one, have a count of zero. */
  isEmpty(at: number): boolean {
    this.advance(secondOf(at));
    return this.counts.every((count) => count === 0);
  }

  /** After a small step back of the clock, counts go into the current second until the clock catches up. A larger step clears all. */
  private advance(second: number): void {
    const passed = second - this.second;
    if (passed <= 0 && passed > -SLOTS) return;
    if (passed < 0 || passed >= SLOTS) this.counts.fill(0);
    else for (let step = 1; step <= passed; step++) this.counts[(this.second + step) % SLOTS] = 0;
    this.second = second;
  }
}
