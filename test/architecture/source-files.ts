// Which source files exist, and what does each one import?
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import ts from 'typescript';

export interface SourceFile {
  /** Relative to the root of the repository. */
  readonly path: string;
  readonly text: string;
  /** Packages as written; our own files relative to the root of the repository, without extension. */
  readonly imports: readonly string[];
}

/** Every TypeScript file under these folders that ships or runs, without specs and type tests. */
export function sourceFiles(...folders: string[]): SourceFile[] {
  return folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`))
    .filter((path) => /\.tsx?$/.test(path) && !/\.(spec|test-d|d)\.ts$/.test(path))
    .map((path) => {
      const text = readFileSync(path, 'utf8');
      return { path, text, imports: importsOf(path, text) };
    });
}

/** Type-only imports, re-exports and `import()` count too. */
function importsOf(path: string, text: string): string[] {
  return ts
    .preProcessFile(text, true, true)
    .importedFiles.map(({ fileName }) =>
      fileName.startsWith('.') ? posix.join(posix.dirname(path), fileName).replace(/\.js$/, '') : fileName,
    );
}
