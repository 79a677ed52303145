// How do generators run from our own command? By the schematics program of the project's Nest CLI, whose exit code is passed on.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EXIT, type Outcome, UsageError } from './command.js';

const GENERATORS = ['channel', 'handler', 'authenticator'];
/** Those that make something of a given name. */
const NAMED = ['channel', 'handler'];

const GENERATE_USAGE = `Usage: nestjs-realtime g channel <path/name> [options]
       nestjs-realtime g handler <path/message> [options]
       nestjs-realtime g authenticator [options]

  channel        orders/order declares src/orders/realtime/order.channel.ts
    --scope <scope>      public, authenticated (default), role:admin, userScoped
    --param <names>      params of the channel's name: orderId makes it orders.{orderId}
    --events <names>     events to clients, separated by commas (default: updated)
    --messages <names>   messages from clients
    --template <name>    the channel's name, instead of the one made of path and params
  handler        orders/add-note handles addNote, in src/orders/realtime/handlers/on-add-note.handler.ts
    --channel <name>     the channel's file, where the feature has several
  authenticator  src/realtime/app.authenticator.ts
    --auth <kind>        session (default) or jwt

  --module <file>      the module, where it is not the nearest one
  --project <name>     a project of nest-cli.json
  --no-spec            without a test
  --force              writes over files that exist and differ
  --dry-run            writes nothing

Exit codes: 0 done, 1 nothing was written and a line says why, 2 wrong usage.
`;

/** @throws UsageError that says what is wrong. */
export function runGenerate(args: readonly string[], from = process.cwd()): Outcome {
  const [generator, ...options] = args;
  if (options.includes('--help') || options.includes('-h') || generator === '--help') {
    return { code: EXIT.DONE, output: GENERATE_USAGE };
  }
  if (generator === undefined || !GENERATORS.includes(generator)) {
    const wrong = generator === undefined ? 'Generate what?' : `No such generator: ${generator}.`;
    throw new UsageError(`${wrong} There are: ${GENERATORS.join(', ')}. "nestjs-realtime g --help" explains them.`);
  }
  if (NAMED.includes(generator) && (options[0] === undefined || options[0].startsWith('-'))) {
    throw new UsageError(`No name: nestjs-realtime g ${generator} <path/name>`);
  }
  const root = projectRoot(from);
  const program = schematicsProgram(root);
  if (program === null) {
    return { code: EXIT.FAILED, error: '@nestjs/cli is not installed here; run npm i -D @nestjs/cli.\n' };
  }
  const passed = options.flatMap((option) => (option === '--force' ? ['--force', '--overwrite'] : [option]));
  // Without a shell: names are arguments and nothing else.
  const { status } = spawnSync(
    process.execPath,
    [program, `nestjs-realtime:${generator}`, ...passed, '--no-interactive'],
    { cwd: root, stdio: 'inherit' },
  );
  return { code: status ?? EXIT.FAILED };
}

/** The nearest folder with a nest-cli.json, else the one with a package.json, else where we are. */
function projectRoot(from: string): string {
  return above(from, 'nest-cli.json') ?? above(from, 'package.json') ?? from;
}

function above(folder: string, name: string): string | null {
  if (existsSync(join(folder, name))) return folder;
  const parent = dirname(folder);
  return parent === folder ? null : above(parent, name);
}

/** What `nest g` runs too, but there without an exit code that says how it ended. */
function schematicsProgram(root: string): string | null {
  try {
    const cli = createRequire(join(root, 'package.json')).resolve('@nestjs/cli/package.json');
    return createRequire(cli).resolve('@angular-devkit/schematics-cli/bin/schematics.js');
  } catch {
    return null;
  }
}
