import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { RealtimeDashboardOptions } from '../../libs/dashboard/src/dashboard.options.js';
import { RealtimeOptions } from 'nestjs-realtime';

const page = readFileSync('docs/options.md', 'utf8');

interface Row {
  readonly name: string;
  readonly byDefault: string;
}

/** The rows of all tables below a heading of the second level, whose first column is an option. */
function rowsBelow(heading: string): Row[] {
  const section = page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/^\| *`([\w.]+)` *\| *(.*?) *\|/gm)].map(([, name, byDefault]) => ({ name, byDefault }));
}

/** As the page writes a default. A list that is too long for a cell stands below its table. */
function written(value: unknown): string {
  if (typeof value === 'number') return value.toLocaleString('en-US');
  if (Array.isArray(value)) {
    return value.length > 4 ? 'listed below' : `\`[${value.map((entry) => `'${String(entry)}'`).join(', ')}]\``;
  }
  return typeof value === 'string' ? `\`'${value}'\`` : `\`${String(value)}\``;
}

/** Every option with its default; options within options by their path. */
function rowsOf(options: object, prefix = ''): Row[] {
  return Object.entries(options).flatMap(([name, value]) =>
    isGroup(value) ? rowsOf(value, `${prefix}${name}.`) : [{ name: `${prefix}${name}`, byDefault: written(value) }],
  );
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function sorted(rows: Row[]): Row[] {
  return [...rows].sort((one, other) => (one.name < other.name ? -1 : 1));
}

describe('docs/options.md', () => {
  it.each([
    // Six letters are new each time, and the host differs.
    ['Settings', Object.assign(new RealtimeOptions(), { nodeId: 'host-abcdef' })],
    ['Dashboard', new RealtimeDashboardOptions()],
  ])('has below "%s" a row for each option with its default, and no other', (heading, options) => {
    expect(sorted(rowsBelow(heading))).toEqual(sorted(rowsOf(options)));
  });

  it('lists the words that the dashboard redacts', () => {
    const words = new RealtimeDashboardOptions().redact.map((word) => `\`${word}\``);
    expect(page.replace(/\s+/g, ' ')).toContain(words.join(', '));
  });
});
