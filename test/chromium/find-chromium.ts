// Where is Chromium on this machine? At CHROMIUM_PATH, at a usual place or, on Debian as root, where apt-get puts it.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';

const USUAL_PATHS = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
];

/** What the search needs from a machine. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly isRoot: boolean;
  exists(path: string): boolean;
  run(command: string, ...args: string[]): void;
}

const thisMachine: Machine = {
  environment: process.env,
  isRoot: process.getuid?.() === 0,
  exists: existsSync,
  run: (command, ...args) =>
    execFileSync(command, args, { stdio: 'ignore', env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } }),
};

/** @throws Error with one line that names what to install. */
export function findChromium(machine: Machine = thisMachine): string {
  const given = machine.environment.CHROMIUM_PATH;
  if (given) {
    if (machine.exists(given)) return given;
    throw new Error(`CHROMIUM_PATH is ${given}, but there is no such file.`);
  }
  return usualPath(machine) ?? installOnDebian(machine) ?? refuse();
}

function usualPath(machine: Machine): string | undefined {
  return USUAL_PATHS.find((path) => machine.exists(path));
}

function installOnDebian(machine: Machine): string | undefined {
  if (!machine.isRoot || !machine.exists('/etc/debian_version')) return undefined;
  try {
    machine.run('apt-get', 'update', '--quiet');
    machine.run('apt-get', 'install', '--quiet', '--yes', '--no-install-recommends', 'chromium');
  } catch {
    // No network, or a package source without it: refuse() throws the line that says what to do.
  }
  return usualPath(machine);
}

function refuse(): never {
  throw new Error(
    'The browser tests need Chromium: install it (Debian: "apt-get install chromium") or set CHROMIUM_PATH to a Chromium or Chrome binary.',
  );
}
