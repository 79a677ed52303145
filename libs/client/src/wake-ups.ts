// When may the network be back, or a line have died unnoticed? When the network or the page comes back, or the machine has slept.
import { isHidden, pageWatch } from './page-watch.js';
import type { RealtimeError } from './realtime-error.js';

/** A sleep that no event tells is noticed within this time. */
const TICK_MS = 5_000;
/** A connection that is lost this soon after a wake-up had died before. */
const WOKEN_MS = 10_000;

export interface WakeUps {
  /** Until `rest()`; further calls have no effect. */
  listen(): void;
  rest(): void;
  /** A connection was lost, or did not come about. @returns whether a wake-up makes the next attempt due at once. */
  lost(reason: RealtimeError, welcomedAt: number | undefined): boolean;
}

/**
 * Node and workers hear of a sleep, and of what else there is.
 * @param woken `isDue` says whether the server lets us try again yet.
 * @param left the user leaves the page.
 */
export function wakeUps(woken: (isDue: boolean) => void, left: () => void): WakeUps {
  let wokenAt = 0;
  let earliest = 0;
  let tickedAt = 0;
  let timer: ReturnType<typeof setInterval> | undefined;
  const watch = pageWatch(wake, left);

  function wake(): void {
    wokenAt = Date.now();
    woken(wokenAt >= earliest);
  }
  function tick(): void {
    const since = Date.now() - tickedAt;
    tickedAt += since;
    if (since > 2 * TICK_MS && !isHidden()) wake();
  }
  return {
    listen() {
      if (timer) return;
      tickedAt = Date.now();
      timer = setInterval(tick, TICK_MS);
      // In Node, an interval would keep the process alive.
      (timer as { unref?: () => void }).unref?.();
      watch('addEventListener');
    },
    rest() {
      clearInterval(timer);
      timer = undefined;
      watch('removeEventListener');
    },
    lost({ retryAfterMs = 0 }, welcomedAt = Infinity) {
      const now = Date.now();
      earliest = now + retryAfterMs;
      return !retryAfterMs && welcomedAt <= wokenAt && now < wokenAt + WOKEN_MS;
    },
  };
}
