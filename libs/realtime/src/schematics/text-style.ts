// How does this file write its lines, quotes and semicolons? What is inserted looks like what is there.
import type { ImportDeclaration, SourceFile } from 'typescript';
import type { TypeScript } from './project-typescript.js';

export interface ImportStyle {
  readonly quote: string;
  readonly semicolon: string;
  /** Between a brace and a name. */
  readonly space: string;
}

/** The line break that is used at `position`. */
export function lineBreak(text: string, position: number): string {
  const next = text.indexOf('\n', position);
  const at = next < 0 ? text.lastIndexOf('\n') : next;
  return text[at - 1] === '\r' ? '\r\n' : '\n';
}

/** The blanks that the line of `position` begins with. */
export function indentation(text: string, position: number): string {
  const start = text.lastIndexOf('\n', position - 1) + 1;
  return /^[ \t]*/.exec(text.slice(start))![0];
}

/** One step of indentation, as the first indented line has it. */
export function indentUnit(text: string): string {
  const first = /^(\t| {2,8})(?=\S)(?!\*)/m.exec(text.replace(/\/\*[\s\S]*?\*\//g, ''));
  return first ? first[1] : '  ';
}

/** Taken from the last import that names something. */
export function importStyle(ts: TypeScript, source: SourceFile): ImportStyle {
  const imports = source.statements.filter((each): each is ImportDeclaration => ts.isImportDeclaration(each));
  const last = imports.at(-1)?.getText(source) ?? '';
  const braces = imports.map((each) => /\{([ \t]*)\w/.exec(each.getText(source))).filter((match) => match !== null);
  return {
    quote: last.includes('"') ? '"' : "'",
    semicolon: imports.length === 0 || last.endsWith(';') ? ';' : '',
    space: braces.length > 0 ? braces.at(-1)![1] : ' ',
  };
}
