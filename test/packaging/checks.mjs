// How is one fact checked and counted? A line for each, the reason of a failure below it, and the sum at the end.
import { spawnSync } from 'node:child_process';

const STEP_TIMEOUT_MS = 180_000;
const count = { passed: 0, failed: 0 };

/** What `attempt` returns; undefined where it throws. */
export function check(title, attempt) {
  try {
    const result = attempt();
    count.passed++;
    console.log(`ok   ${title}`);
    return result;
  } catch (error) {
    count.failed++;
    console.log(`FAIL ${title}\n${error.message}`);
    return undefined;
  }
}

export function demandNone(faults) {
  if (faults.length > 0) throw new Error(faults.join('\n'));
}

/** What the command wrote to stdout. */
export function run({ cwd, env = {} }, command, ...args) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: STEP_TIMEOUT_MS,
    env: { ...process.env, ...env },
  });
  if (error || status !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${error ?? signal ?? status}\n${stdout}\n${stderr}`);
  }
  return stdout;
}

/** The last line of a run; true where nothing failed. */
export function tell(name) {
  console.log(`${name}: ${count.passed} passed, ${count.failed} failed`);
  return count.failed === 0;
}
