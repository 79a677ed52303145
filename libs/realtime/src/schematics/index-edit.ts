// How does a channel get into the index of its feature? As one more line behind the exports that are there.
import { applyInsertions } from './list-insertion.js';
import type { NeededImport } from './import-insertion.js';
import { moduleSpecifier, parsed } from './module-source.js';
import type { TypeScript } from './project-typescript.js';
import { lineBreak } from './text-style.js';

/** @throws SchematicFault where the file does not parse. */
export function exportFrom(ts: TypeScript, file: string, text: string, { symbol, from }: NeededImport): string {
  const source = parsed(ts, file, text);
  const exports = source.statements.filter((each) => ts.isExportDeclaration(each));
  const there = exports.some(({ exportClause, moduleSpecifier: specifier }) => {
    if (exportClause === undefined)
      return withoutEnding(moduleSpecifier(ts, { moduleSpecifier: specifier })) === withoutEnding(from);
    return ts.isNamedExports(exportClause) && exportClause.elements.some(({ name }) => name.text === symbol);
  });
  if (there) return text;
  const last = exports.at(-1) ?? source.statements.at(-1);
  const written = last?.getText(source) ?? '';
  const quote = written.includes('"') ? '"' : "'";
  const semicolon = last && !written.endsWith(';') ? '' : ';';
  const line = `export { ${symbol} } from ${quote}${from}${quote}${semicolon}`;
  if (last === undefined) return applyInsertions(text, [{ at: text.length, text: line + lineBreak(text, 0) }]);
  const at = ts.getTrailingCommentRanges(text, last.end)?.at(-1)?.end ?? last.end;
  return applyInsertions(text, [{ at, text: lineBreak(text, at) + line }]);
}

function withoutEnding(specifier: string | null): string | undefined {
  return specifier?.replace(/\.(js|ts)$/, '');
}
