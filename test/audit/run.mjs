// How are the attack scripts started? Compiles this folder, then runs it against the built fixture: `node test/audit/run.mjs --list`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
process.chdir(join(here, '..', '..'));
if (!existsSync('dist/test/fixture/main.js')) {
  console.error('The fixture is not built; run "npm run build" first ("npm run audit" does both).');
  process.exit(1);
}

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const compiled = spawnSync(process.execPath, [compiler, '-p', join(here, 'tsconfig.json')], { stdio: 'inherit' });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

await import('./dist/audit/main.js');
