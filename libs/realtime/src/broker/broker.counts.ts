// What has this node done with logs, with what came from other nodes, and with commands? In numbers, for metrics.
import { Injectable } from '@nestjs/common';

/** Why a log is compared with the engine's again. */
export type RefillCause =
  /** A frame did not follow the one before. */
  | 'gap'
  /** The log stood elsewhere when the engine was back. */
  | 'rejoined'
  /** The log stood elsewhere though nothing was heard of it, or an entry was read that was not delivered. */
  | 'check';

/** Receives each length of time, in seconds. Must not throw. */
export interface BrokerTimes {
  /** From a broadcast with history until its position is known. */
  published(seconds: number): void;
  /** From a command until the other nodes have acted, or the wait is over. */
  acknowledged(seconds: number): void;
}

@Injectable()
export class BrokerCounts {
  /** Null while nothing measures: then no clock is read. */
  times: BrokerTimes | null = null;
  readonly refills: Record<RefillCause, number> = { gap: 0, rejoined: 0, check: 0 };
  resets = 0;
  forks = 0;
  /** Clients that came back to a channel with history: those that missed nothing, and those that begin again. */
  readonly recoveries = { recovered: 0, missed: 0 };
  /** Reads of logs that served one more client. */
  sharedReads = 0;
  /** What came from the broker: events without a log, and frames of logs. */
  readonly received = { event: 0, frame: 0 };
  /** Nodes that had not acted when a call for them was over. */
  missingNodes = 0;
  private readonly sizes = { log: (): number => 0, event: (): number => 0 };

  /** Says how many channels of a kind are watched: those with history, or those without. */
  watch(kind: 'log' | 'event', size: () => number): void {
    this.sizes[kind] = size;
  }

  watched(kind: 'log' | 'event'): number {
    return this.sizes[kind]();
  }
}
