// Where does a process run? Server and load generator on a core each, where the system lets us pin them.
import { type ChildProcess, fork, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';

/** Core of the server under test, and core of the load generator. */
export const CORES = { server: 0, load: 1 } as const;

let pinnable: boolean | undefined;

/** Whether processes can be pinned: two cores and util-linux's `taskset`. */
export function canPin(): boolean {
  pinnable ??= availableParallelism() >= 2 && spawnSync('taskset', ['-c', '0,1', 'true']).status === 0;
  return pinnable;
}

/** Moves a running process, with all its threads, to a core; where that cannot be done, it stays. */
export function pin(core: number, processId: number): void {
  if (canPin()) spawnSync('taskset', ['--all-tasks', '--pid', '--cpu-list', String(core), String(processId)]);
}

/** Forks a compiled module of this folder, pinned where possible. */
export function forkOn(core: number, module: string, args: string[], nodeFlags: string[]): ChildProcess {
  const file = fileURLToPath(new URL(`../${module}`, import.meta.url));
  const stdio: ('inherit' | 'ipc')[] = ['inherit', 'inherit', 'inherit', 'ipc'];
  const env = { ...process.env, NODE_ENV: 'production' };
  if (!canPin()) return fork(file, args, { execArgv: nodeFlags, stdio, env });
  const execArgv = ['-c', String(core), process.execPath, ...nodeFlags];
  return fork(file, args, { execPath: 'taskset', execArgv, stdio, env });
}
