// What of a handler's result leaves the server? Nothing where the message declares no reply, else what its schema lets pass.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ArgumentsHost, Catch, type ExceptionFilter, UseFilters } from '@nestjs/common';
import { IsInt } from 'class-validator';
import {
  defineRealtimeChannel,
  IRealtimeConnections,
  IRealtimeHandlerRegistry,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { Latch } from '../kit/latch.js';
import { LogBook } from '../kit/log-book.js';

class Rank {
  @IsInt()
  rank: number;
}
/** What a test lets the asynchronous schema wait for. */
let judging: Latch;
let judged: Latch;

const Shape = z.object({ rank: z.number() });
const replyChannel = defineRealtimeChannel({
  name: 'replies',
  scope: 'authenticated',
  messages: {
    silent: z.string(),
    silentOptions: { payload: z.string(), limits: { messagesPerSecond: 100 } },
    zod: { payload: z.string(), reply: Shape },
    ofClass: { payload: z.string(), reply: Rank },
    late: {
      payload: z.string(),
      reply: Shape.refine(async ({ rank }) => {
        judging.open();
        await judged.opened;
        return rank > 0;
      }, 'SECRET must be above 0'),
    },
    transformed: { payload: z.string(), reply: Shape.transform(({ rank }) => `rank ${rank}`) },
    optional: { payload: z.string(), reply: Shape.optional() },
    filtered: { payload: z.string(), reply: Shape },
    byHand: { payload: z.string(), reply: Shape },
  },
});

/** What handlers return, by name. */
const RESULTS: Record<string, () => unknown> = {
  good: () => ({ rank: 1 }),
  more: async () => ({ rank: 1, secret: 'SECRET' }),
  instance: () => Object.assign(new Rank(), { rank: 1, secret: 'SECRET' }),
  wrong: () => ({ rank: 'SECRET' }),
  negative: () => ({ rank: -1 }),
  nothing: () => undefined,
  function: () => () => 'SECRET',
  bigint: () => 1n,
  symbol: () => Symbol('SECRET'),
  cycle: () => {
    const cycle: Record<string, unknown> = {};
    return Object.assign(cycle, { self: cycle });
  },
  getter: () => ({
    get rank(): number {
      throw new Error('SECRET');
    },
  }),
};

@Catch()
class AnsweringFilter implements ExceptionFilter {
  catch(_error: unknown, _host: ArgumentsHost): unknown {
    return { rank: 7, secret: 'SECRET' };
  }
}

@RealtimeChannel(replyChannel)
class OnReply {
  @RealtimeHandler('silent')
  silent(name: string): unknown {
    return RESULTS[name]();
  }
  @RealtimeHandler('silentOptions')
  silentOptions(name: string): unknown {
    return RESULTS[name]();
  }
  @RealtimeHandler('zod')
  zod(name: string): unknown {
    return RESULTS[name]();
  }
  @RealtimeHandler('ofClass')
  ofClass(name: string): unknown {
    return RESULTS[name]();
  }
  @RealtimeHandler('late')
  late(name: string): unknown {
    return RESULTS[name]();
  }
  @RealtimeHandler('transformed')
  transformed(name: string): unknown {
    return RESULTS[name]();
  }
  @RealtimeHandler('optional')
  optional(name: string): unknown {
    return RESULTS[name]();
  }
  @UseFilters(AnsweringFilter)
  @RealtimeHandler('filtered')
  filtered(name: string): unknown {
    throw new Error(name);
  }
}

describe('gate 3, replies', () => {
  const log = new LogBook();
  let app: TestApp;

  beforeAll(async () => {
    app = await boot(
      {
        imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, requestTimeout: 5_000 })],
        providers: [OnReply],
      },
      { logger: log },
    );
    app.nest
      .get(IRealtimeHandlerRegistry)
      .register(replyChannel, 'byHand', (name) => RESULTS[name]() as { rank: number });
  });
  beforeEach(() => {
    judging = new Latch();
    judged = new Latch();
  });
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  async function onReplies(as = 'ann') {
    const client = await app.connect({ as });
    await client.subscribe('replies');
    return client;
  }

  it.each(Object.keys(RESULTS))(
    'are ok and nothing more where none is declared, whatever it returns: %s',
    async (name) => {
      const client = await onReplies();
      const before = log.errors().length;
      expect(await client.send('replies', 'silent', name)).toEqual({ ok: true });
      expect(await client.send('replies', 'silentOptions', name)).toEqual({ ok: true });
      expect(log.errors().slice(before)).toEqual([]);
    },
  );

  it.each<[string, string, unknown]>([
    ['zod', 'good', { rank: 1 }],
    ['zod', 'more', { rank: 1 }],
    ['zod', 'instance', { rank: 1 }],
    ['ofClass', 'good', { rank: 1 }],
    ['ofClass', 'more', { rank: 1 }],
    ['ofClass', 'instance', { rank: 1 }],
    ['transformed', 'more', 'rank 1'],
    ['optional', 'more', { rank: 1 }],
    ['optional', 'nothing', undefined],
    ['filtered', 'good', { rank: 7 }],
    ['byHand', 'more', { rank: 1 }],
  ])('are stripped to what is declared: %s, %s', async (message, name, data) => {
    const client = await onReplies();
    expect(await client.send('replies', message, name)).toEqual({ ok: true, ...(data !== undefined && { data }) });
  });

  it.each([
    ['zod', 'wrong'],
    ['zod', 'nothing'],
    ['zod', 'function'],
    ['zod', 'bigint'],
    ['zod', 'getter'],
    ['ofClass', 'wrong'],
    ['ofClass', 'nothing'],
    ['optional', 'wrong'],
    ['byHand', 'wrong'],
  ])('are INTERNAL where they do not fit, and the log says why: %s, %s', async (message, name) => {
    const client = await onReplies();
    const refused = app.record('refused');
    const before = log.errors().length;
    const reply = await client.send('replies', message, name);
    expect(reply).toEqual({
      ok: false,
      error: { code: 'INTERNAL', message: expect.stringMatching(/^Internal error\. Reference: \S+$/), retryable: true },
    });
    const [line, ...others] = log.errors().slice(before);
    expect(others).toEqual([]);
    expect(line).toContain(`The reply of the message "${message}" does not fit its schema`);
    expect(line).toContain(reply.error!.message.split(' ').at(-1)!);
    expect(refused).toMatchObject([{ code: 'INTERNAL', gate: 'message', message, correlationId: expect.any(String) }]);
    expect(await client.send('replies', 'zod', 'good')).toEqual({ ok: true, data: { rank: 1 } });
  });

  it('are sent once an asynchronous schema has judged them, and the next message waits for that', async () => {
    const client = await onReplies();
    const first = client.send('replies', 'late', 'more');
    await judging.opened;
    const second = client.send('replies', 'zod', 'good');
    await client.settle();
    expect(client.log).not.toContain('reply rt:message');
    expect(app.stats().inFlight).toBe(1);
    judged.open();
    expect(await first).toEqual({ ok: true, data: { rank: 1 } });
    expect(await second).toEqual({ ok: true, data: { rank: 1 } });
    expect((await client.send('replies', 'late', 'negative')).error?.code).toBe('INTERNAL');
    expect(app.stats().inFlight).toBe(0);
  });

  it('are not sent where the sender loses its rights while an asynchronous schema judges them', async () => {
    const client = await onReplies('bob');
    const reply = client.send('replies', 'late', 'good');
    await judging.opened;
    await app.nest
      .get<IRealtimeConnections>(IRealtimeConnections as never)
      .unsubscribe({ userId: 'bob' }, replyChannel);
    judged.open();
    expect(await reply).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
  });
});
