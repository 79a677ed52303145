// Which files does our preset have Jest compile, and where does it look for an import?
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface Preset {
  readonly transform: Readonly<Record<string, unknown>>;
  readonly transformIgnorePatterns: readonly string[];
  readonly moduleNameMapper: Readonly<Record<string, readonly string[]>>;
}

const preset = JSON.parse(readFileSync('libs/realtime/jest-preset.json', 'utf8')) as Preset;
const OURS = ['nestjs-realtime', '@nestjs-realtime/client', '@nestjs-realtime/contract'];

/** As Jest decides it: a path that matches one of the patterns is left as it is. */
const isCompiled = (path: string): boolean =>
  Object.keys(preset.transform).some((pattern) => new RegExp(pattern).test(path)) &&
  !preset.transformIgnorePatterns.some((pattern) => new RegExp(pattern).test(path));

/** The files that Jest tries for an import, in their order; none where it resolves the import by itself. */
const filesOf = (request: string): string[] =>
  Object.entries(preset.moduleNameMapper).flatMap(([pattern, targets]) => {
    const found = new RegExp(pattern).exec(request);
    return found ? targets.map((target) => target.replace('$1', found[1])) : [];
  });

describe('the preset for Jest', () => {
  it.each(OURS)('compiles %s, where npm, Yarn and pnpm have put it', (name) => {
    const stored = `${name.replace('/', '+')}@1.0.0_@nestjs+common@11.0.0`;
    expect(isCompiled(`/app/node_modules/${name}/dist/index.js`)).toBe(true);
    expect(isCompiled(`/app/node_modules/.pnpm/${stored}/node_modules/${name}/dist/index.js`)).toBe(true);
    expect(isCompiled(`/app/node_modules/other/node_modules/${name}/dist/index.js`)).toBe(false);
  });

  it('compiles the files of the project', () => {
    expect(isCompiled('/app/src/app.module.ts')).toBe(true);
  });

  it.each([
    '/app/node_modules/socket.io/dist/index.js',
    '/app/node_modules/.pnpm/socket.io@4.8.4/node_modules/socket.io/dist/index.js',
    '/app/node_modules/nestjs-realtime/node_modules/cookie/dist/index.js',
    '/app/node_modules/nestjs-realtime-other/index.js',
    '/app/node_modules/@nestjs/core/index.js',
  ])('leaves packages of others as they are: %s', (path) => {
    expect(isCompiled(path)).toBe(false);
  });

  it('finds the source of an import that names the compiled file, behind a real one', () => {
    expect(filesOf('./order.channel.js')).toEqual(['./order.channel.js', './order.channel.ts']);
    expect(filesOf('../orders/order.channel.js')).toEqual(['../orders/order.channel.js', '../orders/order.channel.ts']);
    expect(['./order.channel', 'socket.io/dist/index.js', './data.json'].flatMap(filesOf)).toEqual([]);
  });
});
