// Where is a program that a test needs? At the path that a variable names, at a usual place or, on Debian as root, where apt-get puts it.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Program {
  /** The environment variable with its path. */
  readonly variable: string;
  readonly usualPaths: readonly string[];
  readonly debianPackage: string;
  /** One line that names what to install. */
  readonly advice: string;
}

/** What the search needs from a machine. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  exists(path: string): boolean;
  run(command: string, ...args: string[]): void;
}

/** Test files run side by side, and apt-get does not wait for another one. */
const LOCK = join(tmpdir(), 'nestjs-realtime-apt-get.lock');

const thisMachine: Machine = {
  environment: process.env,
  isRoot: process.getuid?.() === 0,
  exists: existsSync,
  run: (command, ...args) =>
    execFileSync('flock', [LOCK, command, ...args], {
      stdio: 'ignore',
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    }),
};

/** @throws Error with one line that names what to install. */
export function findProgram(program: Program, machine: Machine = thisMachine): string {
  const given = machine.environment[program.variable];
  if (given) {
    if (machine.exists(given)) return given;
    throw new Error(`${program.variable} is ${given}, but there is no such file.`);
  }
  const found = usualPath(program, machine) ?? installOnDebian(program, machine);
  if (found === undefined) throw new Error(program.advice);
  return found;
}

function usualPath({ usualPaths }: Program, machine: Machine): string | undefined {
  return usualPaths.find((path) => machine.exists(path));
}

function installOnDebian(program: Program, machine: Machine): string | undefined {
  if (!machine.isRoot || !machine.exists('/etc/debian_version')) return undefined;
  try {
    machine.run('apt-get', 'update', '--quiet');
    machine.run('apt-get', 'install', '--quiet', '--yes', '--no-install-recommends', program.debianPackage);
  } catch {
    // No network, or a package source without it: the search has failed, and its error says what to do.
  }
  return usualPath(program, machine);
}
