// How many copies of Socket.IO are there? Nest pins a version of its own, and then an application easily has two (docs/hardening.md#15).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PLATFORM = '@nestjs/platform-socket.io';
const MANIFEST = 'socket.io/package.json';

/** The oldest Socket.IO without a fault we rely on being fixed; where the range of our peer starts. 4.8.3 keeps acks that time out. */
export const OLDEST_SOCKET_IO = '4.8.4';

/** One copy in the tree. */
export interface InstalledCopy {
  readonly version: string;
  readonly folder: string;
  /** Whether it is the one that serves. */
  readonly loadedByNest: boolean;
}

/** The copies that files in `root` and Nest's own adapter load, each once. */
export function installedCopies(root: string): readonly InstalledCopy[] {
  const own = join(root, 'index.js');
  const platform = resolve(own, PLATFORM);
  const ofNest = platform && resolve(platform, MANIFEST);
  const manifests = [resolve(own, MANIFEST), ofNest].filter((path) => path !== null);
  return [...new Set(manifests)].map((path) => {
    const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
    return { version, folder: dirname(path), loadedByNest: path === ofNest };
  });
}

/** Whether a version of Socket.IO has faults we rely on being fixed. */
export function isTooOld(version: string): boolean {
  const [found, oldest] = [version, OLDEST_SOCKET_IO].map((text) =>
    text.split('.').map((part) => Number.parseInt(part)),
  );
  const differing = oldest.findIndex((part, index) => found[index] !== part);
  return differing !== -1 && !(found[differing] > oldest[differing]);
}

function resolve(from: string, specifier: string): string | null {
  try {
    return createRequire(from).resolve(specifier);
  } catch {
    return null;
  }
}
