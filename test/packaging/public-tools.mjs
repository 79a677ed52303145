// What do publint and "Are the types wrong?" say about a tarball? Both are what a reader of npm may run against us.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const bin = join(import.meta.dirname, '../../node_modules/.bin');

/** With --strict a warning is a failure too. */
export function publintFaults({ file }) {
  return faultsOf('publint', 'run', file, '--strict');
}

/**
 * Node has had require() of ES modules since 20.19, the oldest that we support; the rule that is left out would refuse it. A preset of Jest is
 * imported by nothing, and Jest reads `exports`.
 */
export function attwFaults({ file }) {
  return faultsOf(
    'attw',
    file,
    '--ignore-rules',
    'cjs-resolves-to-esm',
    '--exclude-entrypoints',
    './jest-preset',
    '--format',
    'ascii',
    '--no-emoji',
    '--no-color',
  );
}

function faultsOf(tool, ...args) {
  const { status, error, stdout, stderr } = spawnSync(join(bin, tool), args, { encoding: 'utf8' });
  if (status === 0) return [];
  return [`${tool} ended with ${error ?? status}\n${stdout.trim()}\n${stderr.trim()}`.trim()];
}
