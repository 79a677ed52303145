// Do the generators work for a newcomer? In applications that `nest new` of two Nest CLIs made, with our tarballs: from `nest add` to a message; then the quick start and a page of Vite.
// One installation for each CLI is kept in the temp folder; remove it to start from nothing.
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pack, packageFolders } from '../../scripts/release/tarballs.mjs';
import { check, tell } from './checks.mjs';
import { checkFrontEnd, checkQuickStart } from './front-end.mjs';
import {
  changesNothing,
  demand,
  freshApplication,
  run,
  start,
  unpackInto,
  useTarballs,
} from './generated-application.mjs';

/** Each with what its application validates by; without an option, `nest add` takes a schema library. */
const CLIS = [
  ['11.0.24', []],
  ['12.0.8', ['--validation=class-validator']],
];

const workspace = join(import.meta.dirname, '../..');
const scratch = mkdtempSync(join(tmpdir(), 'nestjs-realtime-generated-'));
const ours = (cwd, ...args) => run(cwd, 'npx', '--no', 'nestjs-realtime', ...args);

const message = (app, main) => {
  cpSync(join(import.meta.dirname, 'generated-message.mjs'), join(app, 'generated-message.mjs'));
  return run(app, 'node', 'generated-message.mjs', main);
};

function checkSingle(cli, app, packages, validation) {
  check(`${cli}: nest add --dry-run writes nothing`, () =>
    changesNothing(app, () => run(app, 'npx', 'nest', 'add', 'nestjs-realtime', '--skip-install', '--dry-run')),
  );
  check(`${cli}: nest add wires the root module, and says what to do next`, () => {
    const said = run(app, 'npx', 'nest', 'add', 'nestjs-realtime', '--skip-install', '--auth=jwt', ...validation);
    demand(/What to do next:\n\s+1\. Write src\/realtime\/app\.authenticator\.ts/.test(said), said);
    demand(readFileSync(join(app, 'src/realtime/app.authenticator.ts'), 'utf8').includes('auth.token'), 'no jwt');
  });
  const installed = check(`${cli}: installs what nest add has added`, () => {
    useTarballs(app, packages);
    run(app, 'npm', 'install', '--no-audit', '--no-fund');
    const { dependencies } = JSON.parse(run(app, 'npm', 'ls', 'socket.io', '--json', '--all'));
    const copies = JSON.stringify(dependencies).match(/"socket\.io":\{"version":"[^"]+/g) ?? [];
    demand(new Set(copies).size === 1, `not one version of Socket.IO: ${copies.join(', ')}`);
    return true;
  });
  if (!installed) return false;
  check(`${cli}: nest add changes nothing the second time`, () =>
    changesNothing(app, () =>
      run(app, 'npx', 'nest', 'add', 'nestjs-realtime', '--skip-install', '--auth=jwt', ...validation),
    ),
  );
  check(`${cli}: g channel and g handler write a feature`, () => {
    ours(app, 'g', 'channel', 'orders/order', '--param', 'orderId', '--events', 'noted', '--scope', 'public');
    ours(app, 'g', 'handler', 'orders/addNote', '--channel', 'order');
  });
  check(`${cli}: g handler changes nothing the second time`, () =>
    changesNothing(app, () => ours(app, 'g', 'handler', 'orders/addNote')),
  );
  check(`${cli}: nest g -c nestjs-realtime takes the defaults where it cannot ask`, () => {
    run(app, 'npx', 'nest', 'g', '-c', 'nestjs-realtime', 'channel', 'news');
    demand(existsSync(join(app, 'src/realtime/news.channel.ts')), 'no src/realtime/news.channel.ts');
  });
  for (const [args, reason] of [
    [['channel', 'orders/other', '--scope', 'friends'], '"friends" is no scope'],
    [['channel', 'orders/other', '--bogus', 'x'], 'bogus'],
    [['channel', 'orders/order', '--events', 'more'], 'order.channel.ts exists and differs'],
    [['handler', 'gone/x'], 'No channel in src/gone/realtime'],
  ]) {
    check(`${cli}: g ${args.join(' ')} fails with 1 and writes nothing`, () => {
      const { code, output } = changesNothing(app, () => start(app, 'npx', ['--no', 'nestjs-realtime', 'g', ...args]));
      demand(code === 1 && output.includes(reason), `ended with ${code}\n${output}`);
    });
  }
  checkApplication(cli, app, 'dist/main.js');
  return true;
}

function checkApplication(cli, app, main) {
  check(`${cli}: builds`, () => run(app, 'npm', 'run', 'build'));
  checkLintAndTests(cli, app, ['npm', 'run', 'lint']);
  check(`${cli}: passes its test end to end`, () => run(app, 'npm', 'run', 'test:e2e'));
  check(`${cli}: boots without a warning, and exchanges a message over a socket`, () => message(app, main));
}

function checkLintAndTests(cli, app, lint) {
  check(`${cli}: lints, without a word about what we wrote`, () => {
    const said = run(app, ...lint);
    demand(!/realtime\//.test(said), said);
  });
  check(`${cli}: passes its tests, ours among them`, () => {
    const said = run(app, 'npm', 'test');
    demand(/on-add-note\.handler\.spec\.ts/.test(said) && /order\.channel\.spec\.ts/.test(said), said);
  });
}

/** The same application, after `nest g app`; the compiler builds it, because CLI 12 names a bundler that it does not install. */
function checkMonorepo(cli, app) {
  const made = check(`${cli}, monorepo: is made from it`, () => {
    run(app, 'npx', 'nest', 'g', 'app', 'admin');
    const path = join(app, 'nest-cli.json');
    const config = JSON.parse(readFileSync(path, 'utf8'));
    config.compilerOptions = { tsConfigPath: config.compilerOptions.tsConfigPath };
    writeFileSync(path, JSON.stringify(config, null, 2));
    return true;
  });
  if (!made) return;
  check(`${cli}, monorepo: nest add and g write into the project that is named`, () => {
    run(app, 'npx', 'nest', 'add', 'nestjs-realtime', '--skip-install', '--project', 'admin');
    ours(
      app,
      'g',
      'channel',
      'orders/order',
      '--param',
      'orderId',
      '--events',
      'noted',
      '--scope',
      'public',
      '--project',
      'admin',
    );
    ours(app, 'g', 'handler', 'orders/add-note', '--project', 'admin');
    const sources = join(app, 'apps/admin/src');
    demand(existsSync(join(sources, 'orders/realtime/handlers/on-add-note.handler.ts')), 'no handler in apps/admin');
    demand(readFileSync(join(sources, 'admin.module.ts'), 'utf8').includes('RealtimeModule.forRoot('), 'not wired');
  });
  check(`${cli}, monorepo: builds`, () => run(app, 'npx', 'nest', 'build', 'admin'));
  // The lint script of the template looks elsewhere, or fails for the test that the template itself writes.
  const linter = existsSync(join(app, '.oxlintrc.json')) ? ['oxlint', '--type-aware'] : ['eslint', '--fix'];
  checkLintAndTests(`${cli}, monorepo`, app, ['npx', '--no', '--', ...linter, 'apps/admin/src']);
  check(`${cli}, monorepo: boots without a warning, and exchanges a message over a socket`, () =>
    message(app, builtMain(app)),
  );
}

/** Where the compiler has put the entry file depends on what the project imports. */
function builtMain(app) {
  const files = readdirSync(join(app, 'dist'), { recursive: true, encoding: 'utf8' });
  return join('dist', files.find((path) => /admin\b.*\bmain\.js$/.test(path)) ?? 'no main.js');
}

const tarballs = check('all packages: pack', () =>
  packageFolders(workspace).map((each) => pack(workspace, each, scratch)),
);
const packages = (tarballs ?? [])
  .map(({ manifest: { name }, file }) => ({ name, file }))
  .filter(({ name }) => !name.endsWith('/dashboard'));
for (const [version, validation] of tarballs ? CLIS : []) {
  const cli = `Nest CLI ${version}`;
  const app = check(`${cli}: makes an application`, () => freshApplication(version, scratch));
  if (!app) continue;
  unpackInto(app, packages);
  if (!checkSingle(cli, app, packages, validation)) continue;
  // The page is the same for both.
  if (checkQuickStart(cli, app) && version === CLIS[0][0]) checkFrontEnd(cli, app, packages, scratch);
  checkMonorepo(cli, app);
}
rmSync(scratch, { recursive: true, force: true });
process.exit(tell('generators') ? 0 : 1);
