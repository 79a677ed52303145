// Gate 3 over a real socket: which messages reach their handler, in what order, and what does the sender learn?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { BadRequestException, HttpException, NotFoundException } from '@nestjs/common';
import { IsInt, IsString } from 'class-validator';
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

class Note {
  @IsString()
  text: string;
  @IsInt()
  stars: number;
}

const any = z.unknown();
const noteChannel = defineRealtimeChannel({
  name: 'notes.{id}',
  scope: 'public',
  messages: {
    message: any,
    add: Note,
    addZod: z.strictObject({ items: z.array(z.object({ n: z.int() })) }),
    idle: any,
  },
});
const otherChannel = defineRealtimeChannel({ name: 'others', scope: 'public', messages: { message: any } });
const resultChannel = defineRealtimeChannel({ name: 'results', scope: 'public', messages: { run: z.string() } });

const received: unknown[] = [];

@RealtimeChannel(noteChannel)
class OnNote {
  @RealtimeHandler()
  plain(payload: unknown): void {
    received.push(payload);
  }
  @RealtimeHandler('add')
  add(note: Note): boolean {
    received.push(note);
    return note instanceof Note;
  }
}

@RealtimeChannel(noteChannel)
class OnNoteToo {
  @RealtimeHandler<typeof noteChannel>('addZod')
  async add({ items }: { items: { n: number }[] }): Promise<number> {
    return items.reduce((sum, { n }) => sum + n, 0);
  }
}

@RealtimeChannel(otherChannel)
class OnOther {
  @RealtimeHandler()
  handle(): void {}
}

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
  nan: () => Number.NaN,
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
    throw SECRET;
  },
  throwsNothing: () => {
    throw undefined;
  },
  rejects: () => Promise.reject(new Error(SECRET)),
  rejectsText: () => Promise.reject(SECRET as unknown as Error),
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
  retry: () => Promise.reject(new RealtimeException('RATE_LIMITED', { retryAfterMs: 250 })),
};

@RealtimeChannel(resultChannel)
class OnResult {
  @RealtimeHandler('run')
  run(name: string): unknown {
    return RESULTS[name]!();
  }
}

describe('gate 3, message', () => {
  const log = new LogBook();
  let app: TestApp;

  beforeAll(async () => {
    app = await boot(
      {
        imports: [RealtimeModule.forRoot({ authenticator: KnownUsers })],
        providers: [OnNote, OnNoteToo, OnOther, OnResult],
      },
      { logger: log },
    );
  });
  afterEach(async () => {
    received.length = 0;
    await app.hangUp();
  });
  afterAll(closeApps);

  async function onNotes() {
    const client = await app.connect({ as: 'ann' });
    await client.subscribe('notes.1');
    return client;
  }

  const codeOf = (reply: Reply) => reply.error?.code ?? 'OK';

  it('takes a message without an event name for "message"', async () => {
    const client = await onNotes();
    expect(await client.request('rt:message', { channel: 'notes.1', payload: { any: 'thing' } })).toEqual({ ok: true });
    expect(await client.request('rt:message', { channel: 'notes.1' })).toEqual({ ok: true });
    expect(received).toEqual([{ any: 'thing' }, undefined]);
  });

  it('serves one channel by methods of one class and by several classes', async () => {
    const client = await onNotes();
    expect(await client.send('notes.1', 'add', { text: 'a', stars: 1 })).toEqual({ ok: true, data: true });
    expect(await client.send('notes.1', 'addZod', { items: [{ n: 1 }, { n: 2 }] })).toEqual({ ok: true, data: 3 });
  });

  it.each(['nope', '', 'toString', '__proto__', 'constructor', 'idle'])(
    'says that the channel takes no message %j, declared without a handler or not at all',
    async (event) => {
      const client = await onNotes();
      expect(await client.send('notes.1', event, {})).toEqual({
        ok: false,
        error: { code: 'UNKNOWN_EVENT', message: 'The channel takes no such message.', retryable: false },
      });
    },
  );

  it('gives outsiders the same bytes for a channel that exists and for one that does not', async () => {
    const client = await onNotes();
    const replies = [];
    for (const channel of ['notes.2', 'others', 'results', 'no.such.channel']) {
      for (const event of ['message', 'nope']) replies.push(JSON.stringify(await client.send(channel, event, 1)));
    }
    expect(new Set(replies)).toEqual(
      new Set([
        '{"ok":false,"error":{"code":"NOT_SUBSCRIBED","message":"Subscribe to the channel first.","retryable":false}}',
      ]),
    );
    expect(received).toEqual([]);
  });

  it('takes no message after the channel was left', async () => {
    const client = await onNotes();
    await client.unsubscribe('notes.1');
    expect(codeOf(await client.send('notes.1', 'message', 1))).toBe('NOT_SUBSCRIBED');
    expect(received).toEqual([]);
  });

  it('says where a payload breaks the class that describes it, and not what it held', async () => {
    const client = await onNotes();
    const reply = await client.send('notes.1', 'add', { text: 7, stars: 'SECRET', extra: 1 });
    expect(reply.error).toMatchObject({
      code: 'INVALID_PAYLOAD',
      message: 'The payload is not valid.',
      retryable: false,
    });
    expect(reply.error?.issues?.map(({ path }) => path).sort()).toEqual(['extra', 'stars', 'text']);
    expect(JSON.stringify(reply)).not.toContain('SECRET');
    expect(received).toEqual([]);
  });

  it('says where a payload breaks a Standard Schema, by a dotted path', async () => {
    const client = await onNotes();
    const reply = await client.send('notes.1', 'addZod', { items: [{ n: 1 }, { n: 'x' }] });
    expect(reply.error?.issues).toEqual([{ path: 'items.1.n', message: expect.any(String) }]);
  });

  it('says at most ten of the things that are wrong', async () => {
    const client = await onNotes();
    const reply = await client.send('notes.1', 'addZod', { items: Array(50).fill({ n: 'x' }) });
    expect(reply.error?.issues).toHaveLength(10);
  });

  it('does the work of a request that asks for no answer, and counts its refusal', async () => {
    const client = await onNotes();
    client.socket.emit('rt:message', { channel: 'notes.1', payload: 'quiet' });
    client.socket.emit('rt:message', { channel: 'notes.1', event: 'nope' });
    client.socket.emit('rt:message', 'misshapen');
    const refused = app.record('refused');
    await client.send('notes.1', 'message', 'last');
    await client.settle();
    expect(received).toEqual(['quiet', 'last']);
    expect(refused.map(({ code }) => code)).toEqual(['UNKNOWN_EVENT', 'BAD_REQUEST', 'BAD_REQUEST']);
    expect(app.stats().refusals).toMatchObject({ UNKNOWN_EVENT: expect.any(Number), BAD_REQUEST: expect.any(Number) });
  });

  describe('answers with what the handler gave', () => {
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
      ['nan', ok(null)],
    ])('%s', async (name, reply) => {
      const client = await app.connect();
      await client.subscribe('results');
      expect(await client.send('results', 'run', name)).toEqual(reply);
      await client.settle();
      expect(client.socket.connected).toBe(true);
    });
  });

  describe('tells the sender nothing but a code when the handler', () => {
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
    ])('%s: %s', async (name, code) => {
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
    const reference = /Reference: (\S+)$/.exec(error!.message)![1]!;
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
