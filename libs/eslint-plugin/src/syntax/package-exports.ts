// By which subpath may other packages import a file? The nearest package.json says it in `exports`.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, extname, join, relative } from 'node:path';
import { escaped, stemOf } from './path-glob.js';

/** Folders that hold the sources, or what a build makes of them. `dist/a.js` and `src/a.ts` are one module. */
const BUILD_FOLDERS = /^(?:(?:src|dist|build|lib|out|esm|cjs)\/)+/;

/** The subpath that reaches the file, such as `./handlers/*`; undefined for a package that has no `exports`. */
export function exportedSubpath(file: string): string | undefined {
  const folder = packageFolder(dirname(file));
  if (folder === undefined) return undefined;
  const subpaths = subpathsOf(join(folder, 'package.json'));
  const path = relative(folder, file).replaceAll('\\', '/');
  return Object.entries(subpaths).find(([subpath, value]) =>
    targetsOf(value).some((target) => reaches(target, path, subpath, Object.keys(subpaths))),
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

/** Whether a target is this file: for a target in a build folder, whether it is what a build makes of the file. */
function reaches(target: string, file: string, subpath: string, subpaths: readonly string[]): boolean {
  const path = target.replace(/^\.\//, '');
  const isBuilt = BUILD_FOLDERS.test(path);
  const module = (each: string): string => stemOf(isBuilt ? each.replace(BUILD_FOLDERS, '') : each);
  const match = starPattern(module(path)).exec(module(file));
  if (match === null) return false;
  if (match.length === 1) return true;
  if (!subpath.includes('*')) return false;
  // where the target ends with the star, the importer writes the extension
  const extension = isBuilt ? '.js' : extname(file);
  const wanted = subpath.replace('*', target.endsWith('*') ? `${match[1]}${extension}` : match[1]);
  return closest(wanted, subpaths) === subpath;
}

/** Each star stands for the same text. */
function starPattern(path: string): RegExp {
  const [first, ...others] = path.split('*').map(escaped);
  const source = others.map((text, index) => (index === 0 ? `(.+)${text}` : `\\1${text}`));
  return new RegExp(`^${first}${source.join('')}$`);
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
