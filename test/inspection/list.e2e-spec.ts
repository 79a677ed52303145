import { beforeAll, describe, expect, it } from '@jest/globals';
import { buildOnce, DEMO, run } from './command-line.js';

const ORDERS = 'test/inspection/apps/orders.mjs';
const UNRULY = 'test/inspection/apps/unruly.mjs';

beforeAll(buildOnce);

describe('nestjs-realtime list', () => {
  it('shows channels, scopes, guards and handlers in columns', () => {
    expect(run('list', ORDERS)).toEqual({
      code: 0,
      output: [
        "CHANNEL           SCOPE          GUARDS            MESSAGE  HANDLER                          HANDLER'S GUARDS",
        '*                 anyone         AppAuthenticator  -        -                                -',
        'audit             role admin     -                 sign     (no handler)                     -',
        'news              public         -                 -        -                                -',
        'orders.{orderId}  authenticated  OrderMemberGuard  addNote  OnAddNote.add() in OrdersModule  OrderMemberGuard, NotFrozenGuard',
        '                                                   typing   (whisper)                        -',
        '',
      ].join('\n'),
      error: '',
    });
  });

  it('prints the same as JSON, with events', () => {
    const { code, output, error } = run('list', ORDERS, '--json');
    expect({ code, error }).toEqual({ code: 0, error: '' });
    const none = { handler: null, whisper: false, guards: [] };
    expect(JSON.parse(output)).toEqual({
      connect: { authenticator: 'AppAuthenticator', guards: [] },
      channels: [
        {
          name: 'audit',
          scope: { role: 'admin' },
          guards: [],
          messages: [{ name: 'sign', ...none }],
          events: [],
          snapshot: null,
        },
        { name: 'news', scope: 'public', guards: [], messages: [], events: ['posted'], snapshot: null },
        {
          name: 'orders.{orderId}',
          scope: 'authenticated',
          guards: ['OrderMemberGuard'],
          messages: [
            {
              name: 'addNote',
              handler: 'OnAddNote.add() in OrdersModule',
              whisper: false,
              guards: ['OrderMemberGuard', 'NotFrozenGuard'],
            },
            { name: 'typing', ...none, whisper: true },
          ],
          events: ['noted', 'shipped'],
          snapshot: null,
        },
      ],
    });
  });

  it('lists the demo', () => {
    const { code, output } = run('list', DEMO);
    expect(code).toBe(0);
    expect(output).toMatch(/^newsroom +role editor +- +say +OnNewsroom\.say\(\) in NewsroomModule +-$/m);
  });

  it.each([
    ['CommonJS', 'test/inspection/apps/news.cjs'],
    ['an ES module that imports CommonJS', 'test/inspection/apps/mixed.mjs'],
  ])(
    'lists what was built to %s',
    (_title, file) => {
      const { code, output, error } = run('list', file);
      expect({ code, error }).toEqual({ code: 0, error: '' });
      expect(output).toMatch(/^news\.\{topic\} +public +- /m);
    },
    60_000,
  );

  it('escapes names that could mislead a terminal, and leaves JSON as valid', () => {
    const [text, json] = [
      run('list', UNRULY, '--export', 'Hostile'),
      run('list', UNRULY, '--export', 'Hostile', '--json'),
    ];
    for (const { output } of [text, json]) expect(output.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    expect(text.output.trim().split('\n')).toHaveLength(3);
    expect(text.output).toContain('role \\u001b[2J\\u202eadmin\\u000a*');
    expect(JSON.parse(json.output).channels[0]).toMatchObject({
      scope: { role: '\u001b[2J\u202eadmin\n*' },
      guards: ['\u001b[2J\u202eadmin\n*'],
    });
  });

  it.each(['AtFault', 'WithoutRealtime'])(
    'says what the doctor says where the application does not boot: %s',
    (name) => {
      const modules = 'test/inspection/apps/modules.mjs';
      const ended = run('list', modules, '--export', name);
      expect(ended).toEqual({ code: 1, output: '', error: expect.stringContaining('RealtimeFault: ') });
      expect(ended).toEqual(run('doctor', modules, '--export', name));
    },
    60_000,
  );
});

describe('an application that a command boots', () => {
  it('listens on no port', () => {
    const { code, error } = run('list', UNRULY, '--export', 'TellsItsServers');
    expect({ code, error }).toEqual({ code: 0, error: 'Open servers: 0\n' });
  });

  it('prints to stderr, so that stdout holds the answer alone', () => {
    const { code, output, error } = run('list', UNRULY, '--export', 'Printing', '--json');
    expect({ code, error }).toEqual({ code: 0, error: 'A banner.\n' });
    expect(JSON.parse(output)).toMatchObject({ channels: [] });
  });

  it.each([
    ['leaves timers behind', 'Busy'],
    ['never closes', 'NeverCloses'],
  ])('does not keep the process alive where it %s', (_title, name) => {
    const { code, output } = run('list', UNRULY, '--export', name);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^CHANNEL /) });
  });

  it.each([
    ['waits for ever', 'NeverBoots'],
    ['ends the process, with 0 too', 'EndsTheProcess'],
  ])('gives no answer where it %s', (_title, name) => {
    const error = 'The application has ended the process, or waits for something that never comes.\n';
    const ended = run('list', UNRULY, '--export', name);
    expect(ended).toEqual({ code: 1, output: '', error: expect.stringContaining(error) });
  });
});
