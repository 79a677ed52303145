import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { pageFault } from './markdown.js';

const FOLDERS = ['libs', 'src', 'test', 'benchmarks', 'scripts'];

/** A rule or a decision that is named without the page that explains it. */
const LOOSE = /\bADR-?\d+|\bhardening,? (?:rule )?\d+|\b(?:decision|follow-up)s? \d+|\bR[0-2]\)/gi;

/** `docs/hardening.md#8`, `docs/decisions/0001#decision-3`, `docs/gates.md`. */
const CITED = /\bdocs\/(?:(decisions\/\d{4})(?!-|\d)|([\w/-]+\.md))(?:#([a-z0-9-]+))?/g;

const ADVICE = 'cite the page: docs/hardening.md#8, docs/decisions/0001#decision-3';

interface Line {
  readonly place: string;
  readonly text: string;
}

const lines: Line[] = FOLDERS.flatMap(sources)
  .filter((path) => path !== 'test/architecture/citations.spec.ts')
  .flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .map((text, index) => ({ place: `${path}:${index + 1}`, text })),
  );

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return /^(node_modules|dist)$/.test(entry.name) ? [] : sources(path);
    return /\.(m?[jt]sx?|cjs)$/.test(entry.name) ? [path] : [];
  });
}

/** A record of a decision is cited by its number alone, so that a better title breaks no comment. */
function pageOf(record: string | undefined, page: string | undefined): string {
  if (record === undefined) return `docs/${page}`;
  const number = record.slice('decisions/'.length);
  const file = readdirSync('docs/decisions').find((name) => name.startsWith(`${number}-`));
  return `docs/decisions/${file ?? number}`;
}

function citationFaults({ place, text }: Line): string[] {
  return [...text.matchAll(CITED)].flatMap(([citation, record, page, anchor]) => {
    const fault = pageFault(pageOf(record, page), anchor);
    return fault === null ? [] : [`${place}: ${citation} ${fault}`];
  });
}

function looseCitations({ place, text }: Line): string[] {
  return [...text.matchAll(LOOSE)].map(([citation]) => `${place}: "${citation}"; ${ADVICE}`);
}

describe('citations in the sources', () => {
  it('are found', () => {
    expect(lines.length).toBeGreaterThan(10_000);
    expect(lines.flatMap(({ text }) => [...text.matchAll(CITED)]).length).toBeGreaterThan(5);
  });

  it('name a page and a heading that exist', () => {
    expect(lines.flatMap(citationFaults)).toEqual([]);
  });

  it('are never a bare number', () => {
    expect(lines.flatMap(looseCitations)).toEqual([]);
  });

  it.each(['see ADR-016, decision 3', '(hardening 8)', 'as follow-up 2 has it', '(R0)'])(
    'are loose in "%s"',
    (text) => {
      expect(looseCitations({ place: 'here', text })).not.toEqual([]);
    },
  );

  it.each(['docs/hardening.md#99', 'docs/decisions/9999', 'docs/missing.md', 'docs/decisions/0001#decision-9'])(
    'lead nowhere in "%s"',
    (text) => {
      expect(citationFaults({ place: 'here', text })).toHaveLength(1);
    },
  );
});
