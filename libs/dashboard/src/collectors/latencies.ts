// How long do handlers take at the median and at the 99th percentile? A histogram of the last minute, of fixed size.

const WINDOWS = 12;
const WINDOW_MS = 5_000;
const BUCKETS = 96;
/** Upper bound of the first bucket, in milliseconds. Each next bound is 20 % higher, so results are within 10 %. */
const FIRST = 0.05;
const GROWTH = Math.log(1.2);

export class Latencies {
  private readonly buckets = new Uint32Array(WINDOWS * BUCKETS);
  private readonly failed = new Uint32Array(WINDOWS);
  private window = 0;

  add(at: number, milliseconds: number, failed: boolean): void {
    this.advance(at);
    const slot = this.window % WINDOWS;
    this.buckets[slot * BUCKETS + bucketOf(milliseconds)]++;
    if (failed) this.failed[slot]++;
  }

  /** Of the last minute; null when nothing was counted. */
  summary(
    at: number,
  ): { readonly count: number; readonly failures: number; readonly p50Ms: number; readonly p99Ms: number } | null {
    this.advance(at);
    const sums = new Float64Array(BUCKETS);
    for (let index = 0; index < this.buckets.length; index++) sums[index % BUCKETS] += this.buckets[index];
    const count = sums.reduce((total, sum) => total + sum, 0);
    if (count === 0) return null;
    const failures = this.failed.reduce((total, sum) => total + sum, 0);
    return { count, failures, p50Ms: quantile(sums, count * 0.5), p99Ms: quantile(sums, count * 0.99) };
  }

  /** After a small step back of the clock, counts go into the current window until the clock catches up. A larger step clears all. */
  private advance(at: number): void {
    const window = Math.floor(at / WINDOW_MS);
    const passed = window - this.window;
    if (passed <= 0 && passed > -WINDOWS) return;
    const outdated = passed < 0 || passed >= WINDOWS ? WINDOWS : passed;
    for (let step = 0; step < outdated; step++) {
      const slot = (window - step) % WINDOWS;
      this.buckets.fill(0, slot * BUCKETS, (slot + 1) * BUCKETS);
      this.failed[slot] = 0;
    }
    this.window = window;
  }
}

function bucketOf(milliseconds: number): number {
  if (!(milliseconds > FIRST)) return 0;
  return Math.min(BUCKETS - 1, Math.ceil(Math.log(milliseconds / FIRST) / GROWTH));
}

/** The middle of the bucket that the rank falls into. */
function quantile(sums: Float64Array, rank: number): number {
  let seen = 0;
  const bucket = sums.findIndex((sum) => (seen += sum) >= rank);
  return Math.round(FIRST * Math.exp((bucket - 0.5) * GROWTH) * 100) / 100;
}
