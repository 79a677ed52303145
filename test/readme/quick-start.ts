// What does the README ask a newcomer to write? Its quick start as files, and how many lines of them are the newcomer's own.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const WORKSPACE = fileURLToPath(new URL('../..', import.meta.url));
const GENERATED = join(WORKSPACE, 'node_modules/@nestjs/schematics/dist/lib/application/files');

/** The two applications that `nest new` makes. */
export type Kind = 'esm' | 'cjs';

/** A TypeScript block whose first line is a comment that names its file. */
const FILE_BLOCK = /^```tsx?\n\/\/ (\S+\.tsx?)\n([\s\S]*?)^```$/gm;

/** The files of the quick start: path to text. */
export function quickStartFiles(): ReadonlyMap<string, string> {
  const readme = readFileSync(join(WORKSPACE, 'README.md'), 'utf8');
  const section = /^## Quick start\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';
  return filesOf(section);
}

/** The files of a text in Markdown: path to text. */
export function filesOf(markdown: string): ReadonlyMap<string, string> {
  return new Map([...markdown.matchAll(FILE_BLOCK)].map(([, path, text]) => [path, text]));
}

/** A file as `nest new` generates it. */
export function generatedFile(path: string, kind: Kind = 'esm'): string {
  return readFileSync(join(GENERATED, kind === 'esm' ? 'ts-esm' : 'ts', path), 'utf8')
    .replace(/<% if[\s\S]*?<% } %>/g, '')
    .replace('<%= strict %>', 'true');
}

/** Lines that `nest new` has not written already; empty ones do not count. */
export function ownLines(files: ReadonlyMap<string, string>): string[] {
  const generated = new Set(linesOf(generatedFile('src/app.module.ts')));
  return [...files].flatMap(([path, text]) =>
    linesOf(text).filter((line) => path !== 'src/app.module.ts' || !generated.has(line)),
  );
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}
