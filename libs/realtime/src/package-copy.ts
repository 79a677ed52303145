// Which copy of this package is it? A process may hold several, as a monorepo may install them; those of one version work together.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ownUrl } from './own-url.js';

/** Where a copy lies, and its version; null for one in a bundle, which has no package.json. */
export interface PackageCopy {
  readonly version: string | null;
  readonly folder: string;
}

/** The copy that this file belongs to. */
export const THIS_COPY: PackageCopy = copyAt(ownUrl());

/** What both copies are, for a fault; null for this copy, for others of its version, and where a version is not known. */
export function copyFault(copy: PackageCopy | undefined): string | null {
  const [theirs, ours] = [copy?.version ?? null, THIS_COPY.version];
  if (theirs === null || ours === null || theirs === ours) return null;
  return `nestjs-realtime ${theirs} in ${copy!.folder}, and this application runs ${ours} in ${THIS_COPY.folder}; install one version for both`;
}

/** Makes `instanceof` hold for instances of this class of every copy. A subclass is compared as always. */
export function sharedByCopies(type: abstract new (...args: never[]) => object, name: string): void {
  const brand = brandOf(name);
  Object.defineProperty(type.prototype, brand, { value: THIS_COPY });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this !== type) return Function.prototype[Symbol.hasInstance].call(this as never, value);
      return typeof value === 'object' && value !== null && brand in value;
    },
  });
}

/** The copy whose class made an instance of a shared class. */
export function copyOf(name: string, instance: object): PackageCopy | undefined {
  return (instance as Record<symbol, PackageCopy>)[brandOf(name)];
}

function brandOf(name: string): symbol {
  return Symbol.for(`nestjs-realtime:${name}`);
}

/** The copy whose `src` or `dist` has the file of this URL. A bundle may have no URL, or lie in another package. */
export function copyAt(url: string | undefined): PackageCopy {
  try {
    const folder = fileURLToPath(new URL('..', url)).replace(/[\\/]$/, '');
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
      name: string;
      version: string;
    };
    return { version: manifest.name === 'nestjs-realtime' ? manifest.version : null, folder };
  } catch {
    return { version: null, folder: 'a bundle' };
  }
}
