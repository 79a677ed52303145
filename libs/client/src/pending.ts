// When does a pending promise end? When it is settled, when it times out, or when its signal aborts.
import { timedOut } from './realtime-error.js';

/** The longest delay of a timer; a longer one would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** How long to wait, and how to stop waiting. */
export interface WaitOptions {
  /** Milliseconds until it rejects with `TIMEOUT`. */
  readonly timeout?: number;
  /** Rejects with the signal's reason, by default a `DOMException` named `AbortError`. */
  readonly signal?: AbortSignal;
}

/** Both may be called any number of times; the first call counts. */
export interface Settle<T> {
  readonly resolve: (value: T) => void;
  readonly reject: (reason: unknown) => void;
}

/** @param start begins the work; the functions it registers with `onEnd` run once the promise is settled in any way. */
export function pending<T>(
  { timeout, signal }: WaitOptions,
  start: (settle: Settle<T>, onEnd: (cleanup: () => void) => void) => void,
): Promise<T> {
  const cleanups: (() => void)[] = [];
  const promise = new Promise<T>((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason as Error);
    if (timeout !== undefined) {
      const timer = setTimeout(() => reject(timedOut()), Math.min(timeout, MAX_TIMER_MS));
      cleanups.push(() => clearTimeout(timer));
    }
    if (signal) {
      const abort = (): void => reject(signal.reason as Error);
      signal.addEventListener('abort', abort);
      cleanups.push(() => signal.removeEventListener('abort', abort));
    }
    start({ resolve, reject }, (cleanup) => cleanups.push(cleanup));
  });
  return promise.finally(() => {
    for (const cleanup of cleanups) cleanup();
  });
}
