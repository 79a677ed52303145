// What does a test do with an application that `nest new` made? Makes it once, copies it, and sees what a command changes in it.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const STEP_TIMEOUT_MS = 300_000;
/** Kept between runs. */
export const cache = join(tmpdir(), 'nestjs-realtime-generators');

export function demand(fact, fault) {
  if (!fact) throw new Error(fault);
}

export function start(cwd, command, args) {
  const env = { ...process.env, NO_COLOR: '1', CI: 'true' };
  delete env.FORCE_COLOR;
  const ended = spawnSync(command, args, { cwd, env, encoding: 'utf8', timeout: STEP_TIMEOUT_MS, input: '' });
  return { code: ended.status, output: `${ended.error ?? ''}${ended.stdout}${ended.stderr}` };
}

export function run(cwd, command, ...args) {
  const { code, output } = start(cwd, command, args);
  demand(code === 0, `${command} ${args.join(' ')} ended with ${code}\n${output}`);
  return output;
}

/** What `nest new` of this CLI makes, with its packages; made once. */
export function freshApplication(version, scratch) {
  const kept = join(cache, version);
  if (!existsSync(kept)) {
    mkdirSync(cache, { recursive: true });
    const made = mkdtempSync(join(cache, 'making-'));
    run(made, 'npx', '--yes', `@nestjs/cli@${version}`, 'new', 'app', '--skip-git', '--package-manager', 'npm');
    // A run that was stopped half-way leaves nothing that the next one would take.
    renameSync(made, kept);
  }
  const folder = join(scratch, version);
  run(scratch, 'cp', '-a', kept, folder);
  return join(folder, 'app');
}

/** Every text of the project, to see what a command has changed. */
function texts(app) {
  const ignored = /^(node_modules|dist|package-lock\.json|\.git)/;
  const files = readdirSync(app, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(app.length + 1))
    .filter((path) => !ignored.test(path));
  return JSON.stringify(files.sort().map((path) => [path, readFileSync(join(app, path), 'utf8')]));
}

export function changesNothing(app, command) {
  const before = texts(app);
  const result = command();
  demand(texts(app) === before, 'the command has changed files');
  return result;
}

/** Only what the schematic needs; `nest add` would have taken it from the registry. */
export function unpackInto(app, packages) {
  for (const { name, file } of packages.filter((each) =>
    /^(nestjs-realtime|@nestjs-realtime\/contract)$/.test(each.name),
  )) {
    const target = join(app, 'node_modules', name);
    mkdirSync(target, { recursive: true });
    run(target, 'tar', '-xzf', file, '--strip-components=1');
  }
}

export function useTarballs(app, packages) {
  const path = join(app, 'package.json');
  const manifest = JSON.parse(readFileSync(path, 'utf8'));
  for (const { name, file } of packages) {
    const lint = name.endsWith('/eslint-plugin');
    (lint ? manifest.devDependencies : manifest.dependencies)[name] = `file:${file}`;
  }
  writeFileSync(path, `${JSON.stringify(manifest, null, 2)}\n`);
}
