import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Door, doors, exportsOf } from './door-exports.js';

const LISTS = 'test/packaging/api';
const UPDATE = 'UPDATE_API=true npm run jest -- test/architecture/doors.spec.ts';

const all = doors();
const exported = exportsOf(all.map(({ path }) => path));

/** One name a line, so that a reviewer sees each name that comes or goes. */
function listOf({ specifier }: Door): string {
  return `${LISTS}/${specifier}.txt`;
}

function listed(door: Door): string[] {
  const list = listOf(door);
  return existsSync(list) ? readFileSync(list, 'utf8').trimEnd().split('\n') : [];
}

function update(door: Door, lines: string[]): void {
  mkdirSync(dirname(listOf(door)), { recursive: true });
  writeFileSync(listOf(door), `${lines.join('\n')}\n`);
}

describe('the reviewed list of exports', () => {
  it.each(all)('names what $specifier exports, and nothing else', (door) => {
    const now = exported.get(door.path)!;
    if (process.env.UPDATE_API) update(door, now);
    const reviewed = listed(door);
    const changes = [
      ...now.filter((line) => !reviewed.includes(line)).map((line) => `+ ${line}`),
      ...reviewed.filter((line) => !now.includes(line)).map((line) => `- ${line}`),
    ];
    if (changes.length === 0) return;
    throw new Error(
      `The exports of ${door.specifier} are not those of ${listOf(door)}:\n${changes.join('\n')}\n\n` +
        `An exported name is a promise to applications. If you mean the change, run\n  ${UPDATE}\n` +
        'commit the list, and describe the change in CHANGELOG.md.',
    );
  });

  it('exists for doors only', () => {
    const files = readdirSync(LISTS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.txt'));
    expect(files.map((file) => `${LISTS}/${file}`).sort()).toEqual(all.map(listOf).sort());
  });

  it('belongs to exports that are all found, in the sources of seven doors at least', () => {
    expect(all.length).toBeGreaterThanOrEqual(7);
    expect([...exported.values()].filter((lines) => lines.length === 0)).toEqual([]);
  });
});
