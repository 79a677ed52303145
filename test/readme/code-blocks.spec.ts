// Can a newcomer paste the code of our pages? It is formatted as the Prettier of `nest new` wants it, and its classes compile under `strict`.
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { format, resolveConfig } from 'prettier';
import ts from 'typescript';
import { markdownFiles } from '../architecture/markdown.js';
import { generatedFile } from './quick-start.js';

/** The pages from which newcomers paste. */
const PASTED = [
  'README.md',
  'libs/realtime/README.md',
  'libs/contract/README.md',
  'docs/generators.md',
  'docs/front-end.md',
  'docs/recipes.md',
];
const CODE_BLOCK = /^```(tsx?)\n([\s\S]*?)^```$/gm;

interface Block {
  readonly language: string;
  readonly text: string;
}

function blocksOf(page: string): Block[] {
  return [...readFileSync(page, 'utf8').matchAll(CODE_BLOCK)].map(([, language, text]) => ({ language, text }));
}

/** Decorated properties that `strict` refuses: neither initialized, nor optional, nor promised by `!`. */
function unassigned({ language, text }: Block): string[] {
  const faults: string[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!ts.isPropertyDeclaration(node) || !ts.getDecorators(node)?.length) return;
    if (!node.initializer && !node.questionToken && !node.exclamationToken) faults.push(node.name.getText());
  };
  visit(ts.createSourceFile(`code.${language}`, text, ts.ScriptTarget.Latest, true));
  return faults;
}

describe.each(PASTED)('the code of %s', (page) => {
  it('is formatted as the Prettier of nest new formats it', async () => {
    const template = JSON.parse(generatedFile('.prettierrc')) as object;
    expect(generatedFile('.prettierrc', 'cjs')).toBe(generatedFile('.prettierrc'));
    for (const { text } of blocksOf(page)) expect(text).toBe(await format(text, { ...template, parser: 'typescript' }));
    expect(blocksOf(page).length).toBeGreaterThan(0);
  });

  it('stays so when our own Prettier runs over the page', async () => {
    expect(await resolveConfig(page)).toMatchObject({ printWidth: 80, singleQuote: true, trailingComma: 'all' });
  });
});

describe('the code of other pages', () => {
  it('has the width of our own sources', async () => {
    const others = markdownFiles().filter((page) => !PASTED.includes(page));
    expect(others).toContain('docs/README.md');
    for (const page of others) expect(await resolveConfig(page)).toMatchObject({ printWidth: 120 });
  });
});

describe('classes with decorators', () => {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));

  it('compile under strict on every page', () => {
    expect(
      markdownFiles().flatMap((page) =>
        blocksOf(page)
          .flatMap(unassigned)
          .map((name) => `${page}: ${name}`),
      ),
    ).toEqual([]);
  });

  it('compile under strict in the demo', () => {
    const faults = sources.flatMap((path) => {
      const text = readFileSync(`src/${path}`, 'utf8');
      return unassigned({ language: 'ts', text }).map((name) => `src/${path}: ${name}`);
    });
    expect(sources.length).toBeGreaterThan(10);
    expect(faults).toEqual([]);
  });
});
