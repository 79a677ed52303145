// Which machine were the results measured on? One line that belongs beside every table.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, release, totalmem, type } from 'node:os';
import { canPin } from './pinning.js';

export function describeMachine(): string {
  const cores = `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown CPU'}`;
  const memory = `${Math.round(totalmem() / 2 ** 30)} GB`;
  const pinned = canPin() ? 'server and load generator pinned to a core each' : 'NOT pinned (no taskset, or one core)';
  const versions = `Node ${process.version}, socket.io ${versionOf('socket.io')}, @nestjs/core ${versionOf('@nestjs/core')}`;
  const load = loadavg()[0].toFixed(2);
  return `${cores}, ${memory}, ${type()} ${release()}; ${versions}; ${pinned}; load average before the run ${load}`;
}

function versionOf(name: string): string {
  const path = createRequire(import.meta.url).resolve(`${name}/package.json`);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
