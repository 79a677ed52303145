// How many packets may one transport connection send? Counted where a whole batch arrives at once (hardening 10).
import type { Socket as EngineSocket } from 'engine.io';
import { TokenBucket } from '../connections/token-bucket.js';

/** Pings and junk count too, so no flood is free. */
export class PacketLimit {
  private readonly buckets = new WeakMap<EngineSocket, TokenBucket>();
  private readonly onPacket: (this: EngineSocket) => void;

  /** `exceeded` must close the connection; packets of the same batch are then thrown away by Engine.IO. */
  constructor(perSecond: number, exceeded: (conn: EngineSocket) => void) {
    const { buckets } = this;
    const burst = 2 * perSecond;
    this.onPacket = function () {
      const now = performance.now();
      let bucket = buckets.get(this);
      if (bucket === undefined) buckets.set(this, (bucket = new TokenBucket(burst, now)));
      if (bucket.take(perSecond, burst, now) > 0) exceeded(this);
    };
  }

  watch(conn: EngineSocket): void {
    conn.on('packet', this.onPacket);
  }
}
