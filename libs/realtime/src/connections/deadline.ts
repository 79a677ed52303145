// What happens to work that takes too long? It goes on alone; whoever waited for it gets an error in time.

/** The work's outcome, or a rejection with `late` after `milliseconds`. A later failure of the work is swallowed: its waiter has gone. */
export function withDeadline<Value>(work: Promise<Value>, milliseconds: number, late: Error): Promise<Value> {
  return new Promise((resolve, reject) => {
    // Unreferenced: whoever waits has a connection open, and once all are closed a dependency that hangs must not hold the process.
    const timer = setTimeout(reject, milliseconds, late).unref();
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
