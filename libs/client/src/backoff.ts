// How long until the next retry?

/** Delays that double up to a limit; each is shortened by a random share. */
export class Backoff {
  private attempts = 0;

  constructor(private readonly options: { retryDelay: number; maxRetryDelay: number; jitter: number }) {}

  /** The next delay in milliseconds; never less than the server asked for. */
  next(retryAfterMs = 0): number {
    const { retryDelay, maxRetryDelay, jitter } = this.options;
    const delay = Math.min(maxRetryDelay, retryDelay * 2 ** this.attempts++);
    return retryAfterMs + delay * (1 - jitter * Math.random());
  }

  /** Starts again from the shortest delay, after a success. */
  reset(): void {
    this.attempts = 0;
  }
}
