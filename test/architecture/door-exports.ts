// What does each door export, and of which kind? Read from the sources by the TypeScript compiler.
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

/** The names behind each door, one a line, such as `class RealtimeModule`; sorted by name. */
export function exportsOf(paths: readonly string[]): Map<string, string[]> {
  const { config } = ts.readConfigFile('tsconfig.json', (path) => ts.sys.readFile(path)) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, '.', { types: [], noEmit: true });
  const program = ts.createProgram([...paths], options);
  const checker = program.getTypeChecker();
  return new Map(paths.map((path) => [path, linesOf(program.getSourceFile(path), checker)]));
}

function linesOf(file: ts.SourceFile | undefined, checker: ts.TypeChecker): string[] {
  const door = file && checker.getSymbolAtLocation(file);
  if (!door) throw new Error(`${file?.fileName ?? 'A door'} is no module, or is missing.`);
  return checker
    .getExportsOfModule(door)
    .map((symbol) => ({ name: symbol.name, kind: kindOf(symbol, checker) }))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
    .map(({ name, kind }) => `${kind} ${name}`);
}

function kindOf(symbol: ts.Symbol, checker: ts.TypeChecker): string {
  const isAlias = (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  const target = isAlias ? checker.getAliasedSymbol(symbol) : symbol;
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
