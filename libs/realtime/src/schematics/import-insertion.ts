// How does a name get into a file? By the import that is there, or by one more behind the last.
import type { ImportDeclaration, ImportSpecifier, SourceFile } from 'typescript';
import { appendTo, type Insertion, listOf } from './list-insertion.js';
import { moduleSpecifier } from './module-source.js';
import type { TypeScript } from './project-typescript.js';
import { SchematicFault } from './schematic-fault.js';
import { importStyle, lineBreak } from './text-style.js';

export interface NeededImport {
  readonly symbol: string;
  readonly from: string;
}

export interface ImportedName {
  /** What the symbol is called in this file. */
  readonly local: string;
  readonly insertions: readonly Insertion[];
}

/** @throws SchematicFault where the name means something else in this file. */
export function importInto(ts: TypeScript, source: SourceFile, needed: NeededImport): ImportedName {
  const imports = source.statements.filter((each): each is ImportDeclaration => ts.isImportDeclaration(each));
  const known = imports.flatMap((each) => namesOf(ts, each).map((name) => ({ name, declaration: each })));
  const same = known.find(
    ({ name, declaration }) =>
      (name.propertyName ?? name.name).text === needed.symbol &&
      leadsTo(moduleSpecifier(ts, declaration) ?? '', needed.from) &&
      !isTypeOnly(ts, declaration, name),
  );
  if (same) return { local: same.name.name.text, insertions: [] };
  demandFree(ts, source, needed);
  const here = imports.find(
    (each) => moduleSpecifier(ts, each) === needed.from && namedImports(ts, each) && !isTypeOnly(ts, each),
  );
  const insertions = here ? intoImport(ts, source, here, needed.symbol) : [newImport(ts, source, needed)];
  return { local: needed.symbol, insertions };
}

function intoImport(ts: TypeScript, source: SourceFile, declaration: ImportDeclaration, symbol: string): Insertion[] {
  const named = namedImports(ts, declaration)!;
  return appendTo(ts, source, listOf(source, named, named.elements, importStyle(ts, source).space), symbol);
}

function newImport(ts: TypeScript, source: SourceFile, { symbol, from }: NeededImport): Insertion {
  const { text } = source;
  const { quote, semicolon, space } = importStyle(ts, source);
  const statement = `import {${space}${symbol}${space}} from ${quote}${from}${quote}${semicolon}`;
  const last = source.statements.findLast((each) => ts.isImportDeclaration(each) || ts.isImportEqualsDeclaration(each));
  if (last === undefined) {
    const first = source.statements[0]?.getStart(source) ?? text.length;
    return { at: first, text: statement + lineBreak(text, 0) };
  }
  const at = ts.getTrailingCommentRanges(text, last.end)?.at(-1)?.end ?? last.end;
  return { at, text: lineBreak(text, at) + statement };
}

function namedImports(ts: TypeScript, declaration: ImportDeclaration) {
  const bindings = declaration.importClause?.namedBindings;
  return bindings && ts.isNamedImports(bindings) ? bindings : null;
}

function namesOf(ts: TypeScript, declaration: ImportDeclaration): ImportSpecifier[] {
  return [...(namedImports(ts, declaration)?.elements ?? [])];
}

function isTypeOnly(ts: TypeScript, { importClause }: ImportDeclaration, name?: ImportSpecifier): boolean {
  // Newer compilers call it `phaseModifier`; the text says the same in all of them.
  return name?.isTypeOnly === true || /^type\b(?!\s*,|\s+from\b)/.test(importClause?.getText() ?? '');
}

/** The file itself, an index above it, or a name that the project maps to a path. */
function leadsTo(specifier: string, from: string): boolean {
  const [there, wanted] = [specifier, from].map((path) => path.replace(/\.(js|ts)$/, '').replace(/\/index$/, ''));
  return there === wanted || wanted.startsWith(`${there}/`) || (from.startsWith('.') && !there.startsWith('.'));
}

function demandFree(ts: TypeScript, source: SourceFile, { symbol, from }: NeededImport): void {
  const taken = source.statements.some((statement) => declares(ts, statement, symbol));
  if (!taken) return;
  throw new SchematicFault(
    `${source.fileName} has another ${symbol} than that of ${from}; rename one of them. Nothing was written.`,
  );
}

function declares(ts: TypeScript, statement: SourceFile['statements'][number], symbol: string): boolean {
  if (ts.isImportDeclaration(statement)) {
    const { importClause } = statement;
    const bindings = importClause?.namedBindings;
    const whole = bindings && ts.isNamespaceImport(bindings) ? [bindings.name] : [];
    return [importClause?.name, ...whole, ...namesOf(ts, statement).map(({ name }) => name)].some(
      (name) => name?.text === symbol,
    );
  }
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.some(({ name }) => ts.isIdentifier(name) && name.text === symbol);
  }
  const named = statement as { name?: { text?: string } };
  return named.name?.text === symbol;
}
