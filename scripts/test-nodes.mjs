// Does the suite pass on each Node that we support? `npm run test:nodes` builds once and runs it on all of them; versions, paths of specs
// and `--built`, which leaves out the build, narrow it down: `npm run test:nodes -- 22 24 test/gates`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { NODE_VERSIONS, nodeOf } from '../test/packaging/node-versions.mjs';

const { values, positionals } = parseArgs({ options: { built: { type: 'boolean' } }, allowPositionals: true });
const isVersion = (argument) => /^\d+(\.\d+)*$/.test(argument);
const named = positionals.filter(isVersion);
const specs = positionals.filter((argument) => !isVersion(argument));
const root = join(import.meta.dirname, '..');
const scratch = mkdtempSync(join(tmpdir(), 'nestjs-realtime-nodes-'));

function passes(env, ...command) {
  return spawnSync('npm', command, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } }).status === 0;
}

/** The specs learn which Node they must find themselves on. */
function suitePasses(version) {
  const { env, exact } = nodeOf(version, scratch);
  const ok = passes({ ...env, NODE_UNDER_TEST: exact }, 'run', 'jest', '--', ...specs);
  return { ok, line: `Node ${exact}: ${ok ? 'ok' : 'FAILED'}` };
}

const ok = values.built || passes({}, 'run', 'build');
const results = ok ? (named.length > 0 ? named : NODE_VERSIONS).map(suitePasses) : [];
rmSync(scratch, { recursive: true, force: true });
for (const result of results) console.log(result.line);
process.exit(ok && results.every((result) => result.ok) ? 0 : 1);
