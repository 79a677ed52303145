// Do the packages work when they are installed? Packs each one, looks into the tarballs, and runs applications on them.
// With `--tarballs <folder>` it takes those that the release has packed and looked into.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { open, pack, packageFolders } from '../../scripts/release/tarballs.mjs';
import { APPS, checkApp, checkStacks, checkWithoutClient, installWithNpm } from './applications.mjs';
import { checksOf } from './check-tarball.mjs';
import { check, demandNone, run, tell } from './checks.mjs';
import { linterChecks, linterProject } from './linters.mjs';
import { checkPackageManagers } from './package-managers.mjs';
import { versionFaults } from './publishable.mjs';
import { checkTestNodes } from './test-nodes.mjs';
import { addTypeTests, typeChecks } from './type-tests.mjs';

const { tarballs: packed } = parseArgs({ options: { tarballs: { type: 'string' } } }).values;
const workspace = join(import.meta.dirname, '../..');
const root = JSON.parse(readFileSync(join(workspace, 'package.json'), 'utf8'));
const folders = packageFolders(workspace);
const scratch = mkdtempSync(join(tmpdir(), 'nestjs-realtime-smoke-'));

function packAndLook() {
  const tarballs = folders.map((each) => check(`${each}: packs`, () => pack(workspace, each, scratch))).filter(Boolean);
  for (const { title, faults } of tarballs.flatMap((tarball) => checksOf(tarball, workspace))) {
    check(title, () => demandNone(faults()));
  }
  const manifests = tarballs.map(({ manifest }) => manifest);
  check('all packages: share one version', () => demandNone(versionFaults([root, ...manifests])));
  return tarballs;
}

function checkTypes(tarballs) {
  const project = check('types: install the tarballs', () => installWithNpm('types', tarballs, scratch));
  if (!project) return;
  addTypeTests(project, tarballs);
  for (const { title, faults } of typeChecks(project)) check(title, () => demandNone(faults()));
}

function checkLinters(tarballs) {
  const { file } = tarballs.find(({ manifest }) => manifest.name === '@nestjs-realtime/eslint-plugin');
  const cwd = join(scratch, 'linters');
  linterProject(cwd, file, root);
  const installed = check('linters: install the tarball', () =>
    run({ cwd }, 'npm', 'install', '--no-audit', '--no-fund'),
  );
  if (installed === undefined) return;
  for (const { title, faults } of linterChecks(cwd)) check(title, () => demandNone(faults()));
}

const tarballs = packed ? folders.map((folder) => open(workspace, folder, packed)) : packAndLook();
if (tarballs.length === folders.length) {
  for (const app of APPS) checkApp(app, tarballs, scratch);
  checkPackageManagers(tarballs, scratch);
  checkTypes(tarballs);
  checkLinters(tarballs);
  checkTestNodes();
  checkStacks('nest-12-esm', scratch);
  for (const app of APPS) checkWithoutClient(app, scratch);
}
rmSync(scratch, { recursive: true, force: true });
process.exit(tell('smoke') ? 0 : 1);
