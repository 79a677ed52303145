// What does `g authenticator` do? Makes the class, and names it in the forRoot() of the root module.
import { posix } from 'node:path';
import { type Authentication, AUTHENTICATORS } from './authenticator-text.js';
import { makeFiles } from './made-file.js';
import { addToModule, type ModuleEdit } from './module-edit.js';
import { projectTypeScript, type TypeScript } from './project-typescript.js';
import { change, type ProjectTree, type Rule, textAt } from './project-tree.js';
import { importPath, moduleFor, type PlaceOptions, rootModule, sourceRootOf } from './project.js';
import { SchematicFault } from './schematic-fault.js';

export interface RootOptions extends PlaceOptions {
  readonly auth?: string;
  readonly module?: string;
  readonly overwrite?: boolean;
}

export interface RootFiles {
  readonly module: string;
  /** Null with `none`. */
  readonly authenticator: string | null;
}

/** @throws SchematicFault before anything is written. */
export function authenticator(options: RootOptions): Rule {
  return async (tree, { logger }) => {
    const { module, authenticator: file } = await addToRoot(tree, { ...options, auth: options.auth ?? 'session' });
    logger.info(`${file} is the authenticator of ${module}; until you write it, every credential is refused.`);
  };
}

/** `forRoot()` in the root module, and the authenticator that it names. @throws SchematicFault */
export async function addToRoot(tree: ProjectTree, options: RootOptions): Promise<RootFiles> {
  const { auth = 'session' } = options;
  if (!/^(session|jwt|none)$/.test(auth)) {
    throw new SchematicFault(`"${auth}" is no way to authenticate; write --auth session, jwt or none.`);
  }
  const ts = projectTypeScript(process.cwd());
  const sourceRoot = sourceRootOf(tree, options);
  const module = moduleOf(ts, tree, sourceRoot, options);
  const file = auth === 'none' ? null : posix.join(sourceRoot, 'realtime/app.authenticator.ts');
  const edit = rootEdit(file && importPath(tree, module, file));
  const edited = addToModule(ts, module, textAt(tree, module)!, edit);
  if (file !== null) {
    const made = [{ path: file, text: AUTHENTICATORS[auth as Authentication] }];
    await makeFiles(tree, made, options.overwrite ?? false);
  }
  change(tree, module, edited);
  return { module, authenticator: file };
}

function moduleOf(ts: TypeScript, tree: ProjectTree, sourceRoot: string, { module }: RootOptions): string {
  return module === undefined ? rootModule(ts, tree, sourceRoot) : moduleFor(tree, sourceRoot, '', module);
}

function rootEdit(authenticatorPath: string | null): ModuleEdit {
  const layer = { symbol: 'RealtimeModule', from: 'nestjs-realtime' };
  if (authenticatorPath === null) {
    return { list: 'imports', element: '{0}.forRoot()', imports: [layer], call: { method: 'forRoot' } };
  }
  return {
    list: 'imports',
    // The names that count while developing; in production the others are refused until the programmer lists them.
    element: `{0}.forRoot({ authenticator: {1}, hosts: ['localhost', '127.0.0.1'] })`,
    imports: [layer, { symbol: 'AppAuthenticator', from: authenticatorPath }],
    call: { method: 'forRoot', member: 'authenticator: {1}' },
  };
}
