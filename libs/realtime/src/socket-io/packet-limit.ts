// How many packets may one transport connection send? Counted where a whole batch arrives at once (hardening 10).
import type { Socket as EngineSocket } from 'engine.io';
import { TokenBucket } from '../connections/token-bucket.js';

/** Pings and junk count too, so no flood is free. */
export class PacketLimit {
  private readonly buckets = new WeakMap<EngineSocket, TokenBucket>();

  constructor(private readonly perSecond: number) {}

  /** Takes a packet into account; false when it is one too many. */
  allows(conn: EngineSocket): boolean {
    const now = performance.now();
    const burst = 2 * this.perSecond;
    let bucket = this.buckets.get(conn);
    if (bucket === undefined) this.buckets.set(conn, (bucket = new TokenBucket(burst, now)));
    return bucket.take(this.perSecond, burst, now) === 0;
  }
}
