// When does a pending promise end? When it is settled, when it times out, or when its signal aborts.
import { type Duration, milliseconds } from '@nestjs-realtime/contract';
import { type RealtimeError, timedOut } from './realtime-error.js';

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

/** The signal's reason; old browsers and React Native give none. */
export function abortReason(signal: AbortSignal): Error {
  return (signal.reason as Error | undefined) ?? Object.assign(new Error('Aborted.'), { name: 'AbortError' });
}

/** What runs once a promise is settled. */
class Cleanups {
  private due: (() => void)[] | undefined = [];

  readonly add = (cleanup: () => void): void => {
    if (this.due) this.due.push(cleanup);
    else cleanup();
  };

  run(): void {
    const { due = [] } = this;
    this.due = undefined;
    for (const cleanup of due) cleanup();
  }
}

/**
 * @param start begins the work; the functions it registers with `onEnd` run once the promise is settled in any way. A rejection that the
 * application causes later, by leaving or closing, is none that it must handle.
 */
export function pending<T>(
  { timeout, signal }: WaitOptions,
  start: (settle: Settle<T>, onEnd: (cleanup: () => void) => void) => void,
): Promise<T> {
  const cleanups = new Cleanups();
  let isBegun = false;
  const promise = new Promise<T>((resolve, reject) => {
    const settle: Settle<T> = {
      resolve: (value) => {
        resolve(value);
        cleanups.run();
      },
      reject: (reason) => {
        if (isBegun && (reason as Partial<RealtimeError> | undefined)?.code === 'CLOSED')
          promise.catch(() => undefined);
        reject(reason);
        cleanups.run();
      },
    };
    const delay = timeout === undefined ? undefined : timerMs('timeout', timeout);
    if (signal?.aborted) return reject(abortReason(signal));
    if (delay !== undefined) {
      const timer = setTimeout(() => settle.reject(timedOut()), delay);
      cleanups.add(() => clearTimeout(timer));
    }
    if (signal) {
      const abort = (): void => settle.reject(abortReason(signal));
      signal.addEventListener('abort', abort);
      cleanups.add(() => signal.removeEventListener('abort', abort));
    }
    start(settle, cleanups.add);
  });
  isBegun = true;
  return promise;
}
