// What does `nest add nestjs-realtime` do? Everything between `nest new` and an application whose clients can connect.
import { posix } from 'node:path';
import { addToRoot, type RootFiles, type RootOptions } from './authenticator.js';
import { PRESET, takeOurPreset } from './jest-additions.js';
import { changeJson, type Json } from './json-file.js';
import { type Additions, addPackages, nestMajor, type PackageManager } from './package-additions.js';
import { jsonAt, type ProjectTree, type Rule, type SchematicContext } from './project-tree.js';
import { dependenciesOf, isEsm, sourceRootOf } from './project.js';
import { SchematicFault } from './schematic-fault.js';
import { installedValidation, type Validation } from './validation.js';

export interface NestAddOptions extends RootOptions {
  readonly validation?: string;
  /** `--no-install` */
  readonly install?: boolean | string;
  readonly skipInstall?: boolean | string;
}

const MANUAL = 'https://github.com/nestjs-realtime/nestjs-realtime/blob/main/docs';
const OXLINT = { file: '.oxlintrc.json', preset: './node_modules/@nestjs-realtime/eslint-plugin/oxlint.json' };

/** @throws SchematicFault before anything is written. */
export function nestAdd(options: NestAddOptions): Rule {
  return async (tree, context) => {
    const additions = additionsOf(tree, options);
    const files = await addToRoot(tree, options);
    const before = tree.read('package.json')?.toString('utf8');
    if (!changeJson(tree, 'package.json', (manifest) => addPackages(manifest, additions))) {
      throw new SchematicFault('package.json is missing or does not parse; run this in the folder of a Nest project.');
    }
    const byHand = [...configureJest(tree, sourceRootOf(tree, options)), ...configureLint(tree)];
    const changed = tree.read('package.json')?.toString('utf8') !== before;
    if (changed && installs(options)) context.addTask(installTask(additions.manager));
    byHand.forEach((advice) => context.logger.warn(advice));
    nextSteps(context, files);
  };
}

function additionsOf(tree: ProjectTree, { validation }: NestAddOptions): Additions {
  const installed = installedValidation(dependenciesOf(tree));
  // A front end can import the types of channels with schemas whatever its settings are: docs/front-end.md.
  const chosen = validation ?? (installed === 'none' ? 'zod' : installed);
  if (!/^(class-validator|zod|valibot|none)$/.test(chosen)) {
    throw new SchematicFault(
      `"${chosen}" validates nothing; write --validation class-validator, zod, valibot or none.`,
    );
  }
  return { validation: chosen as Validation, manager: managerOf(tree), lint: jsonAt(tree, OXLINT.file) !== null };
}

function managerOf(tree: ProjectTree): PackageManager {
  if (tree.exists('pnpm-lock.yaml')) return 'pnpm';
  return tree.exists('yarn.lock') ? 'yarn' : 'npm';
}

/** Nest CLI 11 passes `--install=false` on as text. */
function installs({ install, skipInstall }: NestAddOptions): boolean {
  return String(install ?? true) !== 'false' && String(skipInstall ?? false) !== 'true';
}

/** The Nest CLI runs no task in a dry run. */
function installTask(packageManager: PackageManager) {
  const options = { command: 'install', quiet: true, packageManager };
  return { toConfiguration: () => ({ name: 'node-package', options }) };
}

/** What is left to do by hand. The Jest of Nest 12 loads ES modules by itself. */
function configureJest(tree: ProjectTree, sourceRoot: string): string[] {
  const manifest = jsonAt(tree, 'package.json')!;
  if (isEsm(tree) || nestMajor(manifest) > 11) return [];
  const left: string[] = [];
  const configure = (path: string, jestOf: (json: Json) => unknown): void => {
    changeJson(tree, path, (json) => {
      const jest = jestOf(json) as Json | undefined;
      if (jest && !takeOurPreset(jest)) {
        left.push(
          `Jest in ${path} is not as the template has it. Add "preset": "${PRESET}" and leave .js files to it: ${MANUAL}/testing.md#runners`,
        );
      }
    });
  };
  configure('package.json', ({ jest }) => jest);
  configure(posix.join(posix.dirname(sourceRoot), 'test/jest-e2e.json'), (json) => json);
  return left;
}

/** What is left to do by hand. */
function configureLint(tree: ProjectTree): string[] {
  const done = changeJson(tree, OXLINT.file, (config) => {
    const extended = [config.extends ?? []].flat();
    if (!extended.includes(OXLINT.preset)) config.extends = [...extended, OXLINT.preset];
  });
  return done
    ? []
    : [
        `To have the rules of realtime checked, install @nestjs-realtime/eslint-plugin and add its preset: ${MANUAL}/generators.md#lint`,
      ];
}

function nextSteps({ logger }: SchematicContext, { module, authenticator }: RootFiles): void {
  const users = authenticator
    ? `Write ${authenticator}: until then every credential is refused. In production, "hosts" lists the names of your server.`
    : 'Every client is anonymous; "npx nestjs-realtime g authenticator" changes that.';
  logger.info(`RealtimeModule is in ${module}. What to do next:
  1. ${users}
  2. npx nestjs-realtime g channel orders/order --param orderId --events noted
  3. npx nestjs-realtime g handler orders/add-note --channel order
  4. Run your tests, start the application, and open ${MANUAL}/generators.md#a-page
  5. The manual: ${MANUAL}/README.md`);
}
