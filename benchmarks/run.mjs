// How is a benchmark started? Compiles this folder against the built packages, then runs it: `node benchmarks/run.mjs --help`.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const built = ['contract', 'realtime', 'dashboard'].every((library) =>
  existsSync(join(root, 'libs', library, 'dist', 'index.js')),
);
if (!built) {
  console.error('The packages are not built; run "npm run build:libs" first ("npm run bench" does both).');
  process.exit(1);
}

const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const compiled = spawnSync(process.execPath, [compiler, '-p', join(here, 'tsconfig.json')], { stdio: 'inherit' });
if (compiled.status !== 0) process.exit(compiled.status ?? 1);

await import('./dist/main.js');
