import type { LintCase, LintReport } from './lint-case.js';

const file = 'src/inbox/realtime/inbox.channel.ts';

function channel(name: string, scope: string): string {
  return `import { defineRealtimeChannel } from 'nestjs-realtime';
export const channel = defineRealtimeChannel({ name: ${name}, scope: ${scope}, events: { arrived: null } });`;
}

function open(param: string, at: string): LintReport {
  return {
    message: `{${param}} names a user, but others may subscribe; make the scope { userScoped: '${param}' }.`,
    at,
  };
}

function missing(param: string, name: string): LintReport {
  return {
    message: `The scope compares {${param}}, which the name "${name}" does not have; name one of its params.`,
    at: `'${param}' }`,
  };
}

const OPEN: [name: string, param: string][] = [
  ['inbox.{userId}', 'userId'],
  ['inbox.{user_id}', 'user_id'],
  ['users.{UID}.inbox', 'UID'],
];

const FITTING: [name: string, scope: string][] = [
  [`'inbox.{userId}'`, `{ userScoped: 'userId' }`],
  [`'inbox.{owner}'`, `{ userScoped: 'owner' }`],
  [`'tabs.{sessionId}.{userId}'`, `{ sessionScoped: 'sessionId' }`],
  [`'audit.{userId}'`, `{ role: 'admin' }`],
  [`'orders.{orderId}'`, `'public'`],
  [`'orders'`, `'authenticated'`],
  [`'users.userId'`, `'public'`],
  [`'inbox.{userId}'`, 'scope'],
  [`'inbox.{userId}'`, '{ userScoped: PARAM }'],
  ['`inbox.{userId}.${kind}`', `'public'`],
  ['NAME', `{ userScoped: 'userId' }`],
];

export const cases: readonly LintCase[] = [
  ...OPEN.flatMap(([name, param]) =>
    ['public', 'authenticated'].map((scope) => ({
      title: `reports ${name} with the scope ${scope}`,
      file,
      code: channel(`'${name}'`, `'${scope}'`),
      reports: [open(param, `'${name}'`)],
    })),
  ),
  ...FITTING.map(([name, scope]) => ({
    title: `lets ${name} pass with the scope ${scope}`,
    file,
    code: channel(name, scope),
    reports: [],
  })),
  ...['userScoped', 'sessionScoped'].map((kind) => ({
    title: `reports a param of ${kind} that the name does not have`,
    file,
    code: channel(`'inbox.{id}'`, `{ ${kind}: 'userId' } as const`),
    reports: [missing('userId', 'inbox.{id}')],
  })),
  {
    title: 'reports the params that an option names, and no others',
    file,
    code: `${channel(`'inbox.{userId}'`, `'public'`)}\n${channel(`'post.{member}'`, `'public'`).replace('const channel', 'const other').split('\n')[1]}`,
    options: { params: ['member'] },
    reports: [open('member', `'post.{member}'`)],
  },
  {
    title: 'leaves other functions alone',
    file,
    code: channel(`'inbox.{userId}'`, `'public'`).replaceAll('defineRealtimeChannel', 'defineChannel'),
    reports: [],
  },
  {
    title: 'leaves a declaration alone that is not written out',
    file,
    code: channel(`'inbox.{userId}'`, `'public', ...rest`),
    reports: [],
  },
];
