// From which module does a name of a file come, and what is it called there?
import { child, children, nameOf, staticText, type SyntaxNode } from './syntax-node.js';

export interface ImportedName {
  readonly specifier: string;
  /** `*` for the whole module. */
  readonly name: string;
}

const OURS = /^(nestjs-realtime|@nestjs-realtime\/contract)(\/|$)/;

/** Read once per file: rules ask for each call. */
const known = new WeakMap<SyntaxNode, ReadonlyMap<string, ImportedName>>();

/** The imports of a file, by the names that it gives them. */
export function importedNames(program: SyntaxNode): ReadonlyMap<string, ImportedName> {
  const names = known.get(program) ?? new Map(children(program, 'body').flatMap(namesOf));
  known.set(program, names);
  return names;
}

function namesOf(statement: SyntaxNode): [local: string, ImportedName][] {
  if (statement.type === 'TSImportEqualsDeclaration') {
    return entry(child(statement, 'id'), requiredModule(statement), '*');
  }
  if (statement.type !== 'ImportDeclaration') return [];
  const specifier = staticText(child(statement, 'source'));
  return children(statement, 'specifiers').flatMap((each) =>
    entry(child(each, 'local'), specifier, nameInModule(each)),
  );
}

/** The module of `import x = require('module')`. */
export function requiredModule(statement: SyntaxNode): string | undefined {
  return staticText(child(child(statement, 'moduleReference'), 'expression'));
}

function nameInModule(specifier: SyntaxNode): string | undefined {
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  return specifier.type === 'ImportDefaultSpecifier' ? 'default' : nameOf(child(specifier, 'imported'));
}

function entry(local: SyntaxNode | undefined, specifier?: string, name?: string): [string, ImportedName][] {
  const key = nameOf(local);
  return key === undefined || specifier === undefined || name === undefined ? [] : [[key, { specifier, name }]];
}

/**
 * What is called here: `RealtimeHandler` in `@RealtimeHandler()`, in `@realtime.RealtimeHandler()`, and under the name that an import
 * from this library has given it.
 */
export function calledName(call: SyntaxNode | undefined, program: SyntaxNode): string | undefined {
  if (call?.type !== 'CallExpression') return undefined;
  const callee = child(call, 'callee');
  if (callee?.type === 'MemberExpression') return nameOf(child(callee, 'property'));
  const local = nameOf(callee);
  const imported = local === undefined ? undefined : importedNames(program).get(local);
  return imported !== undefined && OURS.test(imported.specifier) ? imported.name : local;
}
