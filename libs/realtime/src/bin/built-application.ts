// How does a command see an application from outside? Boots it with its own copies of Nest and of this package.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import type { INestApplication, Type } from '@nestjs/common';
import type { AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import { type Command, type Door, type ModuleFile, type Outcome, type Question, UsageError } from './command.js';

interface Core {
  readonly NestFactory: typeof NestFactory;
}

/** How long an application may take to close. What it has answered counts, not how it ends. */
const CLOSING_TIME = 2_000;

/** @throws UsageError when the file holds no such module. */
export async function askApplication(
  module: ModuleFile,
  { noAnswer }: Pick<Command, 'noAnswer'>,
  ask: Question,
): Promise<Outcome> {
  let app: INestApplication | null = null;
  try {
    const root = moduleIn(await load(module.file), module);
    const { NestFactory } = await packageOf<Core>(module.file, '@nestjs/core');
    const door = await packageOf<Door>(module.file, 'nestjs-realtime');
    const adapter = await adapterOf(module.file);
    app = await NestFactory.create(root, adapter, { logger: false, abortOnError: false });
    await app.init();
    return await ask({ ...module, app, door });
  } catch (error) {
    if (error instanceof UsageError) throw error;
    return { code: noAnswer, error: `The application does not boot: ${textOf(error)}\n` };
  } finally {
    if (app !== null) await closed(app);
  }
}

/** Resolves when the application has closed, failed to close, or taken too long. */
function closed(app: INestApplication): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, CLOSING_TIME);
    const end = (): void => {
      clearTimeout(late);
      resolve();
    };
    app.close().then(end, end);
  });
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

function moduleIn(exports: Record<string, unknown>, { file, exportName }: ModuleFile): object {
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
