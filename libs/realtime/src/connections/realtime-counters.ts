// How much is under way on this node, and how much was refused?
import { Injectable } from '@nestjs/common';
import type { RefusalCode } from '@nestjs-realtime/contract';

/** Counts that several rooms write and `IRealtimeServer.stats()` reads. */
@Injectable()
export class RealtimeCounters {
  pendingAuthentications = 0;
  inFlight = 0;
  readonly refusals: Partial<Record<RefusalCode, number>> = {};

  refused(code: RefusalCode): void {
    this.refusals[code] = (this.refusals[code] ?? 0) + 1;
  }
}
