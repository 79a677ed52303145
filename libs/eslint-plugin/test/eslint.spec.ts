// Do ESLint 9 and 10 report what the tables say?
import { afterAll, describe, expect, it } from '@jest/globals';
import { Linter, RuleTester } from 'eslint';
import { Linter as Linter9, RuleTester as RuleTester9 } from 'eslint-9';
import tseslint from 'typescript-eslint';
import plugin from '../src/index.js';
import { allCases } from './cases/all-cases.js';
import { type LintCase, reportPlace } from './cases/lint-case.js';
import { CaseFolder } from './case-folder.js';

const folder = new CaseFolder();
const languageOptions = { parser: tseslint.parser as Linter.Parser };

afterAll(() => folder.remove());

interface TestedCase extends RuleTester.InvalidTestCase {
  readonly errors: RuleTester.TestCaseError[];
}

function tested({ title, code, options, reports }: LintCase, filename: string): TestedCase {
  const errors = reports.map((report) => ({ message: report.message, ...reportPlace(code, report) }));
  return { name: title, code, filename, options: options === undefined ? [] : [options], errors };
}

describe.each([
  ['10', RuleTester, Linter],
  ['9', RuleTester9 as unknown as typeof RuleTester, Linter9 as unknown as typeof Linter],
])('ESLint %s', (major, Tester, { version }) => {
  Object.assign(Tester, { describe, it, afterAll });

  it('is the version that is tested', () => {
    expect(version.split('.')[0]).toBe(major);
  });

  for (const [rule, cases] of Object.entries(allCases)) {
    const all = cases.map((each, index) => tested(each, folder.add(`${major}/${rule}/${index}`, each)));
    const [invalid, valid] = [
      all.filter(({ errors }) => errors.length > 0),
      all.filter(({ errors }) => !errors.length),
    ];
    new Tester({ languageOptions }).run(rule, plugin.rules![rule], {
      invalid,
      valid: valid.map(({ errors: _, ...each }) => each),
    });
  }
});

describe('an older parser of typescript-eslint, whose types of imports have no source', () => {
  it('is read, too', () => {
    const code = "export type S = import('socket.io').Server;";
    const { parseForESLint } = tseslint.parser as {
      parseForESLint: (text: string, options?: unknown) => Linter.ESLintParseResult;
    };
    const parser: Linter.Parser = {
      parseForESLint(text, options) {
        const result = parseForESLint(text, options);
        const [statement] = result.ast.body as unknown as { declaration: { typeAnnotation: object } }[];
        Reflect.deleteProperty(statement.declaration.typeAnnotation, 'source');
        return result;
      },
    };
    const { plugins } = plugin.configs.recommended;
    const rules = { '@nestjs-realtime/no-direct-socket-io': 'error' as const };
    const messages = new Linter().verify(code, { files: ['**'], plugins, rules, languageOptions: { parser } }, 'a.ts');
    expect(messages.map(({ line, column }) => ({ line, column }))).toEqual([{ line: 1, column: 24 }]);
  });
});
