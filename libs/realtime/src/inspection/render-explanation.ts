// How does a person read why a user gets in, or not? The answer first, then each check of the two gates in columns.
import type { PublicUser } from '@nestjs-realtime/contract';
import { quotedForLog } from '../instrumentation/log-text.js';
import type { AccessExplanation } from './access-explanation.js';
import { aligned } from './aligned-text.js';
import type { AccessCheck } from './gate-replay.js';

const ANSWERS: Readonly<Record<AccessExplanation['verdict'], string>> = {
  granted: 'Granted',
  denied: 'Denied',
  undecided: 'Undecided',
};

/**
 * An explanation as text. Texts of the application and of the question are escaped.
 *
 * @example console.log(renderExplanation(await explainAccess(app, { user: null, channel: 'news' })));
 */
export function renderExplanation({ verdict, user, channel, template, params, checks }: AccessExplanation): string {
  const rows = aligned(checks.map(rowOf), '  ');
  const first = checks.findIndex(({ gate }) => gate === 'subscribe');
  const gate2 = template === null ? '' : ` to ${template}${paramsText(params)}`;
  return [
    `${ANSWERS[verdict]}: subscribing to ${quotedForLog(channel)} as ${userText(user)}.`,
    'Gate 1, connecting',
    ...rows.slice(0, first),
    `Gate 2, subscribing${gate2}`,
    ...rows.slice(first),
  ].join('\n');
}

function userText(user: PublicUser | null): string {
  if (user === null) return 'a client without credentials';
  const roles = user.roles.map((role) => quotedForLog(role)).join(', ');
  return `user ${quotedForLog(user.userId)} ${roles === '' ? 'without roles' : `with the roles ${roles}`}`;
}

function paramsText(params: Readonly<Record<string, string>>): string {
  const texts = Object.entries(params).map(([name, value]) => `${name} ${quotedForLog(value)}`);
  return texts.length === 0 ? '' : ` with ${texts.join(', ')}`;
}

function rowOf({ check, verdict, code, reason }: AccessCheck): string[] {
  return [check, verdict, [code, reason].filter((part) => part !== null).join(': ')];
}
