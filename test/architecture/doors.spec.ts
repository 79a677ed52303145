import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Door, doors, exportsOf } from './door-exports.js';

const REPORTS = 'test/packaging/api';
const UPDATE = 'UPDATE_API=true npm run jest -- test/architecture/doors.spec.ts';

const all = doors();
const exported = exportsOf(all);

/** A name with its signature, so that a reviewer sees each one that comes, goes or changes. */
function reportOf({ specifier }: Door): string {
  return `${REPORTS}/${specifier}.txt`;
}

/** The blocks of a report: the declaration of a name is indented under it. */
function reviewed(door: Door): string[] {
  const report = reportOf(door);
  return existsSync(report)
    ? readFileSync(report, 'utf8')
        .trimEnd()
        .split(/\n(?! )/)
    : [];
}

function update(door: Door, blocks: string[]): void {
  mkdirSync(dirname(reportOf(door)), { recursive: true });
  writeFileSync(reportOf(door), `${blocks.join('\n')}\n`);
}

describe('the reviewed report of the public API', () => {
  it.each(all)('says what $specifier exports and with which signatures, and nothing else', (door) => {
    const now = exported.get(door.specifier)!;
    if (process.env.UPDATE_API) update(door, now);
    const before = reviewed(door);
    const changes = [
      ...before.filter((block) => !now.includes(block)).map((block) => `- ${block}`),
      ...now.filter((block) => !before.includes(block)).map((block) => `+ ${block}`),
    ];
    if (changes.length === 0) return;
    throw new Error(
      `The exports of ${door.specifier} are not those of ${reportOf(door)}:\n${changes.join('\n')}\n\n` +
        `An exported name is a promise to applications. If you mean the change, run\n  ${UPDATE}\n` +
        'commit the report, and describe the change in CHANGELOG.md.',
    );
  });

  it('exists for doors only', () => {
    const files = readdirSync(REPORTS, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.txt'));
    expect(files.map((file) => `${REPORTS}/${file}`).sort()).toEqual(all.map(reportOf).sort());
  });

  it('belongs to exports that are all found, in the sources of eight doors at least', () => {
    expect(all.length).toBeGreaterThanOrEqual(8);
    expect([...exported.values()].filter((blocks) => blocks.length === 0)).toEqual([]);
  });
});
