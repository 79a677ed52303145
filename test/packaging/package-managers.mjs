// Do the tarballs install with pnpm and with Yarn? Both keep a package from what it does not declare, which npm does not.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { copyProject, openDoors, specifiersOf, talk } from './applications.mjs';
import { check, demandNone, run } from './checks.mjs';

/** Yarn 1 refuses dependencies of Nest 12 on Node 20, so it gets the application on Nest 11. */
const MANAGERS = [
  {
    title: 'pnpm',
    from: 'pnpm',
    bin: 'node_modules/.bin/pnpm',
    app: 'nest-12-esm',
    install: ['install', '--no-frozen-lockfile', '--ignore-scripts'],
    node: ({ program }) => [program, 'exec', 'node'],
    pin: pinForPnpm,
  },
  {
    title: "Yarn 4 with Plug'n'Play",
    from: '@yarnpkg/cli-dist',
    bin: 'node_modules/.bin/yarn',
    app: 'nest-12-esm',
    install: ['install', '--no-immutable', '--mode=skip-build'],
    node: ({ program }) => [program, 'node'],
    pin: pinForYarn,
  },
  {
    title: 'Yarn 1',
    from: 'yarn@1',
    bin: 'node_modules/.bin/yarn',
    app: 'nest-11-cjs',
    install: ['install', '--non-interactive', '--ignore-scripts', '--no-lockfile', '--cache-folder', '.yarn-cache'],
    node: () => ['node'],
    pin: pinForYarn,
  },
];

/** The packages need each other by version, and the registry does not have that version yet. */
function pinForPnpm(folder, pins) {
  const lines = Object.entries(pins).map(([name, target]) => `  '${name}': '${target}'`);
  writeFileSync(join(folder, 'pnpm-workspace.yaml'), ['overrides:', ...lines, ''].join('\n'));
}

function pinForYarn(folder, pins, manifest) {
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ ...manifest, resolutions: pins }, null, 2));
  // Without a lockfile of its own, Yarn looks for a project in the folders above.
  writeFileSync(join(folder, 'yarn.lock'), '');
}

/** `scratch` holds the applications as npm installed them, compiled. */
export function checkPackageManagers(tarballs, scratch) {
  MANAGERS.forEach((manager, index) => {
    const folder = join(scratch, `manager-${index}`);
    const env = { YARN_ENABLE_TELEMETRY: '0', YARN_NPM_REGISTRY_SERVER: registry(scratch) };
    const program = check(`${manager.title}: installs the tarballs`, () => install(manager, { folder, env }, tarballs));
    if (!program) return;
    const where = { cwd: folder, env };
    const node = manager.node({ program });
    check(`${manager.title}: opens every door`, () =>
      run(where, ...node, ...openDoors(manager.app, tarballs.flatMap(specifiersOf))),
    );
    check(`${manager.title}: exchanges a message over a real socket, and logs no warning`, () =>
      demandNone(talk(where, ...node)),
    );
  });
}

function install(manager, { folder, env }, tarballs) {
  const home = `${folder}-program`;
  mkdirSync(home);
  writeFileSync(join(home, 'package.json'), '{}');
  run({ cwd: home }, 'npm', 'install', manager.from, '--no-audit', '--no-fund', '--no-save');
  const manifest = copyProject(join('apps', manager.app), folder, tarballs);
  const ours = Object.fromEntries(tarballs.map(({ manifest: { name }, file }) => [name, `file:${file}`]));
  manager.pin(folder, ours, manifest);
  cpSync(join(folder, '../apps', manager.app, 'dist'), join(folder, 'dist'), { recursive: true });
  run({ cwd: folder, env }, join(home, manager.bin), ...manager.install);
  return join(home, manager.bin);
}

function registry(scratch) {
  return run({ cwd: scratch }, 'npm', 'config', 'get', 'registry').trim();
}
