// Which packages does a project need for realtime? Those that are missing; what it has keeps its version.
import { readFileSync } from 'node:fs';
import { type Json, objectAt } from './json-file.js';
import { LIBRARIES, type Validation } from './validation.js';

export type PackageManager = 'npm' | 'pnpm' | 'yarn';

interface OwnManifest {
  readonly version: string;
}

const own = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as OwnManifest;

export interface Additions {
  readonly validation: Validation;
  readonly manager: PackageManager;
  /** Also the lint rules, where a configuration is there to hold them. */
  readonly lint: boolean;
}

/** All packages of ours share one version; those of Nest follow the major version of the project. */
export function addPackages(manifest: Json, { validation, lint }: Additions): void {
  const nest = `^${nestMajor(manifest)}.0.0`;
  addMissing(manifest, 'dependencies', {
    'nestjs-realtime': own.version,
    '@nestjs-realtime/client': own.version,
    '@nestjs/platform-socket.io': nest,
    '@nestjs/websockets': nest,
    ...(validation === 'none' ? {} : LIBRARIES[validation]),
  });
  if (lint) addMissing(manifest, 'devDependencies', { '@nestjs-realtime/eslint-plugin': own.version });
}

export function nestMajor(manifest: Json): number {
  const { '@nestjs/core': range = '' } = (manifest.dependencies ?? {}) as Record<string, string>;
  return Number(/\d+/.exec(range)?.[0] ?? 12);
}

function addMissing(manifest: Json, key: string, wanted: Readonly<Record<string, string>>): void {
  const { dependencies = {}, devDependencies = {} } = manifest as Record<string, Json>;
  const missing = Object.entries(wanted).filter(([name]) => !(name in dependencies) && !(name in devDependencies));
  if (missing.length === 0) return;
  const all = { ...objectAt(manifest, key), ...Object.fromEntries(missing) };
  manifest[key] = Object.fromEntries(Object.entries(all).sort(([one], [other]) => (one < other ? -1 : 1)));
}
