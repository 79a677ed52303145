// Do the types of the packages hold where they are installed? Checks the type tests of each package in a project that has the tarballs.
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { doorsOf } from '../../scripts/release/tarballs.mjs';

const workspace = join(import.meta.dirname, '../..');
const COMPILERS = ['typescript', 'typescript-5.4'];
const WAYS = [
  { module: 'node16', moduleResolution: 'node16', exactOptionalPropertyTypes: false },
  { module: 'nodenext', moduleResolution: 'nodenext', exactOptionalPropertyTypes: true },
  { module: 'esnext', moduleResolution: 'bundler', exactOptionalPropertyTypes: false },
];
const SHARED = {
  target: 'es2022',
  lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'],
  types: ['node'],
  strict: true,
  strictPropertyInitialization: false,
  skipLibCheck: false,
  noEmit: true,
  // As the templates of Nest have it: what a module exports must have a name that others can write.
  declaration: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};

/** Puts the type tests into `project`, which has the packages installed. */
export function addTypeTests(project, tarballs) {
  for (const each of tarballs) copyPackage(each, project);
}

/** Type tests import doors alone, such as `../testing/index.js`. In the project such a file stands for the installed package. */
function copyPackage({ directory, manifest }, project) {
  const home = join(project, directory);
  for (const file of [...typeTestsOf(directory), 'test/channels.ts']) {
    if (existsSync(join(workspace, directory, file))) cpSync(join(workspace, directory, file), join(home, file));
  }
  for (const [door, { types }] of doorsOf(manifest)) {
    const source = types.replace('./dist/', 'src/').replace('.d.ts', '.ts');
    mkdirSync(dirname(join(home, source)), { recursive: true });
    writeFileSync(join(home, source), `export * from '${manifest.name}${door.slice(1)}';\n`);
  }
}

function typeTestsOf(folder) {
  const sources = join(workspace, folder, 'src');
  const files = existsSync(sources) ? readdirSync(sources, { recursive: true }) : [];
  return files.filter((file) => file.endsWith('.test-d.ts')).map((file) => join('src', file));
}

/** One check for each compiler and way to resolve modules: its title, and a function that returns the faults. */
export function typeChecks(project) {
  return COMPILERS.flatMap((compiler) => {
    const home = join(project, 'node_modules', compiler);
    const { version } = JSON.parse(readFileSync(join(home, 'package.json'), 'utf8'));
    return WAYS.map((way) => ({
      title: `types: hold under TypeScript ${version} with ${way.moduleResolution}`,
      faults: () => faultsOf(project, join(home, 'bin/tsc'), { ...SHARED, ...way }),
    }));
  });
}

/** Other packages' declarations are not ours to fix: those of engine.io do not compile under TypeScript 5.4. */
function faultsOf(project, tsc, compilerOptions) {
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['libs'] }));
  const { status, stdout, stderr } = spawnSync('node', [tsc, '-p', '.', '--pretty', 'false'], {
    cwd: project,
    encoding: 'utf8',
  });
  const diagnostics = stdout.split('\n').filter((line) => /^\S.*: error TS\d+/.test(line));
  if (status !== 0 && diagnostics.length === 0) return [`tsc ended with ${status}`, stdout, stderr];
  return diagnostics.filter((line) => !/^node_modules\/(?!nestjs-realtime\/|@nestjs-realtime\/)/.test(line));
}
