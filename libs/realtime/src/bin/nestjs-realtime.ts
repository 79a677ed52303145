#!/usr/bin/env node
// What can be asked of this package on the command line? Its commands; arguments are read here, and nothing else.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { type DoctorCommand, EXIT, type Outcome, runDoctor, UsageError } from './doctor.command.js';
import { runGenerate } from './generate.command.js';

const USAGE = `Usage: nestjs-realtime doctor <module file> [options]
       nestjs-realtime g channel | handler | authenticator [name] [options]

g writes code; "nestjs-realtime g --help" says more.

doctor boots a built application without listening, and says what is wrong with its realtime.

  <module file>      the built file of the root module, such as dist/app.module.js
  --export <name>    the module's export (default: AppModule, else the file's default export)
  --source <folder>  also looks for channels without tests in this folder; may be given again
  --ci               exits with 1 when there is any finding that is not silenced
  --help             shows this

Exit codes: 0 done, 1 findings with --ci or an application that does not boot, 2 wrong usage.
`;

/** @throws UsageError that says what is wrong. */
function readArguments(args: string[]): DoctorCommand | null {
  const { values, positionals } = parsed(args);
  if (values.help) return null;
  const [command, file, ...more] = positionals;
  if (command !== 'doctor') throw new UsageError(command === undefined ? 'No command.' : `No such command: ${command}`);
  if (file === undefined) throw new UsageError('No module file.');
  if (more.length > 0) throw new UsageError(`One module file, not also ${more.join(' ')}`);
  const [path, ...sources] = [file, ...(values.source ?? [])].map((name) => resolve(name));
  const missing = [path, ...sources].find((name) => !existsSync(name));
  if (missing !== undefined) throw new UsageError(`There is no ${missing}`);
  return { file: path, exportName: values.export, sources, ci: values.ci ?? false };
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        export: { type: 'string' },
        source: { type: 'string', multiple: true },
        ci: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function run(args: string[]): Promise<Outcome> {
  try {
    if (args[0] === 'g' || args[0] === 'generate') return runGenerate(args.slice(1));
    const command = readArguments(args);
    return command === null ? { code: EXIT.DONE, output: USAGE } : await runDoctor(command);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { code: EXIT.USAGE, error: `${error.message}\n\n${USAGE}` };
  }
}

const { code, output = '', error = '' } = await run(process.argv.slice(2));
// An application may leave timers behind; what is written has to arrive first.
process.stderr.write(error, () => process.stdout.write(output, () => process.exit(code)));
