import { beforeAll, describe, expect, it } from '@jest/globals';
import { buildOnce, DEMO, type Ended, run } from './command-line.js';

const ORDERS = 'test/inspection/apps/orders.mjs';
const UNRULY = 'test/inspection/apps/unruly.mjs';

const explain = (...args: string[]): Ended => run('explain', ORDERS, ...args);

beforeAll(buildOnce);

describe('nestjs-realtime explain', () => {
  it('exits with 2 where a guard was not run, and names it', () => {
    expect(explain('--user', 'ann', '--channel', 'orders.42')).toEqual({
      code: 2,
      output: [
        'Undecided: subscribing to "orders.42" as user "ann" without roles.',
        'Gate 1, connecting',
        '  user                                 admits   taken as if AppAuthenticator had returned it',
        'Gate 2, subscribing to orders.{orderId} with orderId "42"',
        '  scope authenticated                  admits',
        '  guard OrderMemberGuard on OnAddNote  not run  it is not marked with @PureGuard(); --run-guards runs it',
        '',
      ].join('\n'),
      error: '',
    });
  });

  it.each([
    ['granted', 'ann', 0, 'Granted: ', /guard OrderMemberGuard on OnAddNote +admits$/m],
    ['denied', 'bob', 1, 'Denied: ', /guard OrderMemberGuard on OnAddNote +denies +FORBIDDEN: said no$/m],
  ])('runs every guard with --run-guards, and exits as access is %s', (_title, user, code, answer, guard) => {
    const ended = explain('--user', user, '--channel', 'orders.42', '--run-guards');
    expect(ended).toEqual({ code, output: expect.stringMatching(guard), error: '' });
    expect(ended.output.startsWith(answer)).toBe(true);
  });

  it.each([
    ['a client without credentials', ['--anonymous', '--channel', 'news'], 0, 'as a client without credentials.'],
    ['roles of an option', ['--user', 'ann', '--roles', 'a, admin', '--channel', 'audit'], 0, 'roles "a", "admin".'],
    [
      'a scope that forbids',
      ['--user', 'ann', '--roles', 'a', '--channel', 'audit'],
      1,
      'scope {"role":"admin"} forbids',
    ],
    [
      'a user in JSON',
      ['--user', '{"userId":"ann","roles":["admin","a,b"],"claims":{"x":1}}', '--channel', 'audit'],
      0,
      'user "ann" with the roles "admin", "a,b".',
    ],
    [
      'expired credentials',
      ['--user', '{"userId":"ann","expiresAt":"2020-01-01"}', '--channel', 'news'],
      1,
      'UNAUTHENTICATED: the credentials have ended',
    ],
    ['an unknown channel', ['--user', 'ann', '--channel', 'rooms.1'], 1, 'FORBIDDEN: no registered channel matches'],
  ])(
    'answers for %s',
    (_title, args, code, text) => {
      expect(explain(...args)).toEqual({ code, output: expect.stringContaining(text), error: '' });
    },
    60_000,
  );

  it('prints JSON', () => {
    const { code, output, error } = explain('--user', 'ann', '--channel', 'orders.42', '--run-guards', '--json');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(JSON.parse(output)).toEqual({
      verdict: 'granted',
      user: { userId: 'ann', roles: [] },
      channel: 'orders.42',
      template: 'orders.{orderId}',
      params: { orderId: '42' },
      checks: [
        {
          gate: 'connect',
          check: 'user',
          verdict: 'admits',
          code: null,
          reason: 'taken as if AppAuthenticator had returned it',
        },
        { gate: 'subscribe', check: 'scope authenticated', verdict: 'admits', code: null, reason: null },
        {
          gate: 'subscribe',
          check: 'guard OrderMemberGuard on OnAddNote',
          verdict: 'admits',
          code: null,
          reason: null,
        },
      ],
    });
  });

  it('answers for the demo', () => {
    const { code, output } = run('explain', DEMO, '--user', 'ann', '--channel', 'notifications.user.bob');
    expect(code).toBe(1);
    expect(output).toMatch(/scope user \{userId\} +denies +FORBIDDEN: /);
  });

  it.each([
    ['no user', ['--channel', 'news'], 'No user: pass --user <id>, or --anonymous.'],
    ['no channel', ['--user', 'ann'], 'No channel: pass --channel <name>'],
    ['two channels', ['--user', 'ann', '--channel', 'a', '--channel', 'b'], 'One --channel, not 2'],
    ['an illegal channel', ['--user', 'ann', '--channel', 'a..b'], 'segment 2 is empty.'],
    ['a template', ['--user', 'ann', '--channel', 'orders.{orderId}'], '"{orderId}" is a param of a name template'],
    [
      'a user and none',
      ['--user', 'ann', '--anonymous', '--channel', 'news'],
      '--anonymous is a client without a user',
    ],
    [
      'roles of no user',
      ['--roles', 'a', '--anonymous', '--channel', 'news'],
      '--anonymous is a client without a user',
    ],
    ['roles twice', ['--user', '{"userId":"a"}', '--roles', 'a', '--channel', 'news'], 'has its roles in JSON'],
    ['broken JSON', ['--user', '{ann}', '--channel', 'news'], 'The user is no valid JSON: '],
    ['an unknown key', ['--user', '{"userId":"a","role":"b"}', '--channel', 'news'], 'A user has no role; put it'],
    [
      'an invalid user',
      ['--user', '{"userId":7}', '--channel', 'news'],
      'userId must be a non-empty string, and is a number',
    ],
    ['an empty user', ['--user', '', '--channel', 'news'], 'userId must be a non-empty string, and is empty'],
    [
      'an invalid date',
      ['--user', '{"userId":"a","expiresAt":"x"}', '--channel', 'news'],
      'expiresAt must be a valid Date',
    ],
  ])(
    'exits with 2 and its usage for %s',
    (_title, args, error) => {
      const ended = explain(...args);
      expect(ended).toEqual({ code: 2, output: '', error: expect.stringContaining(error) });
      expect(ended.error).toContain('Usage: nestjs-realtime ');
    },
    60_000,
  );

  it('escapes what could mislead a terminal, in every text', () => {
    const hostile = '\u001b[2J\u202e\n';
    const user = JSON.stringify({ userId: hostile, roles: [hostile] });
    const ended = run('explain', UNRULY, '--export', 'UnrulyGuards', '--user', user, '--channel', 'unruly.throws');
    const illegal = run('explain', UNRULY, '--user', user, '--channel', hostile);
    for (const text of [ended.output, illegal.error]) {
      expect(text).toContain('\\u001b[2J\\u202e');
      expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(ended.output.trim().split('\n')).toHaveLength(6);
  });
});

describe('an application that is asked to explain', () => {
  const ask = (channel: string): Ended =>
    run('explain', UNRULY, '--export', 'UnrulyGuards', '--anonymous', '--channel', channel);

  it('has the time of a request for a guard that never answers', () => {
    expect(ask('unruly.never')).toEqual({
      code: 2,
      output: expect.stringContaining('fails   UNAVAILABLE: no answer within 300 ms\n'),
      error: '',
    });
  });

  it.each(['ends', 'throws-later'])('grants nothing where a guard takes the process with it: %s', (name) => {
    const error = 'The application has ended the process, or waits for something that never comes.\n';
    expect(ask(`unruly.${name}`)).toEqual({ code: 2, output: '', error: expect.stringContaining(error) });
  });

  it('prints to stderr', () => {
    expect(ask('unruly.prints')).toEqual({ code: 0, output: expect.stringMatching(/^Granted: /), error: 'Asked.\n' });
  });

  it('decides nothing where it does not boot, and says what the doctor says', () => {
    const args = ['test/inspection/apps/modules.mjs', '--export', 'AtFault'];
    const ended = run('explain', ...args, '--user', 'ann', '--channel', 'news');
    expect(ended).toEqual({ ...run('doctor', ...args), code: 2 });
    expect(ended.error).toContain('The application does not boot: RealtimeFault: Realtime channels are invalid:');
  });
});
