// How do tests use the command? As people do: the built one, on built applications.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const WORKSPACE = fileURLToPath(new URL('../..', import.meta.url));
export const DEMO = 'dist/src/app.module.js';
const COMMAND = 'libs/realtime/dist/bin/nestjs-realtime.js';

export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly error: string;
}

export function run(...args: string[]): Ended {
  return runIn(WORKSPACE, ...args);
}

export function runIn(folder: string, ...args: string[]): Ended {
  // Never the database that the environment of the tests may name.
  const env = { ...process.env, DATABASE_URL: '', DATABASE_DIRECTORY: '', NODE_ENV: 'development', NO_COLOR: '1' };
  const { status, stdout, stderr } = spawnSync(process.execPath, [`${WORKSPACE}${COMMAND}`, ...args], {
    cwd: folder,
    encoding: 'utf8',
    env,
  });
  return { code: status, output: stdout, error: stderr };
}

/** A command in an `sh` block of its own, and the `text` block after it. */
const EXAMPLE = /```sh\nnpx nestjs-realtime (.+)\n```\n\n```text\n([^]*?)```/g;

export interface DocumentedCommand {
  readonly line: string;
  readonly args: readonly string[];
  /** What the text says that it prints. */
  readonly output: string;
}

/** The commands that a text in Markdown shows, each with its output. */
export function documentedCommands(markdown: string): DocumentedCommand[] {
  return [...markdown.matchAll(EXAMPLE)].map(([, line, output]) => ({ line, args: line.split(' '), output }));
}

/** `npm test` builds first. */
export function buildOnce(): void {
  if (existsSync(`${WORKSPACE}${COMMAND}`) && existsSync(`${WORKSPACE}${DEMO}`)) return;
  spawnSync('npm', ['run', 'build'], { cwd: WORKSPACE, stdio: 'ignore' });
}
