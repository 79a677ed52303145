// Where in a file is its module? Its decorator is found through the import, whatever name it has there.
import type {
  ArrayLiteralExpression,
  CallExpression,
  ClassLikeDeclaration,
  Expression,
  Node,
  ObjectLiteralElementLike,
  ObjectLiteralExpression,
  SourceFile,
} from 'typescript';
import type { TypeScript } from './project-typescript.js';
import { SchematicFault } from './schematic-fault.js';

/** A file that parses. @throws SchematicFault that names the line of the first error. */
export function parsed(ts: TypeScript, file: string, text: string): SourceFile {
  const { diagnostics = [] } = ts.transpileModule(text, { fileName: 'file.ts', reportDiagnostics: true });
  const error = diagnostics.find(({ file: inFile, start }) => inFile !== undefined && start !== undefined);
  if (error === undefined) return ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const line = error.file!.getLineAndCharacterOfPosition(error.start!).line + 1;
  const reason = ts.flattenDiagnosticMessageText(error.messageText, ' ');
  throw new SchematicFault(
    `${file}:${line} does not parse (${reason}); fix it and run this again. Nothing was written.`,
  );
}

/** The calls of `@Module()` in the file. */
export function moduleDecorators(ts: TypeScript, source: SourceFile): CallExpression[] {
  const isModule = moduleNames(ts, source);
  const found: CallExpression[] = [];
  const visit = (node: Node): void => {
    if (ts.isClassLike(node)) found.push(...decoratorCalls(ts, node).filter((call) => isModule(call.expression)));
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function decoratorCalls(ts: TypeScript, node: ClassLikeDeclaration): CallExpression[] {
  const decorators = ts.canHaveDecorators(node) ? (ts.getDecorators(node) ?? []) : [];
  return decorators.map(({ expression }) => expression).filter((each) => ts.isCallExpression(each));
}

/** What `Module` of @nestjs/common is called here: an alias, or a member of a namespace. */
function moduleNames(ts: TypeScript, source: SourceFile): (expression: Expression) => boolean {
  const names = new Set<string>();
  const namespaces = new Set<string>();
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) || moduleSpecifier(ts, statement) !== '@nestjs/common') continue;
    const bindings = statement.importClause?.namedBindings;
    if (bindings && ts.isNamespaceImport(bindings)) namespaces.add(bindings.name.text);
    if (!bindings || !ts.isNamedImports(bindings)) continue;
    for (const { name, propertyName } of bindings.elements) {
      if ((propertyName ?? name).text === 'Module') names.add(name.text);
    }
  }
  return (expression) =>
    ts.isIdentifier(expression)
      ? names.has(expression.text)
      : ts.isPropertyAccessExpression(expression) &&
        ts.isIdentifier(expression.expression) &&
        namespaces.has(expression.expression.text) &&
        expression.name.text === 'Module';
}

export function moduleSpecifier(ts: TypeScript, { moduleSpecifier }: { moduleSpecifier?: Expression }): string | null {
  return moduleSpecifier && ts.isStringLiteral(moduleSpecifier) ? moduleSpecifier.text : null;
}

/** Without `as`, `satisfies`, `!` and parentheses. */
export function bare(ts: TypeScript, expression: Expression): Expression {
  return ts.isAsExpression(expression) ||
    ts.isSatisfiesExpression(expression) ||
    ts.isParenthesizedExpression(expression) ||
    ts.isTypeAssertionExpression(expression) ||
    ts.isNonNullExpression(expression)
    ? bare(ts, expression.expression)
    : expression;
}

/** The array that an expression is, or that the `const` of this file is that it names. */
export function arrayBehind(
  ts: TypeScript,
  source: SourceFile,
  expression: Expression,
  followed: readonly string[] = [],
): ArrayLiteralExpression | null {
  const value = bare(ts, expression);
  if (ts.isArrayLiteralExpression(value)) return value;
  if (!ts.isIdentifier(value) || followed.includes(value.text)) return null;
  const initializer = constNamed(ts, source, value.text);
  return initializer ? arrayBehind(ts, source, initializer, [...followed, value.text]) : null;
}

function constNamed(ts: TypeScript, source: SourceFile, name: string): Expression | undefined {
  return source.statements
    .filter((statement) => ts.isVariableStatement(statement))
    .filter(({ declarationList }) => (declarationList.flags & ts.NodeFlags.Const) !== 0)
    .flatMap(({ declarationList }) => [...declarationList.declarations])
    .find((each) => ts.isIdentifier(each.name) && each.name.text === name)?.initializer;
}

/** Undefined where the object has no such key; null where its value cannot be told from the text. */
export function valueOf(ts: TypeScript, object: ObjectLiteralExpression, key: string): Expression | null | undefined {
  const at = object.properties.findLastIndex((each) => keyOf(ts, each) === key);
  const spread = object.properties.findLastIndex((each) => keyOf(ts, each) === null);
  // A spread, or a computed key, may be that key.
  if (spread > at) return null;
  const property = object.properties[at];
  if (property === undefined) return undefined;
  if (ts.isShorthandPropertyAssignment(property)) return property.name;
  return ts.isPropertyAssignment(property) ? property.initializer : null;
}

/** Null where it cannot be told. */
function keyOf(ts: TypeScript, { name }: ObjectLiteralElementLike): string | null {
  if (name === undefined) return null;
  if (ts.isComputedPropertyName(name)) return ts.isStringLiteralLike(name.expression) ? name.expression.text : null;
  return name.text;
}
