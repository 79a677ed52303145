import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { expectCalm, expectNoStall } from './calm.js';
import { connectClient, request } from './honest-client.js';

const BAD_REQUEST = {
  ok: false,
  error: { code: 'BAD_REQUEST', message: 'The request is malformed.', retryable: false },
};

const REQUESTS = ['rt:subscribe', 'rt:unsubscribe', 'rt:message', 'rt:authenticate', 'rt:members', 'rt:history'];
const CHANNEL_REQUESTS = REQUESTS.filter((name) => name !== 'rt:authenticate');

/** Arguments that no request takes. */
const WRONG_ARGUMENTS: [title: string, args: unknown[]][] = [
  ['nothing', []],
  ['null', [null]],
  ['a string', ['t.auth']],
  ['an empty string', ['']],
  ['a number', [42]],
  ['a boolean', [true]],
  ['an array where an object is meant', [[['t.auth']]]],
  ['two arguments', [{ channel: 't.auth' }, { channel: 't.auth' }]],
  ['three arguments', [{ channel: 't.auth' }, 1, null]],
];

/** Channel names that are not legal. */
const WRONG_NAMES: [title: string, channel: unknown][] = [
  ['a missing name', undefined],
  ['null', null],
  ['a number', 42],
  ['an array', ['t.auth']],
  ['an object', { toString: 't.auth' }],
  ['an empty name', ''],
  ['a 10 kB name', 'x'.repeat(10_000)],
  ['a name of 10,000 segments', 'a.'.repeat(10_000) + 'a'],
  ['a name of 513 characters', `t.room.${'x'.repeat(128)}.${'x'.repeat(128)}.${'x'.repeat(128)}.${'x'.repeat(119)}`],
  ['a segment of 129 characters', 'x'.repeat(129)],
  ['512 signs of an encoding', '%'.repeat(512)],
  ['an encoding in lower case', 't.room.%2e'],
  ['an encoding of a letter', 't.room.%41'],
  ['an encoding of its literal', '%74.auth'],
  ['half of an encoding', 't.room.%2'],
  ['an overlong encoding', 't.room.%C0%AE'],
  ['an encoded surrogate', 't.room.%ED%A0%80'],
  ['an encoding beyond the last code point', 't.room.%F4%90%80%80'],
  ['an encoded control character', 't.room.%00'],
  ['an encoded line end of Unicode', 't.room.%C2%85'],
  ['an empty segment', 't..auth'],
  ['a trailing dot', 't.auth.'],
  ['a newline', 't.auth\n'],
  ['control characters', 't.\u0000\u001b[31m'],
  ['a space', 't. auth'],
  ['letters beyond ASCII', 't.aüth'],
  ['a lone surrogate', 't.\ud800'],
  ['a template', 't.room.{roomId}'],
  ['a room prefix', 'ch:t.auth'],
  ['a wildcard', 't.*'],
];

/** Legal names that no channel has, however they look to an object or to Socket.IO. */
const STRANGE_NAMES = [
  'x'.repeat(128),
  't.%2E.auth',
  't.room.x.%2E%2E%2Fetc%2Fpasswd',
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  't.room.__proto__.x',
  'toString',
];

describe('a malformed request', () => {
  let fixture: FixtureProcess;
  let socket: Socket;

  beforeAll(async () => {
    fixture = await FixtureProcess.start({
      REALTIME_OPTIONS: JSON.stringify({ limits: { messagesPerSecond: 100_000, messageBurst: 100_000 } }),
    });
    socket = await connectClient(fixture, { auth: { token: await fixture.login('mallory') } });
    await request(socket, 'rt:subscribe', { channel: 't.auth' });
  });
  afterEach(async () => {
    await expectCalm(fixture);
    expect(socket.connected).toBe(true);
  });
  afterAll(async () => {
    socket.disconnect();
    expect(await fixture.stop()).toBe(0);
  });

  describe.each(REQUESTS)('%s', (name) => {
    it.each(WRONG_ARGUMENTS)('is one BAD_REQUEST with %s', async (_title, args) => {
      // an array is a batch to rt:subscribe and rt:unsubscribe, and its malformed item is answered separately
      const isBatch = /subscribe$/.test(name) && Array.isArray(args[0]);
      expect(await request(socket, name, ...args)).toEqual(isBatch ? [BAD_REQUEST] : BAD_REQUEST);
    });

    it('is counted for each refusal where no ack is asked for', async () => {
      const before = (await fixture.stats()).refusals.BAD_REQUEST ?? 0;
      const wrong = WRONG_ARGUMENTS.filter(([, args]) => !Array.isArray(args[0]));
      for (const [, args] of wrong) socket.emit(name, ...args);
      await request(socket, 'rt:unsubscribe', { channel: 't.public' });
      expect((await fixture.stats()).refusals.BAD_REQUEST).toBe(before + wrong.length);
    });
  });

  describe.each(CHANNEL_REQUESTS)('%s', (name) => {
    it.each(WRONG_NAMES)('is one BAD_REQUEST with %s for a channel', async (_title, channel) => {
      await expectNoStall(fixture, async () => {
        expect(await request(socket, name, { channel, event: 'echo', payload: { text: 'x' } })).toEqual(BAD_REQUEST);
      });
    });

    it.each(STRANGE_NAMES)('finds no channel called %s', async (channel) => {
      const reply = await request(socket, name, { channel });
      if (name === 'rt:subscribe') expect(reply.error!.code).toBe('FORBIDDEN');
      else if (name === 'rt:unsubscribe') expect(reply).toEqual({ ok: true, channel });
      else expect(reply.error!.code).toBe('NOT_SUBSCRIBED');
    });
  });

  it.each(['rt:members', 'rt:history'])('%s on a channel without the feature is BAD_REQUEST', async (name) => {
    expect(await request(socket, name, { channel: 't.auth' })).toEqual(BAD_REQUEST);
  });

  it.each([
    [null],
    [1],
    ['x'],
    [[]],
    [{}],
    [{ epoch: 1, offset: 0 }],
    [{ epoch: 'e', offset: '0' }],
    [{ epoch: 'e', offset: -1 }],
  ])('rt:subscribe with recover %j is BAD_REQUEST', async (recover) => {
    expect(await request(socket, 'rt:subscribe', { channel: 't.public', recover })).toEqual(BAD_REQUEST);
  });

  it.each([
    [null],
    [42],
    [''],
    [['echo']],
    [{}],
    ['x\u0000'],
    ['x'.repeat(10_000)],
    ['__proto__'],
    ['constructor'],
    ['toString'],
  ])('rt:message with the event %j is refused with a code', async (event) => {
    const reply = await request(socket, 'rt:message', { channel: 't.auth', event, payload: { text: 'x' } });
    expect(['BAD_REQUEST', 'UNKNOWN_EVENT']).toContain(reply.error!.code);
    expect(JSON.stringify(reply).length).toBeLessThan(300);
  });

  it('rt:message without an event means "message", which t.auth does not take', async () => {
    expect((await request(socket, 'rt:message', { channel: 't.auth' })).error!.code).toBe('UNKNOWN_EVENT');
  });

  it.each(['unknown', 'rt:nothing', 'error', '__proto__', 'constructor', 'message', 'rt:event', 'ping', 'rt:welcome'])(
    'an event called %s, which the protocol does not know, is BAD_REQUEST',
    async (event) => {
      expect(await request(socket, event, { channel: 't.auth' })).toEqual(BAD_REQUEST);
      socket.emit(event);
      socket.emit(event, { channel: 't.auth' });
      await request(socket, 'rt:unsubscribe', { channel: 't.public' });
    },
  );

  describe('in a batch of rt:subscribe', () => {
    it('is answered separately, beside the valid ones', async () => {
      const batch = [
        { channel: 't.public' },
        null,
        'x',
        { channel: 1 },
        [],
        { channel: 't.admin' },
        { channel: 'a b' },
      ];
      const replies = (await request(socket, 'rt:subscribe', batch)) as never as {
        ok: boolean;
        error?: { code: string };
      }[];
      expect(replies.map(({ ok, error }) => (ok ? 'ok' : error!.code))).toEqual([
        'ok',
        'BAD_REQUEST',
        'BAD_REQUEST',
        'BAD_REQUEST',
        'BAD_REQUEST',
        'FORBIDDEN',
        'BAD_REQUEST',
      ]);
    });

    it('is one BAD_REQUEST when there are more than 100', async () => {
      expect(await request(socket, 'rt:subscribe', Array(101).fill({ channel: 't.public' }))).toEqual(BAD_REQUEST);
    });

    it('gets no answers where the batch is empty', async () => {
      expect(await request(socket, 'rt:subscribe', [])).toEqual([]);
    });
  });
});
