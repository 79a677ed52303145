// How long until the next retry?
import { MAX_TIMER_MS } from './pending.js';

/** The next delay in milliseconds; never less than the server asked for. */
export type Backoff = (retryAfterMs?: number) => number;

/** Delays that double up to a limit; each is shortened by a random share. After a success, start with another. */
export function backoff(options: { retryDelay: number; maxRetryDelay: number; jitter: number }): Backoff {
  const { retryDelay, maxRetryDelay, jitter } = options;
  let attempts = 0;
  return (retryAfterMs = 0) => {
    const delay = Math.min(maxRetryDelay, retryDelay * 2 ** attempts++);
    return Math.min(MAX_TIMER_MS, retryAfterMs + delay * (1 - jitter * Math.random()));
  };
}
