// How many copies of Socket.IO are there? Nest pins a version of its own, and then an application easily has two (hardening 15).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PLATFORM = '@nestjs/platform-socket.io';
const MANIFEST = 'socket.io/package.json';

/** One copy in the tree. */
export interface InstalledCopy {
  readonly version: string;
  readonly folder: string;
}

/** The copies that files in `root` and Nest's own adapter load, each once. */
export function installedCopies(root: string): readonly InstalledCopy[] {
  const own = join(root, 'index.js');
  const platform = resolve(own, PLATFORM);
  const manifests = [resolve(own, MANIFEST), platform && resolve(platform, MANIFEST)].filter((path) => path !== null);
  return [...new Set(manifests)].map((path) => {
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
    return { version, folder: dirname(path) };
  });
}

function resolve(from: string, specifier: string): string | null {
  try {
    return createRequire(from).resolve(specifier);
  } catch {
    return null;
  }
}
