// How do the packages get to npm? `npm run release` checks the commit, builds, packs, checks the tarballs, installs them in applications, and
// publishes those same tarballs. With `--dry-run` it does all but publish, and goes on after a failure, so that one run shows every fault.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { checksOf } from '../../test/packaging/check-tarball.mjs';
import { check, demandNone, tell } from '../../test/packaging/checks.mjs';
import { preflight } from './preflight.mjs';
import { distTagOf, publish } from './publish.mjs';
import { inDependencyOrder, pack, packageFolders } from './tarballs.mjs';

const OPTIONS = { 'dry-run': { type: 'boolean' }, 'without-provenance': { type: 'boolean' } };
const root = process.cwd();

function readOptions() {
  try {
    const { values } = parseArgs({ options: OPTIONS });
    return { dryRun: values['dry-run'] === true, provenance: values['without-provenance'] !== true };
  } catch (error) {
    console.error(`${error.message}\nUsage: npm run release -- [--dry-run] [--without-provenance]`);
    process.exit(2);
  }
}

function checkAll(checks) {
  for (const { title, faults } of checks) check(title, () => demandNone(faults()));
}

function npmRun(...args) {
  const { status } = spawnSync('npm', ['run', ...args], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error(`npm run ${args.join(' ')} ended with ${status}`);
}

/** The packages in the order in which npm gets them; of those that pack. */
function makeTarballs(to) {
  check('the packages build', () => npmRun('build:libs'));
  const folders = packageFolders(root);
  const tarballs = folders.map((folder) => check(`${folder}: packs`, () => pack(root, folder, to))).filter(Boolean);
  checkAll(tarballs.flatMap((tarball) => checksOf(tarball, root)));
  check('the tarballs work where they are installed', () => npmRun('smoke', '--', '--tarballs', to));
  return check('the packages have an order', () => inDependencyOrder(tarballs)) ?? [];
}

function describe({ manifest, files, bytes }) {
  const { name, version } = manifest;
  const size = `${files.length} files, ${Math.ceil(bytes / 1000)} kB`;
  console.log(`\n${name}@${version} as "${distTagOf(manifest)}": ${size}`);
  for (const file of files) console.log(`  ${file}`);
}

function release({ dryRun, provenance }, scratch) {
  checkAll(preflight(root, { dryRun }));
  if (!dryRun && !tell('before the build')) return false;
  const tarballs = makeTarballs(scratch);
  tarballs.forEach(describe);
  console.log('');
  if (!tell('release')) return false;
  if (dryRun) console.log('This was a dry run; nothing was published.');
  else for (const tarball of tarballs) publish(tarball, { provenance });
  return true;
}

const options = readOptions();
const scratch = mkdtempSync(join(tmpdir(), 'nestjs-realtime-release-'));
try {
  process.exitCode = release(options, scratch) ? 0 : 1;
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
