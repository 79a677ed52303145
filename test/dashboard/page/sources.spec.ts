import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

const FOLDER = 'libs/dashboard/page';

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(tsx?|css|html)$/.test(file) && !file.endsWith('.spec.ts'))
  .map((file) => ({ file, text: readFileSync(`${FOLDER}/${file}`, 'utf8') }));

function mentioning(pattern: RegExp, ending = ''): string[] {
  return files.filter(({ file, text }) => file.endsWith(ending) && pattern.test(text)).map(({ file }) => file);
}

describe('the sources of the page', () => {
  it('are found', () => {
    expect(files.length).toBeGreaterThan(30);
  });

  it('never turn strings from outside into markup or code', () => {
    const markup =
      /innerHTML|outerHTML|insertAdjacentHTML|setHTML|srcdoc|DOMParser|createContextualFragment|document\.write/i;
    expect(mentioning(markup)).toEqual([]);
    expect(mentioning(/\beval\(|new Function|setTimeout\(['"`]/)).toEqual([]);
  });

  it('link only to the panels of the page', () => {
    expect(mentioning(/\bhref=(?!("#stream"|{`#\$\{id\}`}))/, '.tsx')).toEqual([]);
    expect(mentioning(/\bsrc=|https?:|url\(/, '.tsx')).toEqual([]);
    expect(mentioning(/url\(|https?:/, '.css')).toEqual([]);
  });

  it('contain no inline scripts and no inline styles', () => {
    expect(mentioning(/<style|\bstyle=|\son\w+="|<script(?![^>]*\bsrc=)/)).toEqual([]);
  });
});
