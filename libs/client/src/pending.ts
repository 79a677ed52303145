// When does a pending promise end? When it is settled, when it times out, or when its signal aborts.
import { type Duration, milliseconds } from '@nestjs-realtime/contract';
import { timedOut } from './realtime-error.js';

/** The longest delay of a timer; a longer one would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** How long to wait, and how to stop waiting. */
export interface WaitOptions {
  /** Time until it rejects with `TIMEOUT`, such as `'3s'`; Infinity for none. */
  readonly timeout?: Duration | undefined;
  /** Rejects with the signal's reason, by default a `DOMException` named `AbortError`. */
  readonly signal?: AbortSignal | undefined;
}

/** Both may be called any number of times; the first call counts. */
export interface Settle<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** The delay of a timer. @throws RangeError for what is no duration, and for 0. */
export function timerMs(name: string, duration: unknown): number {
  const delay = duration === Infinity ? duration : milliseconds(duration);
  if (!delay) throw new RangeError(`${name} must be a time above 0: milliseconds, or text such as '10s'.`);
  return Math.min(delay, MAX_TIMER_MS);
}

/** @param start begins the work; the functions it registers with `onEnd` run once the promise is settled in any way. */
export function pending<T>(
  { timeout, signal }: WaitOptions,
  start: (settle: Settle<T>, onEnd: (cleanup: () => void) => void) => void,
): Promise<T> {
  const cleanups: (() => void)[] = [];
  const promise = new Promise<T>((resolve, reject) => {
    const abort = (): void => reject(signal?.reason as Error);
    if (signal?.aborted) return abort();
    const timer = timeout === undefined ? undefined : setTimeout(() => reject(timedOut()), timerMs('timeout', timeout));
    signal?.addEventListener('abort', abort);
    cleanups.push(() => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    });
    start({ resolve, reject }, (cleanup) => cleanups.push(cleanup));
  });
  return promise.finally(() => {
    for (const cleanup of cleanups) cleanup();
  });
}
