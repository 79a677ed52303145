import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { anchorsOf, linkFault, linksOf, markdownFiles } from './markdown.js';

const files = markdownFiles();
const docs = files.filter((path) => path.startsWith('docs/'));

function targetsOf(path: string): string[] {
  return linksOf(readFileSync(path, 'utf8')).map(
    (link) => `${path.slice(0, path.lastIndexOf('/'))}/${link.split('#')[0]}`,
  );
}

describe('the links of every Markdown file', () => {
  it('lead to files and headings that exist', () => {
    const faults = files.flatMap((path) =>
      linksOf(readFileSync(path, 'utf8')).flatMap((link) => linkFault(path, link) ?? []),
    );
    expect(faults).toEqual([]);
  });

  it('are found in the manual and in the README of each package', () => {
    expect(files).toEqual(expect.arrayContaining(['README.md', 'docs/README.md', 'libs/realtime/README.md']));
    expect(files.flatMap((path) => linksOf(readFileSync(path, 'utf8'))).length).toBeGreaterThan(100);
  });

  it('are refused where they name a missing file or a missing heading', () => {
    expect(linkFault('docs/gates.md', 'missing.md')).toContain('names a file that does not exist');
    expect(linkFault('docs/gates.md', 'security.md#missing')).toContain('names a heading that does not exist');
    expect(linkFault('docs/gates.md', '#missing')).toContain('names a heading that does not exist');
    expect(linkFault('README.md', 'https://github.com/nestjs-realtime/nestjs-realtime/blob/main/missing.md')).toContain(
      'names a file that does not exist',
    );
  });

  it('name headings as GitHub does', () => {
    const page = '# One `rule` for [all](x.md)\n```sh\n# no heading\n```\n## Twice\n## Twice\n';
    expect(anchorsOf(page)).toEqual(['one-rule-for-all', 'twice', 'twice-1']);
  });
});

describe('docs/README.md', () => {
  it('leads to every page of the manual', () => {
    const listed = targetsOf('docs/README.md');
    const pages = docs.filter((path) => path !== 'docs/README.md' && !path.startsWith('docs/decisions/'));
    expect(pages.filter((path) => !listed.includes(path))).toEqual([]);
    expect(listed).toContain('docs/decisions/README.md');
  });
});

describe('docs/decisions/README.md', () => {
  it('lists every decision', () => {
    const listed = targetsOf('docs/decisions/README.md');
    const records = docs.filter((path) => /^docs\/decisions\/\d{4}-/.test(path));
    expect(records.length).toBeGreaterThan(5);
    expect(records.filter((path) => !listed.includes(path))).toEqual([]);
  });
});
