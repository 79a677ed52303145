// Where does one more element go in a list? Behind the last one and its comment; everything else stays byte for byte.
import type { Node, NodeArray, SourceFile } from 'typescript';
import type { TypeScript } from './project-typescript.js';
import { indentation, indentUnit, lineBreak } from './text-style.js';

export interface Insertion {
  readonly at: number;
  readonly text: string;
}

/** A list between two brackets: elements of an array, properties of an object, names of an import. */
export interface BracketedList {
  readonly nodes: NodeArray<Node>;
  /** Behind the opening bracket. */
  readonly open: number;
  /** In front of the closing one. */
  readonly close: number;
  /** Between a bracket and an element on the same line. */
  readonly padding: string;
}

export function applyInsertions(text: string, insertions: readonly Insertion[]): string {
  // From the end, so that positions hold; what goes to one place keeps its order.
  return [...insertions]
    .reverse()
    .sort((one, other) => other.at - one.at)
    .reduce((result, { at, text: added }) => result.slice(0, at) + added + result.slice(at), text);
}

export function listOf(source: SourceFile, node: Node, nodes: NodeArray<Node>, padding: string): BracketedList {
  return { nodes, open: node.getStart(source) + 1, close: node.getEnd() - 1, padding };
}

export function appendTo(ts: TypeScript, source: SourceFile, list: BracketedList, element: string): Insertion[] {
  const { text } = source;
  const last = list.nodes.at(-1);
  if (last === undefined) return [intoEmpty(text, list, element)];
  const behind = list.nodes.hasTrailingComma ? list.nodes.end : last.getEnd();
  const comments = ts.getTrailingCommentRanges(text, behind) ?? [];
  const end = comments.at(-1)?.end ?? behind;
  const comma = list.nodes.hasTrailingComma ? ',' : '';
  const endsLine = comments.some(({ kind }) => kind === ts.SyntaxKind.SingleLineCommentTrivia);
  const start = last.getStart(source);
  if (!endsLine && !beginsLine(text, start)) {
    return [{ at: end, text: comma ? ` ${element},` : `, ${element}` }];
  }
  const line = lineBreak(text, end) + elementIndentation(text, list, start) + element + comma;
  if (comma || end > behind) return [...(comma ? [] : [{ at: behind, text: ',' }]), { at: end, text: line }];
  return [{ at: behind, text: `,${line}` }];
}

/** A comma in front of the element may begin the line too. */
function beginsLine(text: string, start: number): boolean {
  return /(^|\n)[ \t]*,?[ \t]*$/.test(text.slice(0, start));
}

function elementIndentation(text: string, { open }: BracketedList, start: number): string {
  const line = text.lastIndexOf('\n', start - 1);
  return line < open ? indentation(text, open) + indentUnit(text) : indentation(text, start);
}

function intoEmpty(text: string, { open, close, padding }: BracketedList, element: string): Insertion {
  const inside = text.slice(open, close);
  const written = inside.trimEnd();
  const at = open + written.length;
  if (written === '' && !inside.includes('\n')) {
    return { at: open, text: inside === '' ? padding + element + padding : padding + element };
  }
  if (!inside.includes('\n')) return { at, text: ` ${element}` };
  // Behind what stands there, which can only be comments.
  const comment = /\n[ \t]*\S[^\n]*$/.test(written) ? indentation(text, at) : null;
  return { at, text: lineBreak(text, open) + (comment ?? indentation(text, open) + indentUnit(text)) + element };
}
