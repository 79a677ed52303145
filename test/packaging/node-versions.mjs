// Which versions of Node do we support, and where does one come from? The package `node` of npm holds the program of each release.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run } from './checks.mjs';

/** The oldest that we support, and each line with long-term support since. */
export const NODE_VERSIONS = ['20.19', '22', '24'];

/** Installs one version below `scratch`. Returns the environment in which `node` is that version, and what it says of itself. */
export function nodeOf(version, scratch) {
  const folder = join(scratch, `node-${version}`);
  const bin = join(folder, 'node_modules/node/bin');
  if (!existsSync(bin)) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{}');
    run({ cwd: folder }, 'npm', 'install', `node@${version}`, '--no-audit', '--no-fund', '--no-save');
  }
  const env = { PATH: bin + delimiter + process.env.PATH };
  const exact = run({ cwd: folder, env }, 'node', '--version').trim();
  if (!exact.startsWith(`v${version}.`)) throw new Error(`npm's package node@${version} holds Node ${exact}`);
  return { env, exact };
}
