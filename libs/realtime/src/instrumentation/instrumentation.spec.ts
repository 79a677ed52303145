import {
  BadRequestException,
  ForbiddenException,
  HttpException,
  InternalServerErrorException,
  NotFoundException,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import { WsException } from '@nestjs/websockets';
import { describe, expect, it, jest } from '@jest/globals';
import { RealtimeException } from '../realtime.exception.js';
import { IRealtimeTracer, NoopTracer, type SpanOptions } from './realtime.tracer.js';
import { denied, refusalOfGuard, refusalOfHandler } from './refusal-of.js';
import { withCapture } from './with-capture.js';
import { withSpan } from './with-span.js';

class Recorder extends IRealtimeTracer {
  readonly spans: SpanOptions[] = [];
  override span<Result>(options: SpanOptions, run: () => Result): Result {
    this.spans.push(options);
    return run();
  }
}
const SPAN = { op: 'realtime-handler', name: 'x', attributes: {} };

describe('withSpan', () => {
  it('returns the function itself if nothing is traced', () => {
    const run = (): void => undefined;
    expect(withSpan(new NoopTracer(), SPAN, run)).toBe(run);
    expect(new NoopTracer().span(SPAN, () => 7)).toBe(7);
  });

  it('runs each call in a span, and passes on arguments, results and errors', async () => {
    const tracer = new Recorder();
    const add = withSpan(tracer, SPAN, (a: number, b: number) => a + b);
    expect([add(1, 2), add(3, 4)]).toEqual([3, 7]);
    await expect(withSpan(tracer, SPAN, async () => 'later')()).resolves.toBe('later');
    const fail = withSpan(tracer, SPAN, () => {
      throw new Error('own');
    });
    expect(fail).toThrow('own');
    expect(tracer.spans).toEqual([SPAN, SPAN, SPAN, SPAN]);
  });
});

describe('withCapture', () => {
  const SECRET = 'password=hunter2';
  function capture<Result>(run: (channel: string) => Result) {
    const logger = { error: jest.fn() };
    const options = {
      layer: 'realtime-handler',
      describe: (channel: string) => `channel ${channel}`,
      refusalOf: (error: unknown, channel: string) =>
        error === 'known' ? new RealtimeException('FORBIDDEN', { reason: channel }) : refusalOfHandler(error),
    };
    return { logger, run: withCapture(logger, options, run) };
  }
  /** A promise that is no instance of `Promise`, as query builders return. */
  const foreign = <Value>(promise: Promise<Value>): PromiseLike<Value> => ({ then: promise.then.bind(promise) });
  const caught = async (run: () => unknown): Promise<RealtimeException> => {
    try {
      await run();
    } catch (error) {
      expect(error).toBeInstanceOf(RealtimeException);
      return error as RealtimeException;
    }
    throw new Error('Nothing was thrown');
  };

  it('passes on synchronous and asynchronous results', async () => {
    const now = capture((channel) => channel.toUpperCase());
    expect(now.run('a')).toBe('A');
    const later = capture(async (channel) => channel.toUpperCase());
    await expect(later.run('a')).resolves.toBe('A');
    await expect(capture(() => foreign(Promise.resolve('B'))).run('a')).resolves.toBe('B');
    expect([...now.logger.error.mock.calls, ...later.logger.error.mock.calls]).toEqual([]);
  });

  it('throws if the function threw, and rejects if it rejected', () => {
    const thrown = capture(() => {
      throw new Error(SECRET);
    });
    expect(() => thrown.run('a')).toThrow(RealtimeException);
    const rejected = capture(() => Promise.reject(new Error(SECRET)));
    return expect(rejected.run('a')).rejects.toBeInstanceOf(RealtimeException);
  });

  it('passes on a refusal without logging it, and gives refusalOf the arguments', async () => {
    const own = new RealtimeException('UNAVAILABLE');
    const passing = capture(() => Promise.reject(own));
    await expect(passing.run('a')).rejects.toBe(own);
    const known = capture(() => {
      throw 'known' as unknown as Error;
    });
    expect(await caught(() => known.run('orders.1'))).toMatchObject({ code: 'FORBIDDEN', reason: 'orders.1' });
    expect([...passing.logger.error.mock.calls, ...known.logger.error.mock.calls]).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new TypeError(SECRET);
      },
    ],
    ['rejects', () => Promise.reject(new TypeError(SECRET))],
    ['returns the promise of a library, which rejects', () => foreign(Promise.reject(new TypeError(SECRET)))],
    [
      'throws a text',
      () => {
        throw SECRET as unknown as Error;
      },
    ],
    ['throws an HTTP error of the server', () => Promise.reject(new InternalServerErrorException(SECRET))],
  ])('logs an unexpected error once, under the id in the answer, when the function %s', async (_how, fail) => {
    const { logger, run } = capture(fail);
    const refusal = await caught(() => run('orders.42'));
    const [id] = /[0-9a-f]{8}-[0-9a-f-]{27}$/.exec(refusal.message)!;
    expect(refusal.toReply()).toEqual({
      ok: false,
      error: { code: 'INTERNAL', message: `Internal error. Reference: ${id}`, retryable: true },
    });
    expect(logger.error).toHaveBeenCalledTimes(1);
    const [line, stack] = logger.error.mock.calls[0] as [string, string];
    expect(line).toBe(`handler_error ${id} in realtime-handler: channel orders.42`);
    expect(stack).toContain(SECRET);
    expect(JSON.stringify(refusal.toReply())).not.toContain('hunter2');
  });

  it('gives every unexpected error its own id', async () => {
    const { run } = capture(() => {
      throw new Error('again');
    });
    expect((await caught(() => run('a'))).message).not.toBe((await caught(() => run('a'))).message);
  });

  it.each([undefined, null, 42, Symbol('a'), 10n, Object.create(null) as object, { toString: 1 }, 'a\nb'.repeat(500)])(
    'handles any thrown value (case %#)',
    async (value) => {
      const { logger, run } = capture(() => {
        throw value as Error;
      });
      expect((await caught(() => run('a'))).code).toBe('INTERNAL');
      const [, text] = logger.error.mock.calls[0] as [string, string];
      expect(text).not.toContain('\n');
      expect(text.length).toBeLessThan(250);
    },
  );
});

describe('what an error means to the peer', () => {
  const ada = { userId: 'ada', roles: [] };
  const why = 'the order is locked by eve';

  it('is the same denial for every cause, so that it reveals nothing', () => {
    const refusals = [
      denied(ada, why),
      refusalOfGuard(new RealtimeException('FORBIDDEN', { message: why, issues: [{ path: 'a', message: why }] }), ada),
      refusalOfGuard(new RealtimeException('UNAUTHENTICATED', { message: why, retryAfter: 5 }), ada),
      refusalOfGuard(new WsException(why), ada),
      refusalOfGuard(new ForbiddenException(why), ada),
      refusalOfGuard(new UnauthorizedException(why), ada),
      refusalOfGuard(new NotFoundException(why), ada),
      refusalOfGuard(new BadRequestException(why), ada),
      refusalOfGuard(new HttpException(why, 418), ada),
    ];
    const [first, ...others] = refusals.map((refusal) => JSON.stringify(refusal!.toReply()));
    expect(first).toBe('{"ok":false,"error":{"code":"FORBIDDEN","message":"Not allowed.","retryable":false}}');
    for (const other of others) expect(other).toBe(first);
    for (const refusal of refusals) expect(refusal!.reason).toBe(why);
  });

  it('is UNAUTHENTICATED for an anonymous client', () => {
    expect(denied(null, why).code).toBe('UNAUTHENTICATED');
    expect(refusalOfGuard(new ForbiddenException(why), null)!.code).toBe('UNAUTHENTICATED');
    expect(refusalOfGuard(new WsException(why), null)!.toError()).toEqual({
      code: 'UNAUTHENTICATED',
      message: 'Authentication is required.',
      retryable: false,
    });
  });

  it.each<[HttpException, string | null, string | null]>([
    [new BadRequestException(why), 'FORBIDDEN', 'INVALID_PAYLOAD'],
    [new UnauthorizedException(why), 'FORBIDDEN', 'UNAUTHENTICATED'],
    [new ForbiddenException(why), 'FORBIDDEN', 'FORBIDDEN'],
    [new NotFoundException(why), 'FORBIDDEN', null],
    [new HttpException(why, 413), 'PAYLOAD_TOO_LARGE', 'PAYLOAD_TOO_LARGE'],
    [new HttpException(why, 422), 'FORBIDDEN', 'INVALID_PAYLOAD'],
    [new HttpException(why, 429), 'RATE_LIMITED', 'RATE_LIMITED'],
    [new ServiceUnavailableException(why), 'UNAVAILABLE', 'UNAVAILABLE'],
    [new HttpException(why, 418), 'FORBIDDEN', null],
  ])('is as documented for an HTTP exception of Nest, case %#: %s', (error, ofGuard, ofHandler) => {
    const [guard, handler] = [refusalOfGuard(error, ada), refusalOfHandler(error)];
    expect([guard?.code ?? null, handler?.code ?? null]).toEqual([ofGuard, ofHandler]);
    for (const refusal of [guard, handler]) {
      if (!refusal) continue;
      expect(refusal).toMatchObject({ reason: why, cause: error });
      expect(JSON.stringify(refusal.toReply())).not.toContain('eve');
    }
  });

  it('is the refusal itself, if a guard or a handler threw one', () => {
    const busy = new RealtimeException('RATE_LIMITED', { retryAfter: 250 });
    expect(refusalOfGuard(busy, ada)).toBe(busy);
    expect(refusalOfHandler(busy)).toBe(busy);
    const own = new RealtimeException('FORBIDDEN', { message: 'The order is closed.' });
    expect(refusalOfHandler(own)).toBe(own);
  });

  it.each([new Error(why), new TypeError(why), why, undefined, null, { getStatus: () => 403 }])(
    'is no refusal if the error was unexpected (case %#)',
    (error) => {
      expect(refusalOfGuard(error, ada)).toBeNull();
      expect(refusalOfHandler(error)).toBeNull();
    },
  );
});
