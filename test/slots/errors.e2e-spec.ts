// With what may a handler refuse its message, and what of it does the sender see?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UseGuards } from '@nestjs/common';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeException,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { KnownUsers } from '../kit/known-users.js';
import { LogBook } from '../kit/log-book.js';

const Minimum = z.object({ minimum: z.number() });
const errors = {
  BID_TOO_LOW: Minimum,
  CHECKED: z.object({ n: z.number() }).refine(async ({ n }) => n > 0),
  GUARDED: z.object({ by: z.string() }),
};
const auction = defineRealtimeChannel({
  name: 'auction',
  scope: 'authenticated',
  messages: {
    bid: { payload: z.object({ kind: z.string() }), errors },
    other: z.object({ kind: z.string() }),
    guarded: { payload: z.unknown(), errors },
  },
});

type Refuse = (ctx: RealtimeContext<typeof auction, 'bid'>) => unknown;
const REFUSALS: Record<string, Refuse> = {
  declared: (ctx) => ctx.refusal('BID_TOO_LOW', { data: { minimum: 10 } }),
  async: async (ctx) => {
    throw ctx.refusal('CHECKED', { data: { n: 1 } });
  },
  stripped: (ctx) => ctx.refusal('BID_TOO_LOW', { data: { minimum: 10, secret: 'SECRET' } as never }),
  retryable: (ctx) =>
    ctx.refusal('BID_TOO_LOW', { data: { minimum: 1 }, message: 'Try again.', retryable: true, retryAfter: '2s' }),
  invalid: (ctx) => ctx.refusal('BID_TOO_LOW', { data: { minimum: 'SECRET' } as never }),
  invalidAsync: (ctx) => ctx.refusal('CHECKED', { data: { n: -1 } }),
  missing: () => new RealtimeException('BID_TOO_LOW'),
  undeclared: () => new RealtimeException('NO_SUCH_CODE', { message: 'SECRET', data: 'SECRET' }),
  inherited: () => new RealtimeException('toString', { message: 'SECRET' }),
  ofTheProtocol: () => new RealtimeException('FORBIDDEN', { data: { secret: 'SECRET' } }),
};

class LimitGuard {
  canActivate(): boolean {
    throw new RealtimeException('GUARDED', { data: { by: 'a guard' } });
  }
}

@RealtimeChannel(auction)
class OnAuction {
  @RealtimeHandler(auction, 'bid')
  async bid({ kind }: { kind: string }, ctx: RealtimeContext<typeof auction, 'bid'>): Promise<void> {
    throw await REFUSALS[kind](ctx);
  }

  @RealtimeHandler(auction, 'other')
  other({ kind }: { kind: string }, ctx: RealtimeContext<typeof auction, 'other'>): void {
    throw REFUSALS[kind](ctx as never) as Error;
  }

  @UseGuards(LimitGuard)
  @RealtimeHandler(auction, 'guarded')
  guarded(): void {}
}

const INTERNAL = { code: 'INTERNAL', message: expect.stringContaining('Internal error.') as unknown, retryable: true };
const BID_TOO_LOW = { code: 'BID_TOO_LOW', message: 'Refused.', retryable: false, data: { minimum: 10 } };

describe('error codes of the application', () => {
  const log = new LogBook();
  let app: TestApp;
  let ann: Client;

  beforeAll(async () => {
    const realtime = RealtimeModule.forRoot({ authenticator: KnownUsers, limits: { messageBurst: 1_000 } });
    app = await boot({ imports: [realtime], providers: [OnAuction] }, { logger: log });
    ann = await app.connect({ as: 'ann' });
    await ann.subscribe('auction');
  });
  afterAll(closeApps);

  const send = async (event: string, kind: string): Promise<unknown> => {
    const { error } = await ann.request('rt:message', { channel: 'auction', event, payload: { kind } });
    return error;
  };

  it.each<[string, object]>([
    ['declared', BID_TOO_LOW],
    ['async', { code: 'CHECKED', message: 'Refused.', retryable: false, data: { n: 1 } }],
    ['stripped', BID_TOO_LOW],
    [
      'retryable',
      { code: 'BID_TOO_LOW', message: 'Try again.', retryable: true, retryAfterMs: 2_000, data: { minimum: 1 } },
    ],
    ['invalid', INTERNAL],
    ['invalidAsync', INTERNAL],
    ['missing', INTERNAL],
    ['undeclared', INTERNAL],
    ['inherited', INTERNAL],
    ['ofTheProtocol', { code: 'FORBIDDEN', message: 'Not allowed.', retryable: false }],
  ])('%s: what the sender gets', async (kind, error) => {
    const got = await send('bid', kind);
    expect(got).toEqual(error);
    expect(JSON.stringify(got)).not.toContain('SECRET');
  });

  it('belong to the message that declares them', async () => {
    expect(await send('other', 'missing')).toEqual(INTERNAL);
    expect(log.errors().join('\n')).toContain('"other" was refused with BID_TOO_LOW, which it does not declare');
  });

  it('may be thrown by a guard of the handler', async () => {
    expect(await send('guarded', '')).toMatchObject({ code: 'GUARDED', data: { by: 'a guard' } });
  });

  it('are told to hooks and counted, and made-up ones are not', async () => {
    const refused = app.record('refused');
    const handled = app.record('handled');
    await send('bid', 'declared');
    await send('bid', 'undeclared');
    expect(refused).toMatchObject([
      { gate: 'message', code: 'BID_TOO_LOW', message: 'bid', name: 'auction', channel: { name: 'auction' } },
      { gate: 'message', code: 'INTERNAL', message: 'bid', correlationId: expect.any(String) as unknown },
    ]);
    expect(handled.map(({ code }) => code)).toEqual(['BID_TOO_LOW', 'INTERNAL']);
    expect(Object.keys(app.stats().refusals)).not.toContain('NO_SUCH_CODE');
    expect(app.stats().refusals.BID_TOO_LOW).toBeGreaterThan(0);
  });
});
