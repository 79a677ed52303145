// Where in the project does it go? Source roots, the module above a folder, the root module, and what package.json says.
import { posix } from 'node:path';
import type { CallExpression, Node } from 'typescript';
import { moduleSpecifier, parsed } from './module-source.js';
import type { TypeScript } from './project-typescript.js';
import { jsonAt, type ProjectTree, textAt } from './project-tree.js';
import { SchematicFault } from './schematic-fault.js';

export interface PlaceOptions {
  readonly sourceRoot?: string;
  readonly project?: string;
}

/** What `g channel` and `g handler` are asked: a path and a name below the sources, the module, and whether there is a test. */
export interface FeatureOptions extends PlaceOptions {
  readonly name: string;
  readonly path?: string;
  readonly module?: string;
  readonly spec?: boolean;
  readonly specFileSuffix?: string;
  readonly overwrite?: boolean;
}

interface CliProject {
  readonly sourceRoot?: string;
  readonly entryFile?: string;
  readonly root?: string;
}
type CliConfig = CliProject & { readonly projects?: Readonly<Record<string, CliProject>> };

/** The Nest CLI says it; our own command leaves it to nest-cli.json. @throws SchematicFault for an unknown project. */
export function sourceRootOf(tree: ProjectTree, { sourceRoot, project }: PlaceOptions): string {
  const config = cliConfig(tree);
  if (project === undefined) return plain(sourceRoot ?? config.sourceRoot ?? 'src');
  const found = config.projects?.[project];
  if (found) return plain(found.sourceRoot ?? posix.join(found.root ?? '', 'src'));
  const names = Object.keys(config.projects ?? {}).join(', ') || 'none';
  throw new SchematicFault(`nest-cli.json has no project "${project}"; there are: ${names}.`);
}

function cliConfig(tree: ProjectTree): CliConfig {
  return jsonAt(tree, 'nest-cli.json') ?? {};
}

function plain(path: string): string {
  return posix
    .normalize(path)
    .replace(/^\.?\//, '')
    .replace(/\/$/, '');
}

/** The module in the folder or in the nearest one above it. @throws SchematicFault */
export function moduleAbove(tree: ProjectTree, sourceRoot: string, feature: string): string {
  for (let folder = posix.join(sourceRoot, feature); ; folder = posix.dirname(folder)) {
    const found = tree.getDir(folder).subfiles.filter((name) => name.endsWith('.module.ts'));
    const own = found.find((name) => name === `${posix.basename(folder)}.module.ts`);
    if (own !== undefined || found.length === 1) return posix.join(folder, own ?? found[0]);
    if (found.length > 1 && folder === sourceRoot && found.includes('app.module.ts')) {
      return posix.join(folder, 'app.module.ts');
    }
    if (found.length > 1) {
      throw new SchematicFault(`${folder} has ${found.length} modules (${found.join(', ')}); name one with --module.`);
    }
    if (folder === sourceRoot || folder === '.') break;
  }
  const wanted = feature.split('/').at(-1) || 'app';
  throw new SchematicFault(
    `No module found above ${posix.join(sourceRoot, feature)}; make one with "nest g module ${wanted}".`,
  );
}

/** The module that the user names, from the source root; else the nearest. @throws SchematicFault */
export function moduleFor(tree: ProjectTree, sourceRoot: string, feature: string, named?: string): string {
  if (named === undefined) return moduleAbove(tree, sourceRoot, feature);
  const tried = [named, posix.join(sourceRoot, named), posix.join(sourceRoot, `${named}.module.ts`)].map(plain);
  const found = tried.find((path) => path.endsWith('.ts') && tree.exists(path));
  if (found !== undefined) return found;
  throw new SchematicFault(`There is no ${tried[1]}; name a module file with --module.`);
}

/** What `NestFactory.create()` of the entry file is given, or app.module.ts. @throws SchematicFault */
export function rootModule(ts: TypeScript, tree: ProjectTree, sourceRoot: string): string {
  const config = cliConfig(tree);
  const project = Object.values(config.projects ?? {}).find((each) => plain(each.sourceRoot ?? '') === sourceRoot);
  const entry = posix.join(sourceRoot, `${project?.entryFile ?? config.entryFile ?? 'main'}.ts`);
  const created = createdModule(ts, tree, entry);
  const found = [created, posix.join(sourceRoot, 'app.module.ts')].find((path) => path && tree.exists(path));
  if (found) return found;
  throw new SchematicFault(`No root module: ${entry} passes none to NestFactory.create(); name it with --module.`);
}

function createdModule(ts: TypeScript, tree: ProjectTree, entry: string): string | null {
  const text = textAt(tree, entry);
  if (text === null) return null;
  const source = parsed(ts, entry, text);
  const calls: CallExpression[] = [];
  const visit = (node: Node): void => {
    if (ts.isCallExpression(node) && /\bNestFactory\s*\.\s*create$/.test(node.expression.getText(source)))
      calls.push(node);
    ts.forEachChild(node, visit);
  };
  visit(source);
  const symbol = calls[0]?.arguments[0]?.getText(source);
  const declaration = source.statements.find(
    (each) => ts.isImportDeclaration(each) && importsName(each.importClause?.getText(source) ?? '', symbol),
  );
  const specifier = declaration && moduleSpecifier(ts, declaration as { moduleSpecifier?: never });
  return specifier?.startsWith('.') ? `${posix.join(posix.dirname(entry), specifier).replace(/\.js$/, '')}.ts` : null;
}

function importsName(clause: string, symbol: string | undefined): boolean {
  return symbol !== undefined && clause.split(/[^\w$]+/).includes(symbol);
}

/** How the file `from` imports the file `to`; with `.js` where the nearest package.json says that modules are ES modules. */
export function importPath(tree: ProjectTree, from: string, to: string): string {
  const path = posix.relative(posix.dirname(from), to).replace(/\.ts$/, '');
  return (path.startsWith('.') ? path : `./${path}`) + (isEsm(tree, posix.dirname(from)) ? '.js' : '');
}

export function isEsm(tree: ProjectTree, folder = '.'): boolean {
  for (let at = folder; ; at = posix.dirname(at)) {
    const manifest = jsonAt(tree, posix.join(at, 'package.json'));
    if (manifest) return manifest.type === 'module';
    if (at === '.' || at === '/') return false;
  }
}

/** Everything that package.json names, with its range. */
export function dependenciesOf(tree: ProjectTree): Readonly<Record<string, string>> {
  const { dependencies, devDependencies } = jsonAt(tree, 'package.json') ?? {};
  return { ...(devDependencies as Record<string, string>), ...(dependencies as Record<string, string>) };
}
