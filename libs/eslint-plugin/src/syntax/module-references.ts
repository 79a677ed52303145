// Where does a file name another module? Every form counts: import, export, `import()`, `import x = require()`, types, `require()`.
import type { Visitors } from '../rule.js';
import { child, children, staticText, type SyntaxNode } from './syntax-node.js';

export interface ModuleReference {
  /** The text that names the module, to report at. */
  readonly source: SyntaxNode;
  readonly specifier: string;
  /** Gone at run time. */
  readonly isType: boolean;
}

/** Calls `visit` for each reference whose module is written as a text. */
export function onModuleReferences(visit: (reference: ModuleReference) => void): Visitors {
  const check = (source: SyntaxNode | undefined, isType: boolean): void => {
    const specifier = staticText(source);
    if (source !== undefined && specifier !== undefined) visit({ source, specifier, isType });
  };
  const statement = (node: SyntaxNode): void => check(child(node, 'source'), isTypeOnly(node));
  return {
    ImportDeclaration: statement,
    ExportNamedDeclaration: statement,
    ExportAllDeclaration: statement,
    ImportExpression: (node) => check(child(node, 'source'), false),
    TSImportType: (node) => check(child(node, 'source') ?? child(child(node, 'argument'), 'literal'), true),
    TSExternalModuleReference: (node) => check(child(node, 'expression'), isTypeOnly(child(node, 'parent'))),
    CallExpression: (node) => {
      const callee = child(node, 'callee');
      if (callee?.type === 'Identifier' && callee.name === 'require') check(children(node, 'arguments')[0], false);
    },
  };
}

/** Whether a statement imports or exports types alone: by itself, or by each of its names. */
function isTypeOnly(statement: SyntaxNode | undefined): boolean {
  if (statement?.importKind === 'type' || statement?.exportKind === 'type') return true;
  const names = children(statement, 'specifiers');
  return names.length > 0 && names.every((name) => name.importKind === 'type' || name.exportKind === 'type');
}
