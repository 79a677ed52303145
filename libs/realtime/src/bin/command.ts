// What is a command of this package? A question to a built application: read from the command line first, then asked.
import type { ParseArgsConfig } from 'node:util';
import type { INestApplication } from '@nestjs/common';
import type * as door from '../index.js';

export const EXIT = { DONE: 0, FAILED: 1, USAGE: 2 } as const;

export interface Outcome {
  readonly code: number;
  readonly output?: string;
  readonly error?: string;
}

/** Printed with the usage. */
export class UsageError extends Error {}

/** The application's own copy of this package: Nest knows its parts by identity. */
export type Door = typeof door;

/** A built module that a command was given. */
export interface ModuleFile {
  /** Absolute path. */
  readonly file: string;
  readonly exportName: string | undefined;
}

/** An application that has started and does not listen. */
export interface Booted extends ModuleFile {
  readonly app: INestApplication;
  readonly door: Door;
}

export type Question = (booted: Booted) => Outcome | Promise<Outcome>;

/** The options as `parseArgs` returns them; `read` knows what it has declared. */
export type Values = Readonly<Record<string, unknown>>;

export interface Command {
  /** The options that it takes beside those of every command. */
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** The exit code where the application gives no answer, such as one that does not boot. */
  readonly noAnswer: number;
  /** Runs before the application boots. @throws UsageError that says what is wrong. */
  read(values: Values): Question;
}
