// How does a test run a Python client? With Debian's packages and Debian's own Python, as a process whose lines are read.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findProgram, type Program } from '../kit/find-program.js';
import { until } from '../kit/until.js';

const PACKAGES = '/usr/lib/python3/dist-packages';
const ADVICE =
  'The tests of clients in other languages need python-socketio of Debian: "apt-get install python3-socketio python3-websocket".';
const SOCKET_IO: Program = {
  variable: 'PYTHON_SOCKETIO_PATH',
  usualPaths: [`${PACKAGES}/socketio/__init__.py`],
  debianPackage: 'python3-socketio',
  advice: ADVICE,
};
const WEBSOCKET: Program = {
  variable: 'PYTHON_WEBSOCKET_PATH',
  usualPaths: [`${PACKAGES}/websocket/__init__.py`],
  debianPackage: 'python3-websocket',
  advice: ADVICE,
};
/** Debian's own, which knows Debian's packages; another may come first in PATH. */
const PYTHON = '/usr/bin/python3';

export class PythonProgram {
  /** Everything it has printed, and the lines of its errors. */
  readonly lines: string[] = [];
  /** Resolves with its exit code once it has ended. */
  readonly ended: Promise<unknown>;

  private constructor(
    private readonly child: ChildProcess,
    folder: string,
  ) {
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface(stream).on('line', (line) => this.lines.push(line));
    }
    this.ended = once(child, 'close').then(([code]) => {
      rmSync(folder, { recursive: true });
      return code as unknown;
    });
  }

  static run(source: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): PythonProgram {
    for (const needed of [SOCKET_IO, WEBSOCKET]) findProgram(needed);
    const folder = mkdtempSync(join(tmpdir(), 'python-'));
    const file = join(folder, 'client.py');
    writeFileSync(file, source);
    const child = spawn(PYTHON, [file, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new PythonProgram(child, folder);
  }

  /** Resolves once it has printed `times` lines that begin so. */
  async said(start: string, times = 1): Promise<void> {
    await until(
      () => this.lines,
      (lines) => lines.filter((line) => line.startsWith(start)).length >= times,
    );
  }

  async stop(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.ended;
  }
}
