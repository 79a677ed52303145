// Which copy of Socket.IO serves? Nest's adapter brings its own, and the library uses no other: a second copy in the tree changes nothing.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const PLATFORM = '@nestjs/platform-socket.io';
const MANIFEST = 'socket.io/package.json';

/** The oldest Socket.IO that we are tested with: the one that the first platform of Nest 11 pins. */
export const OLDEST_SOCKET_IO = '4.8.1';

export interface InstalledCopy {
  readonly version: string;
  readonly folder: string;
}

/** The copy that Nest's own adapter loads, seen from files in `root`; null where there is none. */
export function servingCopy(root: string): InstalledCopy | null {
  const platform = resolve(join(root, 'index.js'), PLATFORM);
  const path = platform && resolve(platform, MANIFEST);
  if (path === null) return null;
  const { version } = JSON.parse(readFileSync(path, 'utf8')) as { version: string };
  return { version, folder: dirname(path) };
}

/** The version of a package of Nest, seen from files in `root`; null where there is none. Its entry stands beside its manifest. */
export function nestVersion(root: string, name: string): string | null {
  const entry = resolve(join(root, 'index.js'), name);
  if (entry === null) return null;
  return (JSON.parse(readFileSync(join(dirname(entry), 'package.json'), 'utf8')) as { version: string }).version;
}

/** Whether a version of Socket.IO is older than those that we are tested with. */
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
