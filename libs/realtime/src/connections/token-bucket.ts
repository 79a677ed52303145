// How many requests may one client make? A token bucket, refilled as time passes.

/** One bucket. The caller passes rate and capacity, so that a bucket stores two numbers only. */
export class TokenBucket {
  private tokens: number;
  private filledAt: number;

  /** All times are in milliseconds of one monotonic clock. */
  constructor(capacity: number, now: number) {
    this.tokens = capacity;
    this.filledAt = now;
  }

  /** Takes one token: 0 if there was one, else the milliseconds until there is one. */
  take(perSecond: number, capacity: number, now: number): number {
    this.tokens = Math.min(capacity, this.tokens + ((now - this.filledAt) * perSecond) / 1_000);
    this.filledAt = now;
    if (this.tokens >= 1) {
      this.tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.tokens) * 1_000) / perSecond);
  }
}
