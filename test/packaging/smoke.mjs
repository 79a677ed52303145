// Do the packages work when they are installed? Packs each one, looks into the tarballs, and runs two applications on them.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { doorTypesFaults, licenceFaults, linkFaults, metadataFaults, versionFaults } from './publishable.mjs';
import { addTypeTests, typeChecks } from './type-tests.mjs';

const APPS = ['nest-12-esm', 'nest-11-cjs'];
const STEP_TIMEOUT_MS = 180_000;

const workspace = join(import.meta.dirname, '../..');
const root = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8'));
const folders = root.workspaces;
const scratch = mkdtempSync(join(tmpdir(), 'nestjs-realtime-smoke-'));
let passed = 0;
let failed = 0;

/** One check, one line; the reason of a failure follows it. */
function check(title, attempt) {
  try {
    const result = attempt();
    passed++;
    console.log(`ok   ${title}`);
    return result;
  } catch (error) {
    failed++;
    console.log(`FAIL ${title}\n${error.message}`);
    return undefined;
  }
}

function run(cwd, command, ...args) {
  const { status, signal, error, stdout, stderr } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    timeout: STEP_TIMEOUT_MS,
  });
  if (error || status !== 0) {
    throw new Error(`${command} ${args.join(' ')} ended with ${error ?? signal ?? status}\n${stdout}\n${stderr}`);
  }
  return stdout;
}

function demand(fact, fault) {
  if (!fact) throw new Error(fault);
}

function demandNone(faults) {
  demand(faults.length === 0, faults.join('\n'));
}

function pack(folder) {
  const [tarball] = JSON.parse(run(join(workspace, folder), 'npm', 'pack', '--json', '--pack-destination', scratch));
  const manifest = JSON.parse(readFileSync(join(workspace, folder, 'package.json'), 'utf8'));
  const doors = Object.keys(manifest.exports).filter((door) => door !== './package.json');
  const file = join(scratch, tarball.filename);
  return { ...manifest, folder, doors, file, files: tarball.files.map(({ path }) => path) };
}

/** The folder that holds the tarball's files afterwards. */
function unpack(file) {
  const target = `${file}.unpacked`;
  mkdirSync(target);
  run(target, 'tar', '-xzf', file);
  return join(target, 'package');
}

function checkContents({ name, exports, doors, files }) {
  check(`${name}: holds what its doors name`, () => {
    const named = doors.flatMap((door) => Object.values(exports[door])).map((path) => path.slice('./'.length));
    const missing = named.filter((path) => !files.includes(path));
    demand(missing.length === 0, `missing: ${missing.join(', ')}`);
  });
  check(`${name}: holds no tests, no sources and no build notes`, () => {
    const stray = files.filter(
      (path) => !/^(package\.json|README\.md|LICENSE|CHANGELOG\.md|dist\/|schematics\/\w[\w-]*\.json$)/.test(path),
    );
    const leftovers = files.filter((path) => /\.(spec|test-d)\.|tsbuildinfo|(?<!\.d)\.ts$/.test(path));
    demand(stray.length + leftovers.length === 0, [...stray, ...leftovers].join(', '));
  });
}

function checkPublishable(tarball) {
  const { name, folder, file } = tarball;
  const unpacked = check(`${name}: unpacks`, () => unpack(file));
  if (!unpacked) return;
  check(`${name}: holds the licence`, () => demandNone(licenceFaults(unpacked)));
  check(`${name}: says where it comes from`, () => demandNone(metadataFaults(tarball, folder)));
  check(`${name}: has types behind each door for old resolvers too`, () => demandNone(doorTypesFaults(tarball)));
  check(`${name}: has a README whose links work on npm`, () => demandNone(linkFaults(unpacked)));
}

/** `source` is a folder beside this file. */
function install(source, packages) {
  const folder = join(scratch, source);
  cpSync(join(import.meta.dirname, source), folder, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  for (const { name, file } of packages) manifest.dependencies[name] = `file:${file}`;
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest, null, 2));
  run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--no-package-lock');
  return folder;
}

function checkApp(app, packages) {
  const folder = check(`${app}: installs the tarballs`, () => install(join('apps', app), packages));
  if (!folder) return;
  const load = app.endsWith('cjs') ? 'require' : 'await import';
  for (const { name, doors } of packages) {
    for (const door of doors) {
      const specifier = name + door.slice(1);
      check(`${app}: opens ${specifier}`, () => {
        const script = `const door = ${load}('${specifier}'); if (Object.keys(door).length === 0) process.exit(3);`;
        run(folder, 'node', ...(load === 'require' ? ['-e', script] : ['--input-type=module', '-e', script]));
      });
    }
  }
  check(`${app}: type-checks against the tarballs`, () => run(folder, 'npx', 'tsc', '-p', '.'));
  check(`${app}: answers on the command line`, () => run(folder, 'npx', '--no', 'nestjs-realtime', '--help'));
  check(`${app}: exchanges a message over a real socket`, () => run(folder, 'node', 'dist/main.js'));
}

function checkTypes(packages) {
  const project = check('types: install the tarballs', () => install('types', packages));
  if (!project) return;
  addTypeTests(project, packages);
  for (const { title, faults } of typeChecks(project)) check(title, () => demandNone(faults()));
}

/** Runs last, because it removes the client: of the doors of nestjs-realtime only connectTestClient() needs it. */
function checkWithoutClient(app) {
  const folder = join(scratch, 'apps', app);
  check(`${app}: tests broadcasts without the client, and says what connectTestClient() needs`, () => {
    rmSync(join(folder, 'node_modules/@nestjs-realtime/client'), { recursive: true });
    const script = join(folder, 'without-client.mjs');
    cpSync(join(import.meta.dirname, 'without-client.mjs'), script);
    run(folder, 'node', script);
  });
}

const packages = folders.map((folder) => check(`${folder}: packs`, () => pack(folder))).filter(Boolean);
packages.forEach(checkContents);
packages.forEach(checkPublishable);
check('all packages: share one version', () => demandNone(versionFaults([root, ...packages])));
if (packages.length === folders.length) for (const app of APPS) checkApp(app, packages);
if (packages.length === folders.length) checkTypes(packages);
if (packages.length === folders.length) for (const app of APPS) checkWithoutClient(app);
rmSync(scratch, { recursive: true, force: true });
console.log(`smoke: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
