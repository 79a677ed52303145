// Does oxlint report what the tables say, with the plugin as it is published? One run for all cases, each in a folder of its own.
import { spawnSync } from 'node:child_process';
import { relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { allCases } from './cases/all-cases.js';
import { type LintCase, reportPlace } from './cases/lint-case.js';
import { CaseFolder } from './case-folder.js';

interface Diagnostic {
  readonly message: string;
  /** Missing where oxlint could not parse the file, or could not run a rule. */
  readonly code?: string;
  readonly filename: string;
  readonly labels: readonly { readonly span: { readonly line: number; readonly column: number } }[];
}

const folder = new CaseFolder();
const files = new Map<LintCase, string>();
let diagnostics: readonly Diagnostic[] = [];

function run(command: string, args: readonly string[], cwd?: string): string {
  const { stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (error || stderr !== '') throw error ?? new Error(stderr);
  return stdout;
}

/** What is reported in the file of a case, as the tables have it. */
function reportsIn(file: string): object[] {
  return diagnostics
    .filter(({ filename }) => filename === file)
    .map(({ code, message, labels: [label] }) => ({
      code,
      message,
      line: label?.span.line,
      column: label?.span.column,
    }))
    .sort((one, other) => one.line - other.line || one.column - other.column);
}

beforeAll(() => {
  run(process.execPath, ['scripts/bundle-eslint-plugin.mjs', `${folder.path}/plugin.js`]);
  const overrides = Object.entries(allCases).flatMap(([rule, cases]) =>
    cases.map((each, index) => {
      files.set(each, relative(folder.path, folder.add(`${rule}/${index}`, each)));
      const rules = { [`@nestjs-realtime/${rule}`]: ['error', ...(each.options === undefined ? [] : [each.options])] };
      return { files: [`${rule}/${index}/**`], rules };
    }),
  );
  const config = { jsPlugins: ['./plugin.js'], categories: { correctness: 'off' }, overrides };
  const path = folder.write('.oxlintrc.json', JSON.stringify(config));
  const bin = `${process.cwd()}/node_modules/oxlint/bin/oxlint`;
  const stdout = run(process.execPath, [bin, '-c', path, '-f', 'json', '.'], folder.path);
  ({ diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] });
});

afterAll(() => folder.remove());

describe.each(Object.entries(allCases))('oxlint, %s', (rule, cases) => {
  it.each(cases)('$title', (each) => {
    expect(reportsIn(files.get(each)!)).toEqual(
      each.reports.map((report) => ({
        code: `@nestjs-realtime(${rule})`,
        message: report.message,
        ...reportPlace(each.code, report),
      })),
    );
  });
});

describe('oxlint', () => {
  it('reports nothing but what belongs to a case', () => {
    const known = [...files.values()];
    expect(diagnostics.filter(({ filename }) => !known.includes(filename))).toEqual([]);
  });
});
