// How long until the client connects again? After a failure, later each time; a call of `connect()` waits less, but not for ever less.
import type { Attempt } from './attempt.js';
import { type Backoff, backoff } from './backoff.js';
import type { RealtimeError } from './realtime-error.js';

/** After a connection that lasted this long, the next retry starts from the shortest delay. */
const STABLE_AFTER_MS = 5_000;

export class ConnectPace {
  /** Why the last attempt failed that `connect()` had made. */
  reason?: RealtimeError | undefined;
  private retries: Backoff;
  /** Of calls of `connect()`; set after their first failure, so that people need not wait. A listener may call it at each failure. */
  private calls?: Backoff | undefined;
  private heldUntil = 0;

  constructor(private readonly options: Parameters<typeof backoff>[0]) {
    this.retries = backoff(options);
  }

  /** Milliseconds until `connect()` may connect. */
  get held(): number {
    return this.heldUntil - Date.now();
  }

  /** The delay of the next retry. */
  next(retryAfterMs?: number): number {
    return this.retries(retryAfterMs);
  }

  /** The next retry starts from the shortest delay. */
  begin(): void {
    this.retries = backoff(this.options);
  }

  ended({ isAsked, welcomedAt }: Attempt, reason: RealtimeError): void {
    if (welcomedAt && Date.now() - welcomedAt > STABLE_AFTER_MS) {
      this.begin();
      this.calls = undefined;
    } else if (isAsked && reason.code !== 'CLOSED' && !(welcomedAt && reason.retryable)) {
      if (this.calls) this.heldUntil = Date.now() + this.calls();
      else this.calls = backoff(this.options);
      this.reason = reason;
    }
  }
}
