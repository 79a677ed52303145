// What does each door export, of which kind and with which signature? Read from the sources by the TypeScript compiler.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import ts from 'typescript';

export interface Door {
  /** As an application imports it. */
  readonly specifier: string;
  /** The index in the sources, from the repository's root. */
  readonly path: string;
}

/** Flags of a symbol, and the word for each in a list of exports. A class is its own type, so it is asked for first. */
const KINDS: readonly [ts.SymbolFlags, string][] = [
  [ts.SymbolFlags.Class, 'class'],
  [ts.SymbolFlags.Function, 'function'],
  [ts.SymbolFlags.Variable, 'const'],
  [ts.SymbolFlags.Enum, 'enum'],
  [ts.SymbolFlags.Interface, 'interface'],
  [ts.SymbolFlags.TypeAlias, 'type'],
  [ts.SymbolFlags.Namespace, 'namespace'],
];

/** Every door that a package under `libs` opens in its package.json. */
export function doors(): Door[] {
  return readdirSync('libs')
    .filter((folder) => existsSync(`libs/${folder}/package.json`))
    .flatMap((folder) => doorsOf(`libs/${folder}`));
}

function doorsOf(folder: string): Door[] {
  const { name, exports } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as {
    name: string;
    exports: Record<string, string | { default: string }>;
  };
  return Object.entries(exports).flatMap(([door, target]) =>
    typeof target === 'string'
      ? []
      : [
          {
            specifier: `${name}${door.slice(1)}`,
            path: target.default.replace(/^\.\/dist\//, `${folder}/src/`).replace(/\.js$/, '.ts'),
          },
        ],
  );
}

/**
 * What is behind each door, sorted by name: its kind and name on a line, such as `class RealtimeModule`, then its declaration without
 * comments and private members. What another package of this repository exports as well is named only.
 */
export function exportsOf(all: readonly Door[]): Map<string, string[]> {
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)) as { config: object };
  const overrides = { types: [], noEmit: false, declaration: true, emitDeclarationOnly: true, removeComments: true };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.', overrides);
  const program = ts.createProgram(
    all.map(({ path }) => path),
    options,
  );
  const declared = declarationsOf(program);
  return new Map(all.map((door) => [door.specifier, blocksOf(door, program, declared)]));
}

/** The declarations of each source file, by file and name, as they are published. */
function declarationsOf(program: ts.Program): Map<string, string> {
  const printer = ts.createPrinter({ removeComments: true });
  const found = new Map<string, string>();
  program.emit(undefined, (path, text, _bom, _error, sources) => {
    const source = sources?.[0]?.fileName;
    if (source === undefined || !path.endsWith('.d.ts')) return;
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest);
    for (const statement of file.statements) {
      for (const name of namesOf(statement)) {
        const key = `${source} ${name}`;
        const printed = printer.printNode(ts.EmitHint.Unspecified, published(statement), file);
        found.set(key, [...(found.has(key) ? [found.get(key)!] : []), printed].join('\n'));
      }
    }
  });
  return found;
}

function namesOf(statement: ts.Statement): string[] {
  if (ts.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  }
  const { name } = statement as ts.Statement & { readonly name?: ts.Identifier };
  return name === undefined ? [] : [name.text];
}

/** A class without its private members: applications cannot use them. */
function published(statement: ts.Statement): ts.Statement {
  if (!ts.isClassDeclaration(statement)) return statement;
  const { factory } = ts;
  const members = statement.members.filter((member) => {
    const isHidden = member.name !== undefined && ts.isPrivateIdentifier(member.name);
    return !isHidden && (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Private) === 0;
  });
  const { modifiers, name, typeParameters, heritageClauses } = statement;
  return factory.updateClassDeclaration(statement, modifiers, name, typeParameters, heritageClauses, members);
}

function blocksOf({ path, specifier }: Door, program: ts.Program, declared: ReadonlyMap<string, string>): string[] {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(path);
  const door = file && checker.getSymbolAtLocation(file);
  if (!door) throw new Error(`${path} is no module, or is missing.`);
  const root = path.slice(0, path.indexOf('/src/'));
  return checker
    .getExportsOfModule(door)
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map((symbol) => {
      const heading = `${kindOf(symbol, checker)} ${symbol.name}`;
      const target = targetOf(symbol, checker);
      const source = target.declarations?.[0]?.getSourceFile().fileName ?? '';
      if (!source.includes(`${root}/src/`)) return `${heading} (of another package)`;
      const declaration = declared.get(`${source} ${target.name}`);
      if (declaration === undefined) throw new Error(`No declaration of ${symbol.name} of ${specifier} was found.`);
      return [heading, ...declaration.split('\n').map((line) => `  ${line}`)].join('\n');
    });
}

function targetOf(symbol: ts.Symbol, checker: ts.TypeChecker): ts.Symbol {
  return (symbol.flags & ts.SymbolFlags.Alias) !== 0 ? checker.getAliasedSymbol(symbol) : symbol;
}

function kindOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const target = targetOf(symbol, checker);
  const kinds = KINDS.filter(([flag]) => (target.flags & flag) !== 0).map(([, kind]) => kind);
  if (kinds.length === 0) throw new Error(`${symbol.name} is exported, but leads to no declaration.`);
  const isAbstract = target.declarations?.some(
    (each) => (ts.getCombinedModifierFlags(each) & ts.ModifierFlags.Abstract) !== 0,
  );
  const kind = `${isAbstract ? 'abstract ' : ''}${kinds.join(' and ')}`;
  return isValue(target) && isTypeOnly(symbol) ? `type of ${kind}` : kind;
}

function isValue({ flags }: ts.Symbol): boolean {
  return (flags & ts.SymbolFlags.Value) !== 0;
}

/** An `export type` gives the type of a class away, not its constructor. */
function isTypeOnly({ declarations = [] }: ts.Symbol): boolean {
  return declarations.some((each) => ts.isExportSpecifier(each) && ts.isTypeOnlyExportDeclaration(each));
}
