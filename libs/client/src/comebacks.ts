// When does the client ask again for a channel that was refused or lost?
import { type Backoff, backoff } from './backoff.js';
import type { ResolvedOptions } from './client-options.js';
import type { RealtimeError } from './realtime-error.js';
import { Retries } from './retries.js';
import type { Subscription } from './subscription.js';

/** Within this time all clients come back whose channel was reset at once. */
const RESET_SPREAD_MS = 2_000;

export class Comebacks {
  private backoff: Backoff;
  /** Refused with a retryable code. */
  private readonly retries: Retries;
  /** Events are missing, or the log was lost: of many clients at the same time. */
  private readonly resets: Retries;

  constructor(
    private readonly options: ResolvedOptions,
    flush: () => void,
  ) {
    this.backoff = backoff(options);
    this.retries = new Retries(flush);
    this.resets = new Retries(flush);
  }

  add(subscription: Subscription, { code, retryAfterMs }: RealtimeError): void {
    const { maxRetryDelay } = this.options;
    if (code === 'INSUFFICIENT_STATE') {
      this.resets.add(subscription);
      this.resets.wait(() => Math.random() * Math.min(RESET_SPREAD_MS, maxRetryDelay));
    } else {
      this.retries.add(subscription);
      this.wait(retryAfterMs);
    }
  }

  delete(subscription: Subscription): void {
    this.retries.delete(subscription);
    this.resets.delete(subscription);
  }

  /** What waits goes out later, and no sooner than the server asks for. */
  wait(retryAfterMs?: number): void {
    this.retries.wait(this.backoff, retryAfterMs);
  }

  /** The server has refused nothing: the next delay is the shortest. */
  begin(): void {
    this.backoff = backoff(this.options);
  }

  /** The connection is lost. */
  clear(): void {
    this.retries.clear();
    this.resets.clear();
    this.begin();
  }
}
