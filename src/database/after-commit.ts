// When may others hear of what a transaction does? Once it is committed; of what is rolled back, never.
import { AsyncLocalStorage } from 'node:async_hooks';
import { Logger } from '@nestjs/common';

type Listener = (committed: boolean) => void;

/** A transaction, for the code that runs inside it. */
interface Running {
  /** Null while it is open. */
  committed: boolean | null;
  readonly listeners: Listener[];
}

const current = new AsyncLocalStorage<Running>();

/** Runs `run` when the transaction that the calling code belongs to has committed, never when it rolls back, at once where there is none. */
export function afterCommit(run: () => void): void {
  whenEnded((isCommitted) => {
    if (isCommitted) run();
  });
}

/** Resolves at the end of the transaction that the calling code belongs to, with whether it was committed; at once with true where there is none. */
export function committed(): Promise<boolean> {
  return new Promise(whenEnded);
}

/** Makes `transact` one transaction for all code that runs inside it; it resolves once that is committed. */
export async function inTransaction<Result>(transact: () => Promise<Result>): Promise<Result> {
  const running: Running = { committed: null, listeners: [] };
  const end = (isCommitted: boolean): void => {
    running.committed = isCommitted;
    for (const listener of running.listeners.splice(0)) tell(listener, isCommitted);
  };
  try {
    const result = await current.run(running, transact);
    end(true);
    return result;
  } catch (error) {
    end(false);
    throw error;
  }
}

function whenEnded(listener: Listener): void {
  const running = current.getStore();
  if (running?.committed === null) running.listeners.push(listener);
  else tell(listener, running?.committed ?? true);
}

/** What is committed stays so: an error afterwards must not look as if the transaction had failed. */
function tell(listener: Listener, isCommitted: boolean): void {
  try {
    listener(isCommitted);
  } catch (error) {
    new Logger('Database').error(
      'What was to follow a transaction failed',
      error instanceof Error ? error.stack : error,
    );
  }
}
