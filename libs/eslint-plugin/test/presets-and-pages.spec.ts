// Do the rules, their pages and the presets say the same?
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import plugin from '../src/index.js';
import { allCases } from './cases/all-cases.js';

const PAGES = 'docs/rules';
const rules = Object.entries(plugin.rules!);
const names = rules.map(([name]) => name);
const preset = plugin.configs.recommended;
const linter = new Linter();

/** The text below a heading of the second level. */
function section(page: string, heading: string): string {
  return page.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? '';
}

/** The files that a section shows; each begins with its path. */
function examples(page: string, heading: string): [path: string, code: string][] {
  return [...section(page, heading).matchAll(/^```ts\n\/\/ (\S+)\n([\s\S]*?)^```$/gm)].map(([, path, code]) => [
    path,
    code,
  ]);
}

/** What the rule alone says about an example. */
function messages(rule: string, [path, code]: [path: string, code: string]): string[] {
  const config = { ...preset, rules: { [`@nestjs-realtime/${rule}`]: 'error' as const } };
  const languageOptions = { parser: tseslint.parser as Linter.Parser };
  return linter.verify(code, { ...config, languageOptions }, path).map(({ message }) => message);
}

/** A page quotes each message below the example that it belongs to. */
function quotes(page: string): string[] {
  return [...page.matchAll(/(?:^> .*\n)+/gm)].map(([quote]) => quote.replace(/^> /gm, '').trim().replace(/\n/g, ' '));
}

function severities(table: string): Record<string, string> {
  const rows = table.matchAll(/^\| \[`(?:@nestjs-realtime\/)?([a-z-]+)`\].*\| `(\w+)` *\|$/gm);
  return Object.fromEntries([...rows].map(([, rule, severity]) => [`@nestjs-realtime/${rule}`, severity]));
}

describe('the rules', () => {
  it('each have a table of cases and a page, and there are no others', () => {
    expect(Object.keys(allCases).sort()).toEqual([...names].sort());
    expect(readdirSync(PAGES).sort()).toEqual(names.map((name) => `${name}.md`).sort());
  });

  it('are all in both presets, with one severity', () => {
    expect(Object.keys(preset.rules!).sort()).toEqual(names.map((name) => `@nestjs-realtime/${name}`).sort());
    const oxlint = JSON.parse(readFileSync('libs/eslint-plugin/oxlint.json', 'utf8')) as object;
    expect(oxlint).toEqual({ jsPlugins: ['./dist/index.js'], rules: preset.rules });
  });

  it.each(['docs/rules.md', 'libs/eslint-plugin/README.md'])('are listed with their severity in %s', (page) => {
    expect(severities(readFileSync(page, 'utf8'))).toEqual(preset.rules);
  });
});

describe.each(rules)('the page of %s', (name, { meta }) => {
  const page = readFileSync(`${PAGES}/${name}.md`, 'utf8');

  it('has the name of the rule, its purpose, and says when not to use it', () => {
    expect(page.startsWith(`# ${name}\n\n`)).toBe(true);
    expect(page).toContain(meta!.docs!.description!.slice(0, -1));
    expect(section(page, 'When not to use it')).not.toBe('');
    expect(meta!.docs!.url).toBe(`https://github.com/nestjs-realtime/nestjs-realtime/blob/main/docs/rules/${name}.md`);
  });

  it('shows examples that the rule reports, with its messages', () => {
    const incorrect = examples(page, 'Incorrect');
    const reported = incorrect.map((example) => messages(name, example));
    expect(incorrect).not.toEqual([]);
    expect(reported.filter((each) => each.length === 0)).toEqual([]);
    expect([...new Set(reported.flat())].sort()).toEqual(quotes(page).sort());
  });

  it('shows examples that the rule lets pass', () => {
    const correct = examples(page, 'Correct');
    expect(correct).not.toEqual([]);
    expect(correct.flatMap((example) => messages(name, example))).toEqual([]);
  });

  it('lists the options with their defaults', () => {
    const [defaults = {}] = (meta!.defaultOptions ?? []) as Record<string, string[]>[];
    const rows = section(page, 'Options').matchAll(/^\| `(\w+)` *\| `(.*?)` *\|/gm);
    const written = (texts: string[]): string => `[${texts.map((text) => `'${text}'`).join(', ')}]`;
    expect([...rows].map(([, option, byDefault]) => [option, byDefault])).toEqual(
      Object.entries(defaults).map(([option, texts]) => [option, written(texts)]),
    );
  });
});
