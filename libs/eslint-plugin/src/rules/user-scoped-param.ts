// Does a channel's scope fit the params of its name? docs/rules/user-scoped-param.md
import type { LintedFile, RealtimeRule } from '../rule.js';
import { type ChannelDeclaration, channelDeclaration } from '../syntax/channel-declaration.js';
import { property, staticText } from '../syntax/syntax-node.js';

interface Options {
  /** Names of params that name a user; case, `_` and `-` do not count. */
  readonly params: readonly string[];
}

const PARAM = /\{([^{}]*)\}/g;
/** Scopes that compare a param with who subscribes. */
const COMPARING = ['userScoped', 'sessionScoped'];

export const userScopedParam: RealtimeRule<Options> = {
  description: 'A param that names a user goes with a scope that compares it.',
  messages: {
    missing: 'The scope compares {{param}}, which the name "{{name}}" does not have; name one of its params.',
    open: "{{param}} names a user, but others may subscribe; make the scope { userScoped: '{{key}}' }.",
  },
  defaults: { params: ['userId', 'uid'] },
  visit(file: LintedFile<Options>) {
    return {
      CallExpression: (call) => {
        const channel = channelDeclaration(call, file.program);
        if (channel === null) return;
        checkCompared(channel, file);
        checkOpen(channel, file);
      },
    };
  },
};

function paramsOf({ name }: ChannelDeclaration): string[] {
  return [...name.matchAll(PARAM)].map(([, param]) => param);
}

function checkCompared(channel: ChannelDeclaration, file: LintedFile<Options>): void {
  for (const kind of COMPARING) {
    const node = property(property(channel.fields, 'scope'), kind);
    const param = staticText(node);
    if (node === undefined || param === undefined || paramsOf(channel).includes(param)) continue;
    file.report(node, 'missing', { param: `{${param}}`, name: channel.name });
  }
}

/** A role is a choice of who may see others; what is open to everyone, or to everyone who is logged in, is rather an oversight. */
function checkOpen(channel: ChannelDeclaration, file: LintedFile<Options>): void {
  const scope = staticText(property(channel.fields, 'scope'));
  if (scope !== 'public' && scope !== 'authenticated') return;
  const named = file.options.params.map(plain);
  const param = paramsOf(channel).find((each) => named.includes(plain(each)));
  if (param !== undefined) file.report(channel.nameNode, 'open', { param: `{${param}}`, key: param });
}

function plain(param: string): string {
  return param.toLowerCase().replace(/[_-]/g, '');
}
