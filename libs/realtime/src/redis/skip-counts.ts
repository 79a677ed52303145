// How much of what came from Redis could not be read, and why?
import type { SkipReason } from './envelope.js';

export class SkipCounts {
  private readonly counts = new Map<SkipReason, number>();

  count(reason: SkipReason): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
  }

  /** By reason; one that has not occurred is absent. */
  get all(): Readonly<Partial<Record<SkipReason, number>>> {
    return Object.fromEntries(this.counts);
  }
}
