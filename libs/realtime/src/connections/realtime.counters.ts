// How much work is in progress on this node, and how much was refused?
import { Injectable } from '@nestjs/common';

/** Counts for `IRealtimeServer.stats()`, written by several folders. */
@Injectable()
export class RealtimeCounters {
  pendingAuthentications = 0;
  inFlight = 0;
  /** Members that events were handed to. */
  deliveries = 0;
  /** By code: those of the protocol, and those that messages declare. */
  readonly refusals: Record<string, number> = {};

  private readonly sizes = new Map<string, () => number>();

  /** Adds a place that holds connections or parts of them. Each `stats()` calls `size`. */
  watch(place: string, size: () => number): void {
    this.sizes.set(place, size);
  }

  /** How much each of those places holds now. All are 0 when no client is connected. */
  holdings(): Record<string, number> {
    return Object.fromEntries([...this.sizes].map(([place, size]) => [place, size()]));
  }

  refused(code: string): void {
    this.refusals[code] = (this.refusals[code] ?? 0) + 1;
  }
}
