// What happens to work that takes too long? It goes on by itself; its caller gets an error in time.

/** `setTimeout` treats a longer delay as none. */
export const LONGEST_DELAY = 2 ** 31 - 1;

/**
 * The work's outcome, or a rejection with what `late` makes after `milliseconds`: an error made beforehand, with its stack, would cost
 * more than most work. A later failure of the work is ignored: its caller has gone.
 */
export function withDeadline<Value>(work: Promise<Value>, milliseconds: number, late: () => Error): Promise<Value> {
  return new Promise((resolve, reject) => {
    // Unreferenced: the caller has a connection open, and once all are closed a dependency that hangs must not keep the process alive.
    const timer = setTimeout(() => reject(late()), milliseconds).unref();
    work.then(
      (value) => {
        clearTimeout(timer);
        resolve(value);
      },
      (error: unknown) => {
        clearTimeout(timer);
        reject(error);
      },
    );
  });
}

/** The work's outcome, or `late` at `deadline`, a moment of `performance.now()`. */
export function withinDeadline<Value>(work: Promise<Value>, deadline: number, late: Error): Promise<Value> {
  return withDeadline(work, Math.max(1, deadline - performance.now()), () => late);
}
