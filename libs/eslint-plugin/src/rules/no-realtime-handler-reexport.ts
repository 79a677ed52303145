// Does a handler leave its feature? docs/rules.md#r1
import { posix } from 'node:path';
import type { LintedFile, RealtimeRule, Visitors } from '../rule.js';
import { calledName, importedNames, requiredModule } from '../syntax/imported-names.js';
import { exportedSubpath } from '../syntax/package-exports.js';
import { matchesGlob, stemOf } from '../syntax/path-glob.js';
import { child, children, nameOf, property, staticText, type SyntaxNode, unwrapped } from '../syntax/syntax-node.js';

interface Options {
  /** Globs of the files that hold handlers. */
  readonly handlers: readonly string[];
}

export const noRealtimeHandlerReexport: RealtimeRule<Options> = {
  description: 'A handler is private to its feature; the channel is what a feature exports.',
  messages: {
    reexport: '{{name}} is private to its feature; export the channel instead.',
    subpath:
      '{{name}} is private to its feature; export the channel instead. The subpath "{{subpath}}" of package.json reaches this file.',
  },
  defaults: { handlers: ['realtime/**/*.handler', 'on-*.handler'] },
  visit(file: LintedFile<Options>): Visitors {
    return {
      Program(program) {
        for (const statement of children(program, 'body')) checkStatement(statement, file);
        if (isHandlerFile(file.path, file)) checkSubpaths(file);
      },
    };
  },
};

function isHandlerFile(path: string, { options }: LintedFile<Options>): boolean {
  return matchesGlob(stemOf(path), options.handlers.map(stemOf));
}

/** Whether a module is a handler file: by its path from here, or as written, for aliases and subpaths of packages. */
function isHandlerModule(specifier: string | undefined, file: LintedFile<Options>): specifier is string {
  if (specifier === undefined) return false;
  const path = specifier.startsWith('.') ? posix.join(posix.dirname(file.path), specifier) : specifier;
  return isHandlerFile(path, file);
}

function checkStatement(statement: SyntaxNode, file: LintedFile<Options>): void {
  if (statement.type === 'ExportAllDeclaration') checkAll(statement, file);
  if (statement.type === 'ExportNamedDeclaration') checkNamed(statement, file);
  if (statement.type === 'ExportDefaultDeclaration') checkName(child(statement, 'declaration'), file);
  if (statement.type === 'TSExportAssignment') checkName(child(statement, 'expression'), file);
  for (const decorator of children(child(statement, 'declaration') ?? statement, 'decorators')) {
    checkModule(child(decorator, 'expression'), file);
  }
}

function checkAll(statement: SyntaxNode, file: LintedFile<Options>): void {
  const specifier = staticText(child(statement, 'source'));
  if (isHandlerModule(specifier, file)) report(statement, fileNameOf(specifier), file);
}

function checkNamed(statement: SyntaxNode, file: LintedFile<Options>): void {
  const declaration = child(statement, 'declaration');
  if (declaration?.type === 'TSImportEqualsDeclaration') {
    const specifier = requiredModule(declaration);
    if (isHandlerModule(specifier, file)) report(statement, fileNameOf(specifier), file);
  }
  const source = child(statement, 'source');
  const specifier = staticText(source);
  const handlerFile = isHandlerModule(specifier, file) ? fileNameOf(specifier) : undefined;
  for (const each of children(statement, 'specifiers')) {
    if (source === undefined) checkName(child(each, 'local'), file, each);
    else if (handlerFile !== undefined) report(each, exportedName(each) ?? handlerFile, file);
  }
}

/** As the handler file calls it; the default has a name here at most. */
function exportedName(specifier: SyntaxNode): string | undefined {
  return ['local', 'exported'].map((key) => nameOf(child(specifier, key))).find((name) => name !== 'default');
}

/** Whether this name was imported from a handler file. */
function checkName(node: SyntaxNode | undefined, file: LintedFile<Options>, place = node): void {
  const local = node?.type === 'Identifier' ? nameOf(node) : undefined;
  if (local === undefined || place === undefined) return;
  const imported = importedNames(file.program).get(local);
  if (imported === undefined || !isHandlerModule(imported.specifier, file)) return;
  report(place, /^(\*|default)$/.test(imported.name) ? local : imported.name, file);
}

/** A module that lists a handler in its `exports` gives it to every module that imports it. */
function checkModule(decorator: SyntaxNode | undefined, file: LintedFile<Options>): void {
  if (calledName(decorator, file.program) !== 'Module') return;
  const exports = property(unwrapped(children(decorator, 'arguments')[0]), 'exports');
  for (const element of children(exports, 'elements')) checkName(element, file);
}

function checkSubpaths(file: LintedFile<Options>): void {
  const subpath = exportedSubpath(file.path);
  if (subpath === undefined) return;
  const declarations = children(file.program, 'body').map((each) => child(each, 'declaration'));
  const id = child(
    declarations.find((each) => each?.type === 'ClassDeclaration'),
    'id',
  );
  file.report(id ?? file.program, 'subpath', { name: nameOf(id) ?? fileNameOf(file.path), subpath });
}

function report(node: SyntaxNode, name: string, file: LintedFile<Options>): void {
  file.report(node, 'reexport', { name });
}

function fileNameOf(path: string): string {
  return stemOf(posix.basename(path));
}
