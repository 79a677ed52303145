// When may code react to a transaction? Once it has committed; never when it is rolled back.
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

/** Runs `run` when the transaction of the calling code has committed; at once without a transaction, never after a rollback. */
export function afterCommit(run: () => void): void {
  whenEnded((isCommitted) => {
    if (isCommitted) run();
  });
}

/** Resolves when the transaction of the calling code has ended, with whether it committed; at once with true without a transaction. */
export function committed(): Promise<boolean> {
  return new Promise(whenEnded);
}

/** Runs `transact` as the transaction of all code inside it. Resolves once that has committed. */
export async function inTransaction<Result>(transact: () => Promise<Result>): Promise<Result> {
  const running: Running = { committed: null, listeners: [] };
  const end = (isCommitted: boolean): void => {
    running.committed = isCommitted;
    for (const listener of running.listeners.splice(0)) notify(listener, isCommitted);
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
  else notify(listener, running?.committed ?? true);
}

/** An error in a listener must not look as if the transaction had failed. */
function notify(listener: Listener, isCommitted: boolean): void {
  try {
    listener(isCommitted);
  } catch (error) {
    new Logger('Database').error('A listener of a transaction failed', error instanceof Error ? error.stack : error);
  }
}
