// Does a README for npm differ from the one of the repository in the targets of its links alone?
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { REPOSITORY } from './released-workspace.js';

interface ReadmeLinks {
  withAbsoluteLinks(markdown: string, where: { root: string; directory: string; version: string }): string;
  linksOf(markdown: string): string[];
}

const { workspaces } = JSON.parse(readFileSync('package.json', 'utf8')) as { workspaces: string[] };
const script: string = '../../scripts/release/readme-links.mjs';
const { withAbsoluteLinks, linksOf } = (await import(script)) as ReadmeLinks;
const where = { root: process.cwd(), directory: 'libs/realtime', version: '1.2.3' };
const released = (path: string, view = 'blob') => `${REPOSITORY}/${view}/v1.2.3/${path}`;

/** Each pair is what stands in the repository, and what stands on npm. */
const LINKS: [there: string, here: string][] = [
  ['[a](../../src/README.md)', `[a](${released('src/README.md')})`],
  ['[`a`](../../src/README.md#one)', `[\`a\`](${released('src/README.md')}#one)`],
  ['[a](<../../src>)', `[a](<${released('src', 'tree')}>)`],
  ['[a](/LICENSE)', `[a](${released('LICENSE')})`],
  ['[a](LICENSE)', `[a](${released('libs/realtime/LICENSE')})`],
  ['![a](../../src/page/icon.svg)', `![a](${released('src/page/icon.svg', 'raw')})`],
  ['<a href="../../src/README.md">', `<a href="${released('src/README.md')}">`],
  ['\n\n[a]: ../../src/README.md\n', `\n\n[a]: ${released('src/README.md')}\n`],
];
const SAME = [
  '[a](#heading)',
  '[a](https://nodejs.org)',
  '[a](mailto:a@b.c)',
  '[a](../../gone.md)',
  '[a](../../../outside.md)',
  '`[a](../../src/README.md)`',
  '\n\n```md\n[a](../../src/README.md)\n```\n',
  '\n\nplain ($&, $1) words\n\n',
];

describe('the README on npm', () => {
  it.each(LINKS)('has %s as %s', (there, here) => {
    expect(withAbsoluteLinks(there, where)).toBe(here);
  });

  it('has the same text otherwise, whatever stands beside a link', () => {
    const part = fc.constantFrom(...LINKS, ...SAME.map((text): [string, string] => [text, text]));
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const [there, here] = [0, 1].map((side) => parts.map((each) => each[side]).join(' '));
        expect(withAbsoluteLinks(there, where)).toBe(here);
        expect(withAbsoluteLinks(here, where)).toBe(here);
      }),
    );
  });

  it.each(workspaces)('of %s has absolute links alone, and relative ones in the repository', (directory) => {
    const markdown = readFileSync(`${directory}/README.md`, 'utf8');
    const links = linksOf(withAbsoluteLinks(markdown, { ...where, directory }));
    expect(links.filter((link) => !/^(https:|#)/.test(link))).toEqual([]);
    expect(links.length).toBeGreaterThan(0);
    expect(linksOf(markdown).filter((link) => link.startsWith(`${REPOSITORY}/blob/`))).toEqual([]);
  });
});
