// What happens to work that takes too long? It goes on alone; whoever waited for it gets an error in time.

/**
 * The work's outcome, or a rejection with what `late` makes after `milliseconds`: an error made beforehand, with its stack, would cost more
 * than most work. A later failure of the work is swallowed: its waiter has gone.
 */
export function withDeadline<Value>(work: Promise<Value>, milliseconds: number, late: () => Error): Promise<Value> {
  return new Promise((resolve, reject) => {
    // Unreferenced: whoever waits has a connection open, and once all are closed a dependency that hangs must not hold the process.
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
