// What does the sender see of a handler's result or exception at gate 3, over a real socket?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { BadRequestException, HttpException, NotFoundException } from '@nestjs/common';
import { of, throwError } from 'rxjs';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  RealtimeException,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Reply } from '../kit/client.js';
import { KnownUsers } from '../kit/known-users.js';
import { LogBook } from '../kit/log-book.js';

const resultChannel = defineRealtimeChannel({
  name: 'results',
  scope: 'public',
  messages: { run: { payload: z.string(), reply: z.unknown() } },
});

const cycle: Record<string, unknown> = {};
cycle.self = cycle;
const SECRET = 'SECRET /etc/passwd';

/** What handlers return or throw, by name. */
const RESULTS: Record<string, () => unknown> = {
  undefined: () => undefined,
  null: () => null,
  zero: () => 0,
  text: () => 'text',
  list: async () => [1, { a: null }],
  reply: () => ({ event: 'disconnect', data: 1 }),
  then: () => ({ then: 'not a promise' }),
  observable: () => of(1, 2, 3),
  silentObservable: () => of(),
  date: () => new Date(0),
  toJson: () => ({ toJSON: () => 'as json' }),
  bigint: () => 1n,
  nestedBigint: () => ({ deep: [{ n: 1n }] }),
  cycle: () => cycle,
  function: () => () => 1,
  symbol: () => Symbol('x'),
  hostileJson: () => ({
    toJSON() {
      throw new Error(SECRET);
    },
  }),
  hostileGetter: () => ({
    get x() {
      throw new Error(SECRET);
    },
  }),
  hostileThen: () => ({
    get then() {
      throw new Error(SECRET);
    },
  }),
  throws: () => {
    throw new Error(SECRET);
  },
  throwsText: () => {
    throw SECRET as unknown as Error;
  },
  throwsNothing: () => {
    throw undefined as unknown as Error;
  },
  rejects: () => Promise.reject(new Error(SECRET)),
  rejectsText: async () => {
    throw SECRET as unknown as Error;
  },
  failingObservable: () => throwError(() => new Error(SECRET)),
  http400: () => {
    throw new BadRequestException(SECRET);
  },
  http401: () => Promise.reject(new HttpException(SECRET, 401)),
  http403: () => Promise.reject(new HttpException(SECRET, 403)),
  http404: () => Promise.reject(new NotFoundException(SECRET)),
  http413: () => Promise.reject(new HttpException(SECRET, 413)),
  http422: () => Promise.reject(new HttpException(SECRET, 422)),
  http429: () => Promise.reject(new HttpException(SECRET, 429)),
  http500: () => Promise.reject(new HttpException(SECRET, 500)),
  http503: () => Promise.reject(new HttpException(SECRET, 503)),
  refusal: () => Promise.reject(new RealtimeException('LIMIT_EXCEEDED', { reason: SECRET })),
  spoken: () => {
    throw new RealtimeException('FORBIDDEN', { message: 'Not on Sundays.', cause: new Error(SECRET) });
  },
  retry: () => Promise.reject(new RealtimeException('RATE_LIMITED', { retryAfter: 250 })),
};

@RealtimeChannel(resultChannel)
class OnResult {
  @RealtimeHandler('run')
  run(name: string): unknown {
    return RESULTS[name]();
  }
}

describe('gate 3, results', () => {
  const log = new LogBook();
  let app: TestApp;

  beforeAll(async () => {
    app = await boot(
      {
        imports: [RealtimeModule.forRoot({ authenticator: KnownUsers })],
        providers: [OnResult],
      },
      { logger: log },
    );
  });
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  const codeOf = (reply: Reply) => reply.error?.code ?? 'OK';

  describe('the result of a handler', () => {
    const ok = (data: unknown) => ({ ok: true, data });
    it.each<[string, unknown]>([
      ['undefined', { ok: true }],
      ['null', ok(null)],
      ['zero', ok(0)],
      ['text', ok('text')],
      ['list', ok([1, { a: null }])],
      ['reply', ok({ event: 'disconnect', data: 1 })],
      ['then', ok({ then: 'not a promise' })],
      ['observable', ok(3)],
      ['silentObservable', { ok: true }],
      ['date', ok('1970-01-01T00:00:00.000Z')],
      ['toJson', ok('as json')],
    ])('is answered to the sender: %s', async (name, reply) => {
      const client = await app.connect();
      await client.subscribe('results');
      expect(await client.send('results', 'run', name)).toEqual(reply);
      await client.settle();
      expect(client.socket.connected).toBe(true);
    });
  });

  describe('the failure of a handler', () => {
    it.each([
      ['bigint', 'INTERNAL'],
      ['nestedBigint', 'INTERNAL'],
      ['cycle', 'INTERNAL'],
      ['function', 'INTERNAL'],
      ['symbol', 'INTERNAL'],
      ['hostileJson', 'INTERNAL'],
      ['hostileGetter', 'INTERNAL'],
      ['hostileThen', 'INTERNAL'],
      ['throws', 'INTERNAL'],
      ['throwsText', 'INTERNAL'],
      ['throwsNothing', 'INTERNAL'],
      ['rejects', 'INTERNAL'],
      ['rejectsText', 'INTERNAL'],
      ['failingObservable', 'INTERNAL'],
      ['http400', 'INVALID_PAYLOAD'],
      ['http401', 'UNAUTHENTICATED'],
      ['http403', 'FORBIDDEN'],
      ['http404', 'INTERNAL'],
      ['http413', 'PAYLOAD_TOO_LARGE'],
      ['http422', 'INVALID_PAYLOAD'],
      ['http429', 'RATE_LIMITED'],
      ['http500', 'INTERNAL'],
      ['http503', 'UNAVAILABLE'],
      ['refusal', 'LIMIT_EXCEEDED'],
    ])('is a code and nothing more to the sender: %s, %s', async (name, code) => {
      const client = await app.connect();
      await client.subscribe('results');
      const reply = await client.send('results', 'run', name);
      expect(codeOf(reply)).toBe(code);
      expect(JSON.stringify(reply)).not.toContain('SECRET');
      expect(codeOf(await client.send('results', 'run', 'zero'))).toBe('OK');
    });
  });

  it('passes on the text and the delay that a handler puts into its refusal, and not its cause', async () => {
    const client = await app.connect();
    await client.subscribe('results');
    expect(await client.send('results', 'run', 'spoken')).toEqual({
      ok: false,
      error: { code: 'FORBIDDEN', message: 'Not on Sundays.', retryable: false },
    });
    expect((await client.send('results', 'run', 'retry')).error).toMatchObject({ retryAfterMs: 250, retryable: true });
  });

  it('logs an accident with channel, message, stack and the reference that the sender was given', async () => {
    const client = await app.connect();
    await client.subscribe('results');
    const before = log.errors().length;
    const { error } = await client.send('results', 'run', 'throws');
    const reference = /Reference: (\S+)$/.exec(error!.message)![1];
    const [line, ...others] = log.errors().slice(before);
    expect(others).toEqual([]);
    expect(line).toContain(reference);
    expect(line).toContain('channel results, message run');
    expect(line).toContain(SECRET);
    expect(line).toMatch(/at .*3-message/);
  });

  it('logs no error for a refusal', async () => {
    const client = await app.connect();
    await client.subscribe('results');
    const before = log.errors().length;
    for (const name of ['http403', 'refusal', 'spoken']) await client.send('results', 'run', name);
    expect(log.errors().slice(before)).toEqual([]);
  });
});
