// Do the quick start and docs/front-end.md work as they are written? In the application that a Nest CLI made, and in a new page of Vite beside it.
// The page of `create-vite` and its packages are kept beside the applications.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { check } from './checks.mjs';
import { cache, changesNothing, demand, run, start } from './generated-application.mjs';

const CREATE_VITE = 'create-vite@9.3.0';
const FILE_BLOCK = /^```tsx?\n\/\/ (\S+\.tsx?)\n([\s\S]*?)^```$/gm;
/** The channel of the quick start with the class that the README shows. */
const OF_CLASSES = `import { IsString } from 'class-validator';
import { defineRealtimeChannel } from 'nestjs-realtime';

export class Note {
  @IsString()
  text!: string;
}

export const orderChannel = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'public',
  events: { noted: Note, closed: null },
  messages: { addNote: Note },
});
`;
const workspace = join(import.meta.dirname, '../..');

/** Writes the files of a page of the manual whose paths begin with `prefix`. @returns their paths below the folder. */
function paste(page, folder, prefix = '') {
  const markdown = readFileSync(join(workspace, page), 'utf8');
  const files = [...markdown.matchAll(FILE_BLOCK)].filter(([, path]) => path.startsWith(prefix));
  demand(files.length > 2, `${page} shows ${files.length} files`);
  return files.map(([, path, text]) => {
    const target = join(folder, path.slice(prefix.length));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
    return path.slice(prefix.length);
  });
}

/** `app` has our packages already. True where its code stands. */
export function checkQuickStart(title, app) {
  const isIn = check(`${title}: the quick start installs and builds as it is written`, () => {
    paste('README.md', app);
    run(app, 'npm', 'install', '--no-audit', '--no-fund', 'zod', 'class-validator', 'class-transformer');
    run(app, 'npm', 'run', 'build');
    return true;
  });
  if (!isIn) return false;
  check(`${title}: the quick start passes the lint of the template, which has nothing to format`, () =>
    changesNothing(app, () => {
      const said = run(app, 'npm', 'run', 'lint');
      demand(!/src\/(orders\/(handlers|order)|client|courier|app\.module)/.test(said), said);
    }),
  );
  check(`${title}: the test of the README passes`, () => {
    const said = run(app, 'npm', 'test', '--', 'src/courier');
    demand(/courier\.spec\.ts/.test(said), said);
  });
  check(`${title}: the quick start leaves the template's test end to end as it was`, () =>
    run(app, 'npm', 'run', 'test:e2e'),
  );
  return true;
}

/** `app` has the quick start. */
export function checkFrontEnd(title, app, packages, scratch) {
  const shop = mkdtempSync(join(scratch, 'shop-'));
  const page = join(shop, 'page');
  const [server, origin] = [freePort(), freePort()].map((port) => `http://localhost:${port}`);
  const isThere = check(`${title}: a page of Vite installs the client beside the server`, () => {
    run(shop, 'ln', '-s', app, 'server');
    run(shop, 'cp', '-a', freshPage(), page);
    const ours = packages.filter(({ name }) => /^@nestjs-realtime\/(client|contract)$/.test(name));
    run(page, 'npm', 'install', '--no-audit', '--no-fund', ...ours.map(({ file }) => file));
    return true;
  });
  if (!isThere) return;
  check(`${title}: the page of the manual builds, and passes the lint of Vite's template`, () => {
    paste('docs/front-end.md', page, 'page/');
    run(page, 'env', `VITE_SERVER=${server}`, 'npm', 'run', 'build');
    const said = run(page, 'npm', 'run', 'lint');
    demand(/Found 0 warnings and 0 errors/.test(said), said);
  });
  check(`${title}: the page exchanges notes in Chromium with a server on another port`, () => {
    writeFileSync(join(app, 'src/of-classes.channel.ts'), OF_CLASSES);
    const module = join(app, 'src/app.module.ts');
    // Another port than that of the manual, which may be taken on this machine.
    writeFileSync(module, readFileSync(module, 'utf8').replace('http://localhost:5173', origin));
    run(app, 'npm', 'run', 'build');
    run(workspace, 'node', join(import.meta.dirname, 'front-end-page.mjs'), shop, server, origin);
  });
  check(`${title}: a page compiles channels with classes from the declarations, and not from the sources`, () => {
    const file = join(page, 'src/realtime.ts');
    change(file, 'src/orders/order.channel.js', 'dist/of-classes.channel.js');
    run(page, 'npx', 'tsc', '-b');
    change(file, 'dist/of-classes', 'src/of-classes');
    const { code, output } = start(page, 'npx', ['tsc', '-b']);
    demand(code !== 0 && output.includes('TS1240'), `ended with ${code}\n${output}`);
  });
}

function change(file, from, to) {
  const before = readFileSync(file, 'utf8');
  demand(before.includes(from), `${file} has no ${from}`);
  writeFileSync(file, before.replace(from, to));
}

function freePort() {
  const script = `const s = require('node:net').createServer().listen(0, () => { console.log(s.address().port); s.close(); });`;
  return Number(run(workspace, 'node', '-e', script));
}

/** What `create-vite` makes, with its packages; made once. */
function freshPage() {
  const kept = join(cache, CREATE_VITE);
  if (!existsSync(kept)) {
    mkdirSync(cache, { recursive: true });
    const made = mkdtempSync(join(cache, 'making-'));
    run(made, 'npx', '--yes', CREATE_VITE, 'page', '--template', 'react-ts', '--no-interactive');
    run(join(made, 'page'), 'npm', 'install', '--no-audit', '--no-fund');
    // A run that was stopped half-way leaves nothing that the next one would take.
    renameSync(made, kept);
  }
  return join(kept, 'page');
}
