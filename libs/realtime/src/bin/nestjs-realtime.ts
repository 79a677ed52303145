#!/usr/bin/env node
// What can be asked of this package on the command line? Arguments are read here, and answers are written; each command is in a file of its own.
import { existsSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { askApplication } from './built-application.js';
import { type Command, EXIT, type ModuleFile, type Outcome, UsageError, type Values } from './command.js';
import { doctor } from './doctor.command.js';
import { logLine } from '../instrumentation/log-text.js';
import { explain } from './explain.command.js';
import { runGenerate } from './generate.command.js';
import { list } from './list.command.js';
import { USAGE } from './usage.js';

const COMMANDS = new Map<string, Command>(Object.entries({ doctor, list, explain }));
const DEFAULT_FILE = 'dist/app.module.js';
const COMMON = { export: { type: 'string' }, help: { type: 'boolean', short: 'h' } } as const;

const args = process.argv.slice(2);
const command = COMMANDS.get(args[0]);

async function run(): Promise<Outcome> {
  try {
    if (args[0] === 'g' || args[0] === 'generate') return runGenerate(args.slice(1));
    if (asksForHelp()) return { code: EXIT.DONE, output: USAGE };
    if (command === undefined) throw new UsageError(args.length === 0 ? 'No command.' : `No such command: ${args[0]}`);
    const { values, positionals } = parsed(command);
    const question = command.read(values);
    return await askApplication(moduleFile(positionals, values), command, question);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    return { code: EXIT.USAGE, error: `${error.message}\n\n${USAGE}` };
  }
}

function asksForHelp(): boolean {
  return args.includes('--help') || args.includes('-h');
}

function parsed({ options }: Command): { values: Values; positionals: string[] } {
  try {
    return parseArgs({ args: args.slice(1), allowPositionals: true, options: { ...options, ...COMMON } });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** @throws UsageError where there is no such file. */
function moduleFile([file, ...more]: string[], { export: exportName }: Values): ModuleFile {
  if (more.length > 0) throw new UsageError(`One module file, not also ${more.join(' ')}`);
  if (file === undefined && !existsSync(DEFAULT_FILE)) {
    throw new UsageError(`No module file, and there is no ${DEFAULT_FILE}; build the application, or pass the file.`);
  }
  const path = resolve(file ?? DEFAULT_FILE);
  if (!existsSync(path)) throw new UsageError(`There is no ${path}`);
  return { file: path, exportName: exportName as string | undefined };
}

/** Line by line: a name that someone has sent must not move a cursor. */
function escaped(text: string): string {
  return text
    .split('\n')
    .map((line) => logLine(line))
    .join('\n');
}

let isTold = false;
/** The answer alone goes to stdout; what the application prints goes to stderr. */
const answer = process.stdout.write.bind(process.stdout);
process.stdout.write = process.stderr.write.bind(process.stderr);

/** An application may end the process, with any code, or wait for what never comes. Neither is an answer. */
process.once('exit', () => {
  if (isTold) return;
  process.exitCode = command?.noAnswer ?? EXIT.FAILED;
  writeSync(process.stderr.fd, 'The application has ended the process, or waits for something that never comes.\n');
});

const { code, output = '', error = '' } = await run();
isTold = true;
// An application may leave timers behind; what is written has to arrive first.
process.stderr.write(escaped(error), () => answer(output, () => process.exit(code)));
