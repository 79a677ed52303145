// How long did a broadcast take? From the call that sent it to the byte loop of the load process that read it.
import { now } from '../peers/broadcasting.js';

/** Milliseconds within which 50 % and 99 % of the deliveries arrived. */
export interface LatencySummary {
  p50: number;
  p99: number;
}

export class Latencies {
  private readonly broadcasts: Uint32Array;
  private readonly receivedAt: Float64Array;

  constructor(deliveries: number) {
    this.broadcasts = new Uint32Array(deliveries);
    this.receivedAt = new Float64Array(deliveries);
  }

  note(broadcast: number, delivery: number): void {
    this.broadcasts[delivery] = broadcast;
    this.receivedAt[delivery] = now();
  }

  /** `sentAt` has the time of each broadcast on the clock of `now()`. */
  summarize(sentAt: readonly number[]): LatencySummary {
    const sorted = this.receivedAt.map((at, delivery) => at - sentAt[this.broadcasts[delivery]]).sort();
    const quantile = (share: number): number => sorted[Math.ceil(sorted.length * share) - 1];
    return { p50: quantile(0.5), p99: quantile(0.99) };
  }
}
