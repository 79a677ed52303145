import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { sourceFiles } from '../../../test/architecture/source-files.js';
import { ownUrl } from './own-url.js';

const FILE = join(process.cwd(), 'libs/realtime/src/own-url.ts');

describe('the URL of this package', () => {
  it('is that of the file, and leaves the traces of others as they were', () => {
    const before = Error.prepareStackTrace;
    expect(ownUrl()).toBe(pathToFileURL(FILE).href);
    expect(Error.prepareStackTrace).toBe(before);
  });

  it.each([
    ['commonjs', ts.ModuleKind.CommonJS],
    ['module', ts.ModuleKind.ESNext],
  ])('is known where the file is compiled to %s', (type, module) => {
    const { outputText } = ts.transpileModule(readFileSync(FILE, 'utf8'), { compilerOptions: { module, target: 99 } });
    const script =
      type === 'module'
        ? `${outputText}\nprocess.stdout.write(String(ownUrl()));`
        : `const m = new module.constructor('/app/own-url.js'); m._compile(${JSON.stringify(outputText)}, '/app/own-url.js'); process.stdout.write(m.exports.ownUrl());`;
    const { stdout } = spawnSync(process.execPath, [`--input-type=${type}`, '-e', script], { encoding: 'utf8' });
    expect(stdout).toMatch(type === 'module' ? /^file:/ : /^file:\/\/\/app\/own-url\.js$/);
  });

  it('is unknown where no trace is kept', () => {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    const url = ownUrl();
    Error.stackTraceLimit = limit;
    expect(url).toBeUndefined();
  });

  it('is asked for this way wherever a Jest of CommonJS may load us', () => {
    const files = sourceFiles('libs/realtime/src', 'libs/client/src', 'libs/contract/src');
    const asking = files.filter(
      ({ path, text }) =>
        /^(?!\s*\/\/).*\bimport\.meta\b/m.test(text) && !/\/(schematics|bin)\/|\.spec\.ts$/.test(path),
    );
    expect(asking.map(({ path }) => path)).toEqual([]);
  });
});
