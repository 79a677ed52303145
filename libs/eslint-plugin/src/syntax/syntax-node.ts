// What does a node of the syntax tree hold? One shape for JavaScript and TypeScript, as every parser of ESLint and oxlint makes it.

export interface SyntaxNode {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** Around an expression these change its type and not its value. */
const WRAPPERS = new Set([
  'ChainExpression',
  'ParenthesizedExpression',
  'TSAsExpression',
  'TSNonNullExpression',
  'TSSatisfiesExpression',
  'TSTypeAssertion',
]);

export function child(node: SyntaxNode | undefined, key: string): SyntaxNode | undefined {
  const value = node?.[key];
  return isNode(value) ? value : undefined;
}

/** The nodes of a list; holes are left out. */
export function children(node: SyntaxNode | undefined, key: string): SyntaxNode[] {
  const value = node?.[key];
  return Array.isArray(value) ? value.filter(isNode) : [];
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value;
}

/** The expression itself, without `as const`, `satisfies X`, `!` and parentheses. */
export function unwrapped(node: SyntaxNode | undefined): SyntaxNode | undefined {
  return node !== undefined && WRAPPERS.has(node.type) ? unwrapped(child(node, 'expression')) : node;
}

/** The text of a string, or of a template without expressions. */
export function staticText(node: SyntaxNode | undefined): string | undefined {
  const text = unwrapped(node);
  if (text?.type === 'Literal' && typeof text.value === 'string') return text.value;
  if (text?.type !== 'TemplateLiteral' || children(text, 'expressions').length > 0) return undefined;
  const [{ value }] = children(text, 'quasis') as [SyntaxNode & { readonly value: { readonly cooked: string } }];
  return value.cooked;
}

/** The name that an identifier or a string stands for, as in `export { a as 'b' }`. */
export function nameOf(node: SyntaxNode | undefined): string | undefined {
  return node?.type === 'Identifier' ? String(node.name) : staticText(node);
}

/** The value of a property in an object literal. */
export function property(object: SyntaxNode | undefined, name: string): SyntaxNode | undefined {
  const found = children(object, 'properties').find(
    (each) => each.type === 'Property' && each.computed !== true && nameOf(child(each, 'key')) === name,
  );
  return unwrapped(child(found, 'value'));
}

/** Whether all properties of an object literal are written out: no spread, no computed key. */
export function isComplete(object: SyntaxNode | undefined): object is SyntaxNode {
  return (
    object?.type === 'ObjectExpression' &&
    children(object, 'properties').every((each) => each.type === 'Property' && each.computed !== true)
  );
}
