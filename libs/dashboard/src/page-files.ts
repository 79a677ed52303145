// Which files belong to the page? Those in dist/page, read once at boot. No other file is ever served.
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One file, ready to send. */
export interface PageFile {
  readonly type: string;
  readonly text: string;
}

/** The page, and the files that it loads, by name. */
export interface PageFiles {
  readonly index: string;
  readonly assets: ReadonlyMap<string, PageFile>;
}

const TYPES: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};
const INDEX = 'index.html';

/** `dist/page`, whether this file runs compiled or from source. */
export const PAGE_DIRECTORY = fileURLToPath(new URL('../dist/page/', import.meta.url));

/** Null if the page is not built. */
export function readPageFiles(directory: string): PageFiles | null {
  try {
    const assets = readdirSync(directory, { withFileTypes: true }).flatMap((entry): [string, PageFile][] => {
      const type = TYPES[extname(entry.name)];
      if (!entry.isFile() || type === undefined) return [];
      return [[entry.name, { type, text: readFileSync(`${directory}/${entry.name}`, 'utf8') }]];
    });
    return { index: readFileSync(`${directory}/${INDEX}`, 'utf8'), assets: new Map(assets) };
  } catch {
    return null;
  }
}

/** The page with its own path, the path of the realtime layer, and the way back to the application filled in; null for no way back. */
export function fillPlaceholders(
  index: string,
  base: string,
  realtimePath: string,
  home: string | null = null,
): string {
  return index
    .replaceAll('__BASE__', () => escaped(base))
    .replaceAll('__REALTIME_PATH__', () => escaped(realtimePath))
    .replaceAll('__HOME__', () => escaped(home ?? ''));
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
