// Which files import each other in a circle? Type-only imports count: such files cannot be read one by one either.
import type { SourceFile } from './source-files.js';

/** One text for each circle, such as `a → b → a`. Imports of other files are ignored. */
export function importCircles(files: readonly Pick<SourceFile, 'path' | 'imports'>[]): string[] {
  const imports = new Map(files.map((file) => [file.path.replace(/\.tsx?$/, ''), file.imports]));
  const circles: string[] = [];
  const done = new Set<string>();
  const follow = (file: string, trail: readonly string[]): void => {
    const start = trail.indexOf(file);
    if (start >= 0) circles.push([...trail.slice(start), file].join(' → '));
    if (start >= 0 || done.has(file)) return;
    for (const imported of imports.get(file) ?? []) follow(imported, [...trail, file]);
    done.add(file);
  };
  for (const file of imports.keys()) follow(file, []);
  return circles;
}
