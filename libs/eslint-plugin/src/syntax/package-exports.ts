// By which subpath may other packages import a file? The nearest package.json says it in `exports`.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { stemOf } from './path-glob.js';

/** Folders that hold the sources, or what a build makes of them. `dist/a.js` and `src/a.ts` are one module. */
const BUILD_FOLDERS = /^(?:(?:src|dist|build|lib|out|esm|cjs)\/)+/;

/** The subpath that reaches the file, such as `./handlers/*`; undefined for a package that has no `exports`. */
export function exportedSubpath(file: string): string | undefined {
  const folder = packageFolder(dirname(file));
  if (folder === undefined) return undefined;
  const subpaths = subpathsOf(join(folder, 'package.json'));
  const module = moduleOf(relative(folder, file).replaceAll('\\', '/'));
  return Object.entries(subpaths).find(([subpath, value]) =>
    targetsOf(value).some((target) => reaches(target, module, subpath, Object.keys(subpaths))),
  )?.[0];
}

function packageFolder(folder: string): string | undefined {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  return parent === folder ? undefined : packageFolder(parent);
}

function subpathsOf(manifest: string): Readonly<Record<string, unknown>> {
  const exports = exportsOf(manifest);
  const hasSubpaths =
    typeof exports === 'object' && exports !== null && Object.keys(exports).every((key) => key.startsWith('.'));
  return hasSubpaths ? { ...exports } : { '.': exports };
}

/** A package.json that cannot be read is the business of npm. */
function exportsOf(manifest: string): unknown {
  try {
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { exports?: unknown } | null)?.exports;
  } catch {
    return undefined;
  }
}

/** Every path that conditions and alternatives lead to. */
function targetsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(targetsOf) : [];
}

function moduleOf(path: string): string {
  return stemOf(path.replace(/^\.\//, '').replace(BUILD_FOLDERS, ''));
}

function reaches(target: string, module: string, subpath: string, subpaths: readonly string[]): boolean {
  const [before, after] = moduleOf(target).split('*');
  if (after === undefined) return before === module;
  if (!subpath.includes('*') || module.length <= before.length + after.length) return false;
  if (!module.startsWith(before) || !module.endsWith(after)) return false;
  const middle = module.slice(before.length, module.length - after.length);
  // where the target ends with the star, the importer writes the extension
  const wanted = subpath.replace('*', target.endsWith('*') ? `${middle}.js` : middle);
  return closest(wanted, subpaths) === subpath;
}

/** Of several subpaths that fit, Node takes the one that says most; it may forbid what a wider one gives away. */
function closest(wanted: string, subpaths: readonly string[]): string | undefined {
  if (subpaths.includes(wanted)) return wanted;
  const length = (subpath: string): number => subpath.indexOf('*');
  return subpaths
    .filter((subpath) => {
      const [before, after] = subpath.split('*');
      return after !== undefined && wanted.startsWith(before) && wanted.endsWith(after);
    })
    .sort((one, other) => length(other) - length(one) || other.length - one.length)[0];
}
