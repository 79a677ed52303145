// Why may a user subscribe to a channel, or not, on the command line?
import { channelNameFault } from '../inspection/channel-name-fault.js';
import { askedUser } from './asked-user.js';
import { type Command, EXIT, UsageError, type Values } from './command.js';
import { jsonText } from './json-text.js';

interface ExplainOptions {
  readonly user?: readonly string[];
  readonly roles?: readonly string[];
  readonly channel?: readonly string[];
  readonly anonymous?: boolean;
  readonly 'run-guards'?: boolean;
  readonly json?: boolean;
}

const CODES = { granted: EXIT.DONE, denied: EXIT.FAILED, undecided: EXIT.USAGE } as const;

export const explain: Command = {
  options: {
    user: { type: 'string', multiple: true },
    roles: { type: 'string', multiple: true },
    channel: { type: 'string', multiple: true },
    anonymous: { type: 'boolean' },
    'run-guards': { type: 'boolean' },
    json: { type: 'boolean' },
  },
  noAnswer: EXIT.USAGE,
  read: (values: Values) => {
    const options = values as ExplainOptions;
    const { anonymous, json = false, 'run-guards': runGuards = false } = options;
    const user = askedUser({ user: once(options, 'user'), roles: once(options, 'roles'), anonymous });
    const channel = once(options, 'channel');
    if (channel === undefined) throw new UsageError('No channel: pass --channel <name>, such as --channel orders.42');
    const fault = channelNameFault(channel);
    if (fault !== null) throw new UsageError(fault);
    return async ({ app, door }) => {
      const explanation = await door.explainAccess(app, { user, channel, runGuards });
      const output = json ? jsonText(explanation) : `${door.renderExplanation(explanation)}\n`;
      return { code: CODES[explanation.verdict], output };
    };
  },
};

/** `parseArgs` would take the last of several, without a word. */
function once(options: ExplainOptions, name: 'user' | 'roles' | 'channel'): string | undefined {
  const [value, ...more] = options[name] ?? [];
  if (more.length > 0) throw new UsageError(`One --${name}, not ${more.length + 1}; ask once for each.`);
  return value;
}
