// How much is under way on this node, and how much was refused?
import { Injectable } from '@nestjs/common';
import type { RefusalCode } from '@nestjs-realtime/contract';

/** Counts that several folders write and `IRealtimeServer.stats()` reads. */
@Injectable()
export class RealtimeCounters {
  pendingAuthentications = 0;
  inFlight = 0;
  readonly refusals: Partial<Record<RefusalCode, number>> = {};

  private readonly sizes = new Map<string, () => number>();

  /** Names a place that holds connections, or something of theirs; `size` is asked for each `stats()`. */
  watch(place: string, size: () => number): void {
    this.sizes.set(place, size);
  }

  /** How much each of those places holds now. All are 0 when nobody is connected. */
  holdings(): Record<string, number> {
    return Object.fromEntries([...this.sizes].map(([place, size]) => [place, size()]));
  }

  refused(code: RefusalCode): void {
    this.refusals[code] = (this.refusals[code] ?? 0) + 1;
  }
}
