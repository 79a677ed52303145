import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { exportedSubpath } from './package-exports.js';

const MODULE = 'realtime/handlers/on-add.handler.js';
const SUBPATHS = [
  '.',
  './*',
  './*.js',
  './realtime/*',
  './realtime/handlers/*',
  './h/*',
  './add',
  './*.handler',
  './*.handler.js',
];
const TARGETS = [
  './dist/*',
  './dist/*.js',
  './dist/realtime/*',
  './dist/realtime/handlers/*.js',
  './dist/realtime/*.handler.js',
  './dist/*/on-add.handler.js',
  './dist/*/*.js',
  './dist/index.js',
  `./dist/${MODULE}`,
  null,
];

const root = realpathSync(mkdtempSync(join(tmpdir(), 'package-exports-')));
let packages = 0;

afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Package {
  readonly folder: string;
  readonly file: string;
  /** Every subpath that may lead to the file. */
  readonly wanted: readonly string[];
}

/** Every part of the path that a star could stand for. Node still takes `a//b`, and warns that it will not. */
const parts = [...MODULE]
  .flatMap((_, from) => [...MODULE].slice(from).map((__, to) => MODULE.slice(from, from + to + 1)))
  .filter((part) => !/^\/|\/$/.test(part));

/** Node keeps each package.json that it has read, so each package has a folder of its own. */
function packageWith(exports: object): Package {
  const folder = join(root, String(packages++));
  const file = join(folder, 'dist', MODULE);
  mkdirSync(join(file, '..'), { recursive: true });
  for (const path of [file, join(folder, 'dist/index.js')]) writeFileSync(path, '');
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'orders', exports }));
  const wanted = Object.keys(exports).flatMap((subpath) => parts.map((part) => subpath.replace('*', part)));
  return { folder, file, wanted: [...new Set(wanted)] };
}

/** Whether Node itself finds a way to each file; in a process of its own, because Jest resolves in another way. */
function reachedByNode(all: readonly Package[]): boolean[] {
  const script = `
    const { createRequire } = require('node:module');
    const resolves = (require, subpath) => { try { return require.resolve('orders' + subpath.slice(1)); } catch { return null; } };
    const all = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
    console.log(JSON.stringify(all.map(({ folder, file, wanted }) => {
      const require = createRequire(folder + '/index.js');
      return wanted.some((subpath) => resolves(require, subpath) === file);
    })));`;
  return JSON.parse(
    execFileSync(process.execPath, ['--no-deprecation', '-e', script], { input: JSON.stringify(all) }).toString(),
  ) as boolean[];
}

describe('the subpath that reaches a file', () => {
  it('is there exactly where Node resolves a subpath to the file', () => {
    const exports = fc
      .uniqueArray(fc.tuple(fc.constantFrom(...SUBPATHS), fc.constantFrom(...TARGETS)), {
        minLength: 1,
        maxLength: 4,
        selector: ([subpath]) => subpath,
      })
      .map((entries) => Object.fromEntries(entries));
    const maps = fc.sample(exports, 300);
    const all = maps.map(packageWith);
    const reached = reachedByNode(all);
    const wrong = maps.filter((_, index) => (exportedSubpath(all[index].file) !== undefined) !== reached[index]);
    expect(wrong).toEqual([]);
    expect(new Set(reached).size).toBe(2);
  });
});
