// Does the lint plugin work where it is installed? A project that breaks rules, linted by ESLint 10, ESLint 9 and oxlint with the tarball.
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const PLUGIN = '@nestjs-realtime/eslint-plugin';

const FILES = {
  'eslint.config.mjs': `import realtime from '${PLUGIN}';
import tseslint from 'typescript-eslint';
export default [{ files: ['**/*.ts'], languageOptions: { parser: tseslint.parser } }, realtime.configs.recommended];`,
  '.oxlintrc.json': JSON.stringify({ extends: [`./node_modules/${PLUGIN}/oxlint.json`] }),
  'src/orders/index.ts': `export { OnAddNote } from './realtime/handlers/on-add-note.handler.js';`,
  'src/orders/orders.service.ts': `export type { Server } from 'socket.io';`,
  'src/orders/realtime/order.channel.ts': `import { defineRealtimeChannel } from 'nestjs-realtime';
export const orderChannel = defineRealtimeChannel({ name: 'orders.{userId}', scope: 'public', events: { closed: null } });`,
};

const REPORTS = [
  'index.ts: OnAddNote is private to its feature; export the channel instead.',
  "order.channel.ts: {userId} names a user, but others may subscribe; make the scope { userScoped: 'userId' }.",
  'orders.service.ts: Import socket.io only where it is allowed; broadcast through IRealtimeBroadcaster.',
];

const LINTERS = {
  'ESLint 10': { bin: 'eslint/bin/eslint.js', read: readEslint },
  'ESLint 9': { bin: 'eslint-9/bin/eslint.js', read: readEslint },
  oxlint: { bin: 'oxlint/bin/oxlint', read: readOxlint },
};

/** What package.json asks for; the versions are those that this repository is tested with. */
export function linterProject(folder, tarball, { devDependencies }) {
  const names = ['eslint', 'eslint-9', 'oxlint', 'typescript', 'typescript-eslint'];
  const versions = Object.fromEntries(names.map((name) => [name, devDependencies[name]]));
  const manifest = { private: true, type: 'module', devDependencies: { ...versions, [PLUGIN]: `file:${tarball}` } };
  for (const [path, text] of Object.entries({ ...FILES, 'package.json': JSON.stringify(manifest) })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** One check for each linter, in a project that is installed: its title, and a function that returns the faults. */
export function linterChecks(folder) {
  return Object.entries(LINTERS).map(([linter, { bin, read }]) => ({
    title: `${PLUGIN}: reports what breaks its rules under ${linter}`,
    faults: () => {
      const args = [join(folder, 'node_modules', bin), '-f', 'json', 'src'];
      const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
      const reports = stdout === '' ? [] : read(JSON.parse(stdout)).sort();
      const asExpected = status === 1 && JSON.stringify(reports) === JSON.stringify(REPORTS);
      return asExpected ? [] : [`ended with ${status}`, ...reports, stderr];
    },
  }));
}

function report(path, message) {
  return `${path.split(/[\\/]/).at(-1)}: ${message}`;
}

function readEslint(results) {
  return results.flatMap(({ filePath, messages }) => messages.map(({ message }) => report(filePath, message)));
}

function readOxlint({ diagnostics }) {
  return diagnostics.map(({ filename, message }) => report(filename, message));
}
