// What is a rule, apart from the linter that runs it? And how do ESLint and oxlint, which share one API, run it?
import type { Rule } from 'eslint';
import type { SyntaxNode } from './syntax/syntax-node.js';

const DOCS = 'https://github.com/nestjs-realtime/nestjs-realtime/blob/main/docs/rules';

/** What a rule does at each kind of node. */
export type Visitors = Readonly<Record<string, (node: SyntaxNode) => void>>;

/** The file that is linted, with the rule's options. */
export interface LintedFile<Options> {
  /** Absolute, with slashes. */
  readonly path: string;
  readonly program: SyntaxNode;
  readonly options: Options;
  readonly report: (node: SyntaxNode, messageId: string, data?: Readonly<Record<string, string>>) => void;
}

/** A rule. It sees syntax alone, because oxlint gives plugins no types. */
export interface RealtimeRule<Options extends object = object> {
  readonly description: string;
  readonly messages: Readonly<Record<string, string>>;
  /** Every option with its default; each is a list of texts. */
  readonly defaults: Options;
  visit(file: LintedFile<Options>): Visitors;
}

/** The rules as the linters take them. The defaults are filled in here, too: ESLint before 9.15 does not know `meta.defaultOptions`. */
export function asEslintRules(rules: Readonly<Record<string, RealtimeRule>>): Record<string, Rule.RuleModule> {
  return Object.fromEntries(Object.entries(rules).map(([name, rule]) => [name, asEslintRule(name, rule)]));
}

function asEslintRule(name: string, rule: RealtimeRule): Rule.RuleModule {
  const { description, messages, defaults } = rule;
  return {
    meta: {
      type: 'problem',
      docs: { description, url: `${DOCS}/${name}.md` },
      schema: optionsSchema(defaults),
      ...(Object.keys(defaults).length > 0 && { defaultOptions: [defaults] }),
      messages: { ...messages },
    },
    create: (context) =>
      rule.visit({
        path: context.filename.replaceAll('\\', '/'),
        program: context.sourceCode.ast as unknown as SyntaxNode,
        options: { ...defaults, ...(context.options[0] as object | undefined) },
        report: (node, messageId, data) => context.report({ node: node as unknown as Rule.Node, messageId, data }),
      }) as unknown as Rule.RuleListener,
  };
}

function optionsSchema(defaults: object): NonNullable<Rule.RuleMetaData['schema']> {
  const names = Object.keys(defaults);
  if (names.length === 0) return [];
  const texts = { type: 'array' as const, items: { type: 'string' as const, minLength: 1 } };
  const properties = Object.fromEntries(names.map((name) => [name, texts]));
  return [{ type: 'object', properties, additionalProperties: false }];
}
