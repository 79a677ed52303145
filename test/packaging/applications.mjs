// What does an application need of the tarballs? Two applications install them, open each door, compile, answer and talk over a socket.
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { doorsOf } from '../../scripts/release/tarballs.mjs';
import { check, demandNone, run } from './checks.mjs';
import { NODE_VERSIONS, nodeOf } from './node-versions.mjs';

/** The first has a Socket.IO of its own beside that of Nest, the second has that of Nest alone; neither may cause a warning. */
export const APPS = ['nest-12-esm', 'nest-11-cjs'];

/** Copies a folder that lies beside this file, with the tarballs among its dependencies. */
export function copyProject(source, target, tarballs) {
  cpSync(join(import.meta.dirname, source), target, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(target, 'package.json'), 'utf8'));
  for (const tarball of tarballs) manifest.dependencies[tarball.manifest.name] = `file:${tarball.file}`;
  writeFileSync(join(target, 'package.json'), JSON.stringify(manifest, null, 2));
  return manifest;
}

export function installWithNpm(source, tarballs, scratch) {
  const folder = join(scratch, source);
  copyProject(source, folder, tarballs);
  run({ cwd: folder }, 'npm', 'install', '--no-audit', '--no-fund', '--no-package-lock');
  return folder;
}

/** The arguments with which Node opens these doors in the way of the application, and fails for one that is empty. */
export function openDoors(app, specifiers) {
  const load = app.endsWith('cjs') ? 'require' : 'await import';
  const script = specifiers
    .map((door) => `if (Object.keys(${load}('${door}')).length === 0) process.exit(3);`)
    .join('');
  return [...(load === 'require' ? [] : ['--input-type=module']), '-e', script];
}

export function specifiersOf({ manifest }) {
  return doorsOf(manifest).map(([door]) => manifest.name + door.slice(1));
}

export function checkApp(app, tarballs, scratch) {
  const cwd = check(`${app}: installs the tarballs`, () => installWithNpm(join('apps', app), tarballs, scratch));
  if (!cwd) return;
  for (const specifier of tarballs.flatMap(specifiersOf)) {
    check(`${app}: opens ${specifier}`, () => run({ cwd }, 'node', ...openDoors(app, [specifier])));
  }
  check(`${app}: type-checks against the tarballs`, () => run({ cwd }, 'npx', 'tsc', '-p', '.'));
  check(`${app}: answers on the command line`, () => run({ cwd }, 'npx', '--no', 'nestjs-realtime', '--help'));
  for (const version of NODE_VERSIONS) checkOnNode(app, cwd, version, scratch);
}

function checkOnNode(app, cwd, version, scratch) {
  const node = check(`Node ${version}: comes from npm`, () => nodeOf(version, scratch));
  if (!node) return;
  check(`${app}: exchanges a message over a real socket on Node ${node.exact}, and logs no warning`, () =>
    demandNone(talk({ cwd, env: node.env })),
  );
}

/** Runs the compiled application; what it logs is at least a warning. */
export function talk(where, program = 'node', ...args) {
  return run(where, program, ...args, 'dist/main.js')
    .split('\n')
    .filter((line) => line !== '');
}

/** Node finds the line of our source where an error was thrown. Contract and server are asked through doors, by what a mistake throws. */
export function checkStacks(app, scratch) {
  const cwd = join(scratch, 'apps', app);
  check(`${app}: a stack names the lines of our sources`, () => {
    const script = join(cwd, 'stack.mjs');
    cpSync(join(import.meta.dirname, 'stack.mjs'), script);
    run({ cwd }, 'node', '--enable-source-maps', script);
  });
}

/** Runs last, because it removes the client: of the doors of nestjs-realtime only connectTestClient() needs it. */
export function checkWithoutClient(app, scratch) {
  const cwd = join(scratch, 'apps', app);
  check(`${app}: tests broadcasts without the client, and says what connectTestClient() needs`, () => {
    rmSync(join(cwd, 'node_modules/@nestjs-realtime/client'), { recursive: true });
    const script = join(cwd, 'without-client.mjs');
    cpSync(join(import.meta.dirname, 'without-client.mjs'), script);
    run({ cwd }, 'node', script);
  });
}
