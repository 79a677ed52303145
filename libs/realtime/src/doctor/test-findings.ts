// Is every channel named in a test? Read from sources as text: a channel that no test names is certainly not tested.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { matchChannelTemplate } from '@nestjs-realtime/contract';
import type { RealtimeFinding } from './finding.js';

interface DeclaredChannel {
  readonly file: string;
  readonly constant: string;
  readonly template: string;
}

const CHANNEL_FILE = /\.channel\.[cm]?ts$/;
const TEST_FILE = /\.(spec|test|e2e-spec)\.[cm]?[jt]sx?$/;
const SKIPPED = /^(node_modules|dist|\..+)$/;
const DECLARATION = /export const (\w+)[^=;]*=\s*defineRealtimeChannel\(\s*\{[^]*?\bname:\s*(['"`])([^'"`]+)\2/g;
const CHANNEL_NAME = /(['"`])([A-Za-z0-9_.%-]+)\1/g;

/** `folders` hold `*.channel.ts` files and tests. A channel counts as tested where a test has its constant, or a name that it matches. */
export function testFindings(folders: readonly string[]): RealtimeFinding[] {
  const files = folders.flatMap(filesIn);
  const channels = files.filter((file) => CHANNEL_FILE.test(file)).flatMap(declarationsIn);
  const tests = files.filter((file) => TEST_FILE.test(file)).map((file) => readFileSync(file, 'utf8'));
  const words = new Set(tests.flatMap((text) => text.match(/\w+/g) ?? []));
  const names = [...new Set(tests.flatMap((text) => [...text.matchAll(CHANNEL_NAME)].map((match) => match[2])))];
  return channels
    .filter(({ constant, template }) => !words.has(constant) && !names.some((name) => matches(template, name)))
    .map(({ file, constant, template }) => ({
      code: 'UNTESTED_CHANNEL',
      severity: 'info',
      message: `No test speaks of channel "${template}" (${constant} in ${file}).`,
      fix: 'Test who may enter it, and what happens to what is sent; docs/testing.md shows how.',
    }));
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    return SKIPPED.test(entry.name) ? [] : filesIn(path);
  });
}

function declarationsIn(file: string): DeclaredChannel[] {
  return [...readFileSync(file, 'utf8').matchAll(DECLARATION)].map(([, constant, , template]) => ({
    file,
    constant: constant,
    template: template,
  }));
}

/** An invalid template matches nothing; the boot reports it. */
function matches(template: string, name: string): boolean {
  try {
    return matchChannelTemplate(template, name) !== null;
  } catch {
    return false;
  }
}
