// How does the doctor see an application from outside? Boots it with its own copies of Nest and of this package.
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { INestApplication, Type } from '@nestjs/common';
import type { AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import type { diagnose, renderFindings } from '../index.js';

export const EXIT = { DONE: 0, FAILED: 1, USAGE: 2 } as const;

export interface DoctorCommand {
  /** Absolute path of the built module. */
  readonly file: string;
  readonly exportName: string | undefined;
  readonly sources: readonly string[];
  readonly ci: boolean;
}

export interface Outcome {
  readonly code: number;
  readonly output?: string;
  readonly error?: string;
}

/** Printed with the usage. */
export class UsageError extends Error {}

interface Core {
  readonly NestFactory: typeof NestFactory;
}
interface Door {
  readonly diagnose: typeof diagnose;
  readonly renderFindings: typeof renderFindings;
}

/** @throws UsageError when the file holds no such module. */
export async function runDoctor(command: DoctorCommand): Promise<Outcome> {
  let app: INestApplication | null = null;
  try {
    const module = moduleIn(await load(command.file), command);
    const { NestFactory } = await packageOf<Core>(command.file, '@nestjs/core');
    const { diagnose, renderFindings } = await packageOf<Door>(command.file, 'nestjs-realtime');
    const adapter = await adapterOf(command.file);
    app = await NestFactory.create(module, adapter, { logger: false, abortOnError: false });
    await app.init();
    const findings = diagnose(app, { root: dirname(command.file), sources: command.sources });
    const output = `${renderFindings(findings) || 'The doctor finds nothing.'}\n`;
    return { code: command.ci && findings.length > 0 ? EXIT.FAILED : EXIT.DONE, output };
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return { code: EXIT.FAILED, error: `The application does not boot: ${textOf(error)}\n` };
  } finally {
    // Only the findings count here, not how the application ends.
    await app?.close().catch(() => undefined);
  }
}

/** Named exports, those of a CommonJS module included. @throws UsageError for what Node cannot run at all. */
async function load(file: string): Promise<Record<string, unknown>> {
  try {
    const exports = (await import(pathToFileURL(file).href)) as Record<string, unknown>;
    const whole = exports.default;
    return typeof whole === 'object' ? { ...whole, ...exports } : exports;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_UNKNOWN_FILE_EXTENSION') throw error;
    throw new UsageError(`${file} is not JavaScript; pass the built file, such as dist/app.module.js`);
  }
}

function moduleIn(exports: Record<string, unknown>, { file, exportName }: DoctorCommand): object {
  const found = exportName === undefined ? (exports.AppModule ?? exports.default) : exports[exportName];
  if (typeof found === 'function') return found;
  const wanted = exportName ?? 'AppModule';
  throw new UsageError(`${file} exports no class ${wanted}; there are: ${Object.keys(exports).join(', ') || 'none'}.`);
}

/** Nest ends the process where Express is not there to be its default. */
async function adapterOf(file: string): Promise<AbstractHttpAdapter> {
  const express = '@nestjs/platform-express';
  if (isInstalled(file, express)) {
    return new (await packageOf<Record<'ExpressAdapter', Type<AbstractHttpAdapter>>>(file, express)).ExpressAdapter();
  }
  const fastify = '@nestjs/platform-fastify';
  return new (await packageOf<Record<'FastifyAdapter', Type<AbstractHttpAdapter>>>(file, fastify)).FastifyAdapter();
}

function isInstalled(file: string, name: string): boolean {
  try {
    return createRequire(file).resolve(name) !== '';
  } catch {
    return false;
  }
}

/** The copy that the application loads: Nest knows its parts by identity. */
async function packageOf<Exports>(file: string, name: string): Promise<Exports> {
  return (await import(pathToFileURL(createRequire(file).resolve(name)).href)) as Exports;
}

function textOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
