// Which copy of this package is it? A process may hold several, as a monorepo may install them; those of one version work together.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Where a copy lies, and its version. */
export interface PackageCopy {
  readonly version: string;
  readonly folder: string;
}

const ROOT = new URL('..', import.meta.url);

/** The copy that this file belongs to. */
export const THIS_COPY: PackageCopy = { version: versionIn(ROOT), folder: fileURLToPath(ROOT).replace(/[\\/]$/, '') };

/** Null for this copy, and for others of its version; else what both are, for a fault. */
export function copyFault(copy: PackageCopy | undefined): string | null {
  if (copy === undefined || copy.version === THIS_COPY.version) return null;
  return `nestjs-realtime ${copy.version} in ${copy.folder}, and this application runs ${THIS_COPY.version} in ${THIS_COPY.folder}; install one version for both`;
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

/** A bundle has no package.json. */
function versionIn(folder: URL): string {
  try {
    return (JSON.parse(readFileSync(new URL('package.json', folder), 'utf8')) as { version: string }).version;
  } catch {
    return 'of a bundle';
  }
}
