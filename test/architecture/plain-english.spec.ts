import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { mannered } from './plain-english.js';

const PLACES = ['libs', 'src', 'test', 'benchmarks', 'scripts', 'docs', '.github', ':(glob)*.md'];

/** Texts by others, and the words themselves. */
const EXEMPT =
  /(^|\/)(LICENSE|CODE_OF_CONDUCT\.md|package-lock\.json)$|^test\/architecture\/plain-english\.(spec\.)?ts$/;

/** Every text that git tracks in these places, or would track. */
function texts(): { path: string; text: string }[] {
  const paths = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '--', ...PLACES])
    .toString()
    .split('\0')
    .filter((path) => existsSync(path) && !EXEMPT.test(path));
  return [...new Set(paths)]
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
    .filter(({ text }) => !text.includes('\0'));
}

describe('plain English', () => {
  it('is the language of every text in the repository', () => {
    const findings = texts().flatMap(({ path, text }) =>
      mannered(text).map(({ line, word, better }) => `${path}:${line} has "${word}"; write ${better}`),
    );
    expect(findings).toEqual([]);
  });

  it('is searched for in code and prose alike', () => {
    const extensions = new Set(texts().map(({ path }) => path.split('.').at(-1)));
    expect(['ts', 'tsx', 'mjs', 'md', 'json'].filter((extension) => !extensions.has(extension))).toEqual([]);
  });

  it.each([
    ['Whoever comes', 1, 'Whoever'],
    ['A plain line.\n// It is at\n// fault here.', 2, 'at fault'],
    ['/**\n * All was in\n * vain.\n */', 2, 'in vain'],
    ["it('mended', () => {});", 1, 'mended'],
    ['A client reads when he wants.', 1, 'he'],
    ['The option shall be set.', 1, 'shall'],
  ])('reports the line and the word of %j', (text, line, word) => {
    expect(mannered(text)).toEqual([{ line, word, better: expect.any(String) }]);
  });

  it.each(['the theme of this shell', 'amend, commend', 'RFC 6455: a client shall mask', '> The text he quotes.'])(
    'accepts %j',
    (text) => {
      expect(mannered(text)).toEqual([]);
    },
  );
});
