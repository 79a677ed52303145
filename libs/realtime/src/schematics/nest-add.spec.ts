import { describe, expect, it } from '@jest/globals';
import { type MemoryTree, project, runRule } from '../../test/memory-tree.js';
import { nestAdd } from './nest-add.js';

const NEST_11 = {
  dependencies: { '@nestjs/core': '^11.0.1' },
  jest: { transform: { '^.+\\.(t|j)s$': 'ts-jest' } },
};
const PRESET = './node_modules/@nestjs-realtime/eslint-plugin/oxlint.json';

const json = (value: unknown, indent: string | number = 2): string => `${JSON.stringify(value, null, indent)}\n`;
const fresh = (manifest: object, more = {}): MemoryTree => project({ 'package.json': json(manifest), ...more });
const read = (tree: MemoryTree, path = 'package.json') => JSON.parse(tree.all()[path]);

describe('nest add', () => {
  it('adds what is missing, with the major version of Nest and one version of ours, and sorts it', async () => {
    const tree = fresh({
      type: 'module',
      dependencies: { '@nestjs/core': '^12.0.1', 'nestjs-realtime': 'file:x.tgz' },
    });
    await runRule(tree, nestAdd({}));
    const { dependencies, devDependencies } = read(tree);
    expect(dependencies).toMatchObject({
      '@nestjs-realtime/client': expect.stringMatching(/^\d+\.\d+\.\d+/),
      '@nestjs/platform-socket.io': '^12.0.0',
      '@nestjs/websockets': '^12.0.0',
      'nestjs-realtime': 'file:x.tgz',
      zod: '^4.0.0',
    });
    expect(Object.keys(dependencies)).toEqual(Object.keys(dependencies).sort());
    expect(devDependencies).toBeUndefined();
  });

  it('keeps the validation that is there, and adds the one that is asked for', async () => {
    const zod = fresh({ dependencies: { zod: '^3.0.0' } });
    await runRule(zod, nestAdd({}));
    expect(read(zod).dependencies).toMatchObject({ zod: '^3.0.0' });
    expect(read(zod).dependencies).not.toHaveProperty('class-validator');
    const classes = fresh({ dependencies: { 'class-validator': '^0.14.0' } });
    await runRule(classes, nestAdd({}));
    expect(read(classes).dependencies).toMatchObject({ 'class-validator': '^0.14.0' });
    expect(read(classes).dependencies).not.toHaveProperty('zod');
    const valibot = fresh({});
    await runRule(valibot, nestAdd({ validation: 'valibot' }));
    expect(read(valibot).dependencies).toHaveProperty('valibot');
  });

  it.each(['package-lock.json', 'yarn.lock', 'pnpm-lock.yaml'])(
    'leaves Socket.IO to Nest, whose platform brings its own, and what is set for it as it is: %s',
    async (lockfile) => {
      const tree = fresh({ overrides: { 'socket.io': '4.8.9' } }, { [lockfile]: '' });
      await runRule(tree, nestAdd({}));
      const { dependencies, overrides, resolutions, pnpm } = read(tree);
      expect(dependencies).not.toHaveProperty(['socket.io']);
      expect({ overrides, resolutions, pnpm }).toEqual({ overrides: { 'socket.io': '4.8.9' } });
    },
  );

  it('wires the root module and an authenticator, or forRoot alone with --auth none', async () => {
    const tree = project();
    await runRule(tree, nestAdd({}));
    expect(tree.all()['src/app.module.ts']).toContain(
      `RealtimeModule.forRoot({ authenticator: AppAuthenticator, hosts: ['localhost', '127.0.0.1'] })`,
    );
    expect(tree.exists('src/realtime/app.authenticator.ts')).toBe(true);
    const none = project();
    const { said } = await runRule(none, nestAdd({ auth: 'none' }));
    expect(none.all()['src/app.module.ts']).toContain('RealtimeModule.forRoot()');
    expect(none.exists('src/realtime/app.authenticator.ts')).toBe(false);
    expect(said).toContain('Every client is anonymous;');
  });

  it('gives the Jest of Nest 11 our preset in place of its transform, in both of its configurations', async () => {
    const tree = fresh(NEST_11, { 'test/jest-e2e.json': json({ rootDir: '.', ...NEST_11.jest }, '\t') });
    const { warned } = await runRule(tree, nestAdd({}));
    expect(read(tree).jest).toEqual({ preset: 'nestjs-realtime' });
    expect(read(tree, 'test/jest-e2e.json')).toEqual({ rootDir: '.', preset: 'nestjs-realtime' });
    expect(tree.all()['test/jest-e2e.json']).toContain('\n\t"preset"');
    expect(warned).not.toContain('Jest');
  });

  it.each([
    { transform: { '.*': '@swc/jest' } },
    { preset: 'ts-jest' },
    { ...NEST_11.jest, preset: 'ts-jest' },
    { ...NEST_11.jest, transformIgnorePatterns: ['/node_modules/(?!chalk/)'] },
  ])('leaves a Jest alone that it does not know, and says what to add: %j', async (jest) => {
    const tree = fresh({ ...NEST_11, jest });
    const { warned } = await runRule(tree, nestAdd({}));
    expect(warned).toContain('Jest in package.json is not as the template has it. Add "preset": "nestjs-realtime"');
    expect(read(tree).jest).toEqual(jest);
  });

  it('leaves the Jest of Nest 12 alone, without a word', async () => {
    const nest12 = fresh({ ...NEST_11, dependencies: { '@nestjs/core': '^12.0.1' } });
    expect((await runRule(nest12, nestAdd({}))).warned).not.toContain('Jest');
    expect(read(nest12).jest).toEqual(NEST_11.jest);
  });

  it('adds the lint preset to oxlint and its package, and says how where there is no oxlint', async () => {
    const tree = fresh({}, { '.oxlintrc.json': json({ extends: ['./own.json'] }) });
    const { warned } = await runRule(tree, nestAdd({}));
    expect(read(tree, '.oxlintrc.json').extends).toEqual(['./own.json', PRESET]);
    expect(read(tree).devDependencies).toHaveProperty(['@nestjs-realtime/eslint-plugin']);
    expect(warned).toBe('');
    const commented = fresh({}, { '.oxlintrc.json': '{ /* ours */ }' });
    expect((await runRule(commented, nestAdd({}))).warned).toContain('install @nestjs-realtime/eslint-plugin');
    expect(commented.all()['.oxlintrc.json']).toBe('{ /* ours */ }');
    expect(read(commented).devDependencies).toBeUndefined();
  });

  it('has the packages installed by the manager of the lockfile, once', async () => {
    const tree = fresh({}, { 'pnpm-lock.yaml': '' });
    const options = { command: 'install', quiet: true, packageManager: 'pnpm' };
    expect((await runRule(tree, nestAdd({}))).tasks).toEqual([{ name: 'node-package', options }]);
    expect((await runRule(tree, nestAdd({}))).tasks).toEqual([]);
  });

  it.each([{ install: false }, { install: 'false' }, { skipInstall: true }, { skipInstall: 'true' }])(
    'installs nothing with %j',
    async (options) => {
      expect((await runRule(project(), nestAdd(options))).tasks).toEqual([]);
    },
  );

  it('changes nothing the second time, and ends with five lines of what to do next', async () => {
    const tree = fresh(NEST_11, { '.oxlintrc.json': '{}', 'test/jest-e2e.json': json(NEST_11.jest) });
    await runRule(tree, nestAdd({}));
    const first = tree.all();
    const { said } = await runRule(tree, nestAdd({}));
    expect(tree.all()).toEqual(first);
    expect(said.match(/^ {2}\d\. /gm)).toHaveLength(5);
    expect(said).toContain('Write src/realtime/app.authenticator.ts: until then every credential is refused.');
  });

  it('keeps the layout of files to which it adds nothing', async () => {
    const tree = fresh({}, { '.oxlintrc.json': `{ "extends": ["${PRESET}"] }` });
    await runRule(tree, nestAdd({}));
    expect(tree.all()['.oxlintrc.json']).toBe(`{ "extends": ["${PRESET}"] }`);
  });

  it('keeps the line breaks of a package.json', async () => {
    const tree = fresh({}, { 'package.json': '{\r\n    "name": "x"\r\n}\r\n' });
    await runRule(tree, nestAdd({}));
    expect(tree.all()['package.json']).toMatch(/^\{\r\n {4}"name": "x",\r\n {4}"dependencies"/);
    expect(tree.all()['package.json'].replaceAll('\r\n', '')).not.toContain('\n');
  });

  it.each([
    [{ validation: 'hope' }, '"hope" validates nothing; write --validation class-validator, zod, valibot or none.'],
    [{ auth: 'magic' }, '"magic" is no way to authenticate; write --auth session, jwt or none.'],
  ])('refuses %j and writes nothing', async (options, message) => {
    const tree = project();
    const before = tree.all();
    await expect(runRule(tree, nestAdd(options))).rejects.toThrow(message);
    expect(tree.all()).toEqual(before);
  });

  it('refuses a folder without package.json', async () => {
    const tree = project();
    tree.files.delete('package.json');
    await expect(runRule(tree, nestAdd({}))).rejects.toThrow('package.json is missing or does not parse;');
  });
});
