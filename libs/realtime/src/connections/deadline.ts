// What happens to work that takes too long? It continues, but its caller gets an error in time.

/** `setTimeout` fires at once for a longer delay. */
export const LONGEST_DELAY = 2 ** 31 - 1;

/**
 * The outcome of the work, or after `milliseconds` a rejection with the error that `late` creates. Most work is in time, and an error
 * with its stack costs more than most work, so none is created beforehand. A later failure of the work is ignored.
 */
export function withDeadline<Value>(work: Promise<Value>, milliseconds: number, late: () => Error): Promise<Value> {
  return new Promise((resolve, reject) => {
    // Unreferenced: once all connections are closed, a dependency that hangs must not keep the process alive.
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

/** The outcome of the work, or a rejection with `late` at `deadline`, a time of `performance.now()`. */
export function withinDeadline<Value>(work: Promise<Value>, deadline: number, late: Error): Promise<Value> {
  return withDeadline(work, Math.max(1, deadline - performance.now()), () => late);
}
