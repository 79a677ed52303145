// Do the pages name every member of a context and of a hook, and every type that a declaration gives?
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const SOURCES = 'libs/realtime/src';

/** The rows of the table below a heading, cell by cell. */
function rowsBelow(page: string, heading: string): string[][] {
  const section = readFileSync(page, 'utf8').split(/^(?=#{2,3} )/m);
  const [, ...lines] = section
    .find((text) => text.slice(text.indexOf(' ') + 1).startsWith(`${heading}\n`))!
    .split('\n');
  const rows = lines.filter((line) => line.startsWith('| `'));
  return rows.map((row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()));
}

/** `name` of `` `name` ``, `` `name()` `` and `` `Name<C, 'bid'>` ``. */
function nameOf(cell: string): string {
  return /^`(\w+)/.exec(cell)![1];
}

const parse = (path: string) =>
  ts.createSourceFile(path, readFileSync(`${SOURCES}/${path}`, 'utf8'), ts.ScriptTarget.Latest, true);

/** The names of all members, those of extended and of joined types among them. */
function membersOf(source: ts.SourceFile, type: ts.Node): string[] {
  if (ts.isIntersectionTypeNode(type)) return type.types.flatMap((each) => membersOf(source, each));
  if (ts.isTypeReferenceNode(type)) return membersOf(source, declared(source, type.typeName.getText()));
  if (ts.isExpressionWithTypeArguments(type)) return membersOf(source, declared(source, type.expression.getText()));
  if (!ts.isTypeLiteralNode(type) && !ts.isInterfaceDeclaration(type))
    throw new Error(`${type.getText()} is new here.`);
  const inherited = ts.isInterfaceDeclaration(type) ? (type.heritageClauses ?? []).flatMap(({ types }) => types) : [];
  const own = type.members.flatMap(({ name }) => name?.getText() ?? []);
  return [...inherited.flatMap((each) => membersOf(source, each)), ...own];
}

function declared(source: ts.SourceFile, name: string): ts.InterfaceDeclaration {
  return source.statements.filter(ts.isInterfaceDeclaration).find((each) => each.name.text === name)!;
}

const unique = (names: readonly string[]): string[] => [...new Set(names)].sort();

describe('the manual', () => {
  it('has a row for each member of a context, and no other', () => {
    const source = parse('connections/realtime-context.ts');
    const members = membersOf(source, declared(source, 'RealtimeContext'));
    const rows = rowsBelow('docs/channels.md', 'The context').map(([, cell]) => nameOf(cell));
    expect(unique(rows)).toEqual(unique(members));
  });

  it('has a row for each hook, with each of its members, and no other', () => {
    const source = parse('realtime.hooks.ts');
    const hooks = declared(source, 'RealtimeHookEvents').members.filter(ts.isPropertySignature);
    const members = hooks.map(({ name, type }) => [name.getText(), unique(membersOf(source, type!))]);
    const rows = rowsBelow('docs/observability.md', 'Hooks').map(([, hook, , holds]) => {
      const named = [...holds.matchAll(/`(\w+)`/g)].map(([, name]) => name);
      return [nameOf(hook), unique(['nodeId', ...named])];
    });
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(members));
  });

  it('has a row for each type that a declaration gives', () => {
    const door = readFileSync(`${SOURCES}/index.ts`, 'utf8').split("} from '@nestjs-realtime/contract';")[0];
    const types = [...door.matchAll(/type (\w+(?:Of|Input|Output)|Channel(?:Address|Target)|AnyChannel),/g)];
    const rows = rowsBelow('docs/channels.md', 'Types').map(([, cell]) => nameOf(cell));
    expect(unique(rows)).toEqual(unique(types.map(([, name]) => name)));
  });
});
