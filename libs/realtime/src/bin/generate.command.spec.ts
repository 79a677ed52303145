import { mkdirSync, mkdtempSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { UsageError } from './command.js';
import { runGenerate } from './generate.command.js';

const PROGRAM = 'node_modules/@nestjs/cli/node_modules/@angular-devkit/schematics-cli/bin/schematics.js';
/** Notes where it runs and with what, and ends with 3. */
const NOTES = `require('fs').writeFileSync('ran.json', JSON.stringify({ cwd: process.cwd(), args: process.argv.slice(2) })); process.exit(3);`;

function folder(files: Readonly<Record<string, string>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'generate-')));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const installed = () =>
  folder({
    'nest-cli.json': '{}',
    'package.json': '{}',
    'src/orders/x.ts': '',
    'src/package.json': '{}',
    'node_modules/@nestjs/cli/package.json': '{}',
    [PROGRAM]: NOTES,
  });

describe('nestjs-realtime g', () => {
  it('runs the generator in the root of the project, and passes its exit code on', () => {
    const root = installed();
    const args = ['channel', 'orders/order', '--scope', 'public', '--events=a,b', '--dry-run'];
    expect(runGenerate(args, join(root, 'src/orders'))).toEqual({ code: 3 });
    expect(JSON.parse(readFileSync(join(root, 'ran.json'), 'utf8'))).toEqual({
      cwd: root,
      args: ['nestjs-realtime:channel', ...args.slice(1), '--no-interactive'],
    });
  });

  it('lets --force write over files, and passes names on as they are', () => {
    const root = installed();
    runGenerate(['handler', 'orders/$(x); y', '--force'], root);
    expect(JSON.parse(readFileSync(join(root, 'ran.json'), 'utf8')).args).toEqual([
      'nestjs-realtime:handler',
      'orders/$(x); y',
      '--force',
      '--overwrite',
      '--no-interactive',
    ]);
  });

  it('says that the Nest CLI is missing, and fails', () => {
    expect(runGenerate(['authenticator'], folder({ 'package.json': '{}' }))).toEqual({
      code: 1,
      error: '@nestjs/cli is not installed here; run npm i -D @nestjs/cli.\n',
    });
  });

  it.each([
    [[], 'Generate what? There are: channel, handler, authenticator.'],
    [['service', 'x'], 'No such generator: service. There are:'],
    [['channel'], 'No name: nestjs-realtime g channel <path/name>'],
    [['handler', '--channel', 'x'], 'No name: nestjs-realtime g handler <path/name>'],
  ])('refuses %j as wrong usage', (args, message) => {
    expect(() => runGenerate(args, '/')).toThrow(UsageError);
    expect(() => runGenerate(args, '/')).toThrow(message);
  });

  it.each([['--help'], ['channel', '--help'], ['handler', 'x', '-h']])('explains itself with %s %s', (...args) => {
    expect(runGenerate(args, '/')).toMatchObject({ code: 0, output: expect.stringContaining('--scope <scope>') });
  });
});
