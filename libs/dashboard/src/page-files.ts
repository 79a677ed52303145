// Which files does the page consist of? Those of dist/page, read once at boot; nothing else can be asked for.
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** One file as it is sent. */
export interface PageFile {
  readonly type: string;
  readonly text: string;
}

/** The page, and what it loads, by name. */
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

/** Beside the compiled code; also where this file runs from its source. */
export const PAGE_DIRECTORY = fileURLToPath(new URL('../dist/page/', import.meta.url));

/** Null where the page has not been built. */
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

/** The page with what it cannot know: where it is, and where the realtime layer is. */
export function fillPlaceholders(index: string, base: string, realtimePath: string): string {
  return index.replaceAll('__BASE__', () => escaped(base)).replaceAll('__REALTIME_PATH__', () => escaped(realtimePath));
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
