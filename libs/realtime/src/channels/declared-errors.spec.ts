// With which codes may a handler refuse its message, and what of their data leaves?
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { IsInt } from 'class-validator';
import { z } from 'zod';
import type { MessageRequest } from '../connections/message-request.js';
import { NoopTracer } from '../instrumentation/realtime.tracer.js';
import { ClassSchemaCompiler } from '../payloads/class-schema.js';
import { PayloadSchemaCompiler } from '../payloads/payload-schema.compiler.js';
import { RealtimeException } from '../realtime.exception.js';
import { HandlerRegistry } from './handler.registry.js';

class Minimum {
  @IsInt()
  minimum: number;
}
const auction = defineRealtimeChannel({
  name: 'auction',
  scope: 'public',
  messages: {
    bid: {
      payload: z.object({ amount: z.number() }),
      errors: {
        TOO_LOW: z.object({ minimum: z.number() }),
        SLOW: z.object({ n: z.number() }).refine(async ({ n }) => n > 0, 'must be above 0'),
        OF_CLASS: Minimum,
        OPEN: z.unknown(),
      },
    },
    plain: z.object({ amount: z.number() }),
  },
});

describe('the error codes of a message', () => {
  let registry: HandlerRegistry;
  let logged: jest.SpiedFunction<Logger['error']>;

  beforeEach(async () => {
    registry = new HandlerRegistry(new PayloadSchemaCompiler(await ClassSchemaCompiler.load()), new NoopTracer());
    logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => void jest.restoreAllMocks());

  /** Resolves with what the handler is refused with. */
  async function refusal(
    name: 'bid' | 'plain',
    handler: () => unknown,
    payload: unknown = { amount: 1 },
  ): Promise<RealtimeException> {
    registry.register(auction, name, handler);
    const request = { payload, channelName: 'auction', wait: () => undefined } as unknown as MessageRequest;
    const refused: unknown = await Promise.resolve()
      .then(() => registry.get(auction)!.messages.get(name)!.handler!.invoke(request))
      .then(
        () => null,
        (error: unknown) => error,
      );
    expect(refused).toBeInstanceOf(RealtimeException);
    return refused as RealtimeException;
  }

  /** The ways in which a handler may refuse. */
  const WAYS: [string, (error: Error) => unknown][] = [
    [
      'throws',
      (error) => {
        throw error;
      },
    ],
    ['rejects with', (error) => Promise.reject(error)],
    [
      'returns the promise of a library, which rejects with',
      (error) => ({ then: (_: unknown, reject: (reason: Error) => void) => reject(error) }),
    ],
  ];

  describe.each(WAYS)('that its handler %s', (_how, way) => {
    it.each<[string, unknown, unknown]>([
      ['TOO_LOW', { minimum: 5, secret: 1 }, { minimum: 5 }],
      ['SLOW', { n: 1, secret: 1 }, { n: 1 }],
      ['OF_CLASS', { minimum: 5, secret: 1 }, { minimum: 5 }],
      ['OPEN', undefined, undefined],
    ])('leave where they are declared, with their data stripped: %s', async (code, data, stripped) => {
      const cause = new Error('why');
      const details = { data, message: 'No.', retryable: true, retryAfter: 200, reason: 'r', cause };
      const refused = await refusal('bid', () => way(new RealtimeException(code, details)));
      expect(JSON.parse(JSON.stringify(refused.toError()))).toEqual({
        code,
        message: 'No.',
        retryable: true,
        retryAfterMs: 200,
        ...(stripped !== undefined && { data: stripped }),
      });
      expect(refused).toMatchObject({ reason: 'r', cause });
      expect(logged).not.toHaveBeenCalled();
    });

    it.each<[string, unknown]>([
      ['TOO_LOW', { minimum: '5' }],
      ['TOO_LOW', undefined],
      ['SLOW', { n: 0 }],
      ['OF_CLASS', { minimum: 1.5 }],
    ])('become INTERNAL where their data does not fit the slot: %s with %j', async (code, data) => {
      const refused = await refusal('bid', () => way(new RealtimeException(code, { data })));
      expect(refused.toError()).toEqual({
        code: 'INTERNAL',
        message: expect.stringMatching(/^Internal error\. Reference: /),
        retryable: true,
      });
      expect(logged.mock.calls[0][1]).toContain(
        `The data of the error ${code} of the message "bid" does not fit its slot.`,
      );
    });

    it.each(['bid', 'plain'] as const)('become INTERNAL where they are not declared: %s', async (name) => {
      for (const code of ['CLOSED', 'too_low', 'toString', '']) {
        registry = new HandlerRegistry(new PayloadSchemaCompiler(await ClassSchemaCompiler.load()), new NoopTracer());
        logged.mockClear();
        const undeclared = new RealtimeException(code, { data: { secret: 1 }, message: 'secret' });
        const refused = await refusal(name, () => way(undeclared));
        expect(refused.code).toBe('INTERNAL');
        expect(JSON.stringify(refused.toReply())).not.toContain('secret');
        expect(logged.mock.calls[0][1]).toContain(
          `The message "${name}" was refused with ${code}, which it does not declare; add the code to its errors.`,
        );
      }
    });

    it('are beside those of the protocol, which leave without data', async () => {
      const refused = await refusal('bid', () => way(new RealtimeException('FORBIDDEN', { data: { secret: 1 } })));
      expect(refused.toError()).toEqual({ code: 'FORBIDDEN', message: 'Not allowed.', retryable: false });
    });
  });

  it('say nothing of a payload that the schema refuses', async () => {
    expect((await refusal('bid', () => undefined, { amount: 'x' })).code).toBe('INVALID_PAYLOAD');
  });
});
