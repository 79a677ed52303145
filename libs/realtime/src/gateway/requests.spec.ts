import { describe, expect, it } from '@jest/globals';
import { FRAMES } from '@nestjs-realtime/contract';
import fc from 'fast-check';
import { RealtimeException } from '../realtime.exception.js';
import { PendingRequest } from './pending-request.js';
import { parseChannel, parseHistory, parseMessage, parseSubscribe, parseUnsubscribe } from './request-frames.js';

const NO_FRAMES = [
  undefined,
  null,
  true,
  42,
  '',
  'orders.42',
  {},
  { channel: undefined },
  { channel: null },
  { channel: 42 },
  { channel: '' },
  { channel: 'a b' },
  { channel: 'a..b' },
  { channel: 'orders.{id}' },
  { channel: 'x'.repeat(129) },
  { channel: `${'x.'.repeat(256)}x` },
  { channel: 'orders.%41' },
  { channel: 'orders.%2e' },
  { channel: 'orders.%C0%AE' },
  { channel: 'orders.%0A' },
  { channel: ['a'] },
  { channel: { toString: () => 'a' } },
  { Channel: 'a' },
  Object.create({ channel: 'a' }) as object,
  new Map([['channel', 'a']]),
  Object.assign(new Date(), { channel: 'a' }),
  Object.assign(() => 1, { channel: 'a' }),
  Buffer.from('{"channel":"a"}'),
];
const POSITION = { epoch: 'e', offset: 7 };
const NO_POSITIONS = [
  null,
  7,
  'e',
  [],
  {},
  { epoch: 'e' },
  { epoch: 1, offset: 1 },
  { epoch: 'e', offset: '1' },
  { epoch: 'e', offset: -1 },
  { epoch: 'e', offset: 1.5 },
  { epoch: 'e', offset: Number.NaN },
  { epoch: 'e', offset: 2 ** 53 },
];

describe('rt:subscribe', () => {
  it('takes one channel, with or without a position to recover from', () => {
    expect(parseSubscribe({ channel: 'a.b' })).toEqual({ batch: false, items: [{ channel: 'a.b' }] });
    expect(parseSubscribe({ channel: 'a', recover: POSITION, extra: 1 })).toEqual({
      batch: false,
      items: [{ channel: 'a', recover: POSITION }],
    });
    expect(parseSubscribe({ channel: 'a', recover: undefined })).toEqual({ batch: false, items: [{ channel: 'a' }] });
  });

  it('takes a batch of up to 100, with null for each malformed item', () => {
    expect(parseSubscribe([])).toEqual({ batch: true, items: [] });
    expect(parseSubscribe([{ channel: 'a' }, { channel: '' }, null, { channel: 'b' }])).toEqual({
      batch: true,
      items: [{ channel: 'a' }, null, null, { channel: 'b' }],
    });
    const batch = (length: number) => Array.from({ length }, () => ({ channel: 'a' }));
    expect(parseSubscribe(batch(100))!.items).toHaveLength(100);
    expect(parseSubscribe(batch(101))).toBeNull();
    expect(parseSubscribe([[{ channel: 'a' }]])).toEqual({ batch: true, items: [null] });
  });

  it.each(NO_FRAMES)('refuses a frame without a legal channel (case %#)', (frame) => {
    expect(parseSubscribe(frame)).toBeNull();
  });

  it.each(NO_POSITIONS)('refuses an invalid position (case %#)', (recover) => {
    expect(parseSubscribe({ channel: 'a', recover })).toBeNull();
  });
});

describe('rt:message', () => {
  it('takes channel, name and payload; the name, which travels as event, defaults to "message"', () => {
    expect(parseMessage({ channel: 'a', event: 'e', payload: { b: 1 }, extra: 1 })).toEqual({
      channel: 'a',
      message: 'e',
      payload: { b: 1 },
    });
    expect(parseMessage({ channel: 'a' })).toEqual({ channel: 'a', message: 'message', payload: undefined });
    expect(parseMessage({ channel: 'a', event: '', payload: null })).toMatchObject({ message: '', payload: null });
    expect(parseMessage({ channel: 'a', message: 'e' })).toMatchObject({ message: 'message' });
  });

  it.each([...NO_FRAMES, [{ channel: 'a' }]])('refuses a frame without a legal channel (case %#)', (frame) => {
    expect(parseMessage(frame)).toBeNull();
  });

  it.each([null, 42, true, {}, ['e'], { toString: () => 'e' }])(
    'refuses an event that is not a string (case %#)',
    (event) => {
      expect(parseMessage({ channel: 'a', event })).toBeNull();
    },
  );
});

describe('rt:unsubscribe and rt:members', () => {
  it('take the channel and drop all other properties', () => {
    expect(parseChannel({ channel: 'a', extra: 1 })).toEqual({ channel: 'a' });
    expect(parseUnsubscribe({ channel: 'a', extra: 1 })).toEqual({ batch: false, items: [{ channel: 'a' }] });
  });

  it.each([...NO_FRAMES, [{ channel: 'a' }]])('refuse a frame without a legal channel (case %#)', (frame) => {
    expect(parseChannel(frame)).toBeNull();
  });
});

describe('rt:unsubscribe', () => {
  it('takes a batch of up to 100, with null for each malformed item', () => {
    expect(parseUnsubscribe([])).toEqual({ batch: true, items: [] });
    expect(parseUnsubscribe([{ channel: 'a' }, { channel: '' }, null, [{ channel: 'a' }]])).toEqual({
      batch: true,
      items: [{ channel: 'a' }, null, null, null],
    });
    const batch = (length: number) => Array.from({ length }, () => ({ channel: 'a' }));
    expect(parseUnsubscribe(batch(100))!.items).toHaveLength(100);
    expect(parseUnsubscribe(batch(101))).toBeNull();
  });

  it.each(NO_FRAMES)('refuses a frame without a legal channel (case %#)', (frame) => {
    expect(parseUnsubscribe(frame)).toBeNull();
  });
});

describe('rt:history', () => {
  it('takes a channel, a position and a limit', () => {
    expect(parseHistory({ channel: 'a' })).toEqual({ channel: 'a', since: undefined, limit: undefined });
    expect(parseHistory({ channel: 'a', since: POSITION, limit: 5 })).toEqual({
      channel: 'a',
      since: POSITION,
      limit: 5,
    });
  });

  it.each([...NO_FRAMES, [{ channel: 'a' }]])('refuses a frame without a legal channel (case %#)', (frame) => {
    expect(parseHistory(frame)).toBeNull();
  });

  it.each(NO_POSITIONS)('refuses an invalid position (case %#)', (since) => {
    expect(parseHistory({ channel: 'a', since })).toBeNull();
  });

  it.each([null, 0, -1, 1.5, '5', Infinity, Number.NaN, true, {}, 2 ** 53])('refuses the limit %p', (limit) => {
    expect(parseHistory({ channel: 'a', limit })).toBeNull();
  });
});

describe('any request', () => {
  const junk = fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withTypedArray: true }),
    fc.record(
      {
        channel: fc.oneof(fc.string(), fc.constant('a.b'), fc.anything()),
        event: fc.anything(),
        payload: fc.anything(),
        recover: fc.anything(),
        since: fc.anything(),
        limit: fc.anything(),
      },
      { requiredKeys: [] },
    ),
  );

  it('is read or refused, and never throws', () => {
    fc.assert(
      fc.property(fc.oneof(junk, fc.array(junk)), (frame) => {
        for (const parse of [parseSubscribe, parseMessage, parseChannel, parseHistory]) {
          const parsed = parse(frame);
          expect(parsed === null || typeof parsed === 'object').toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('a pending request', () => {
  function pend() {
    const replies: unknown[] = [];
    return { replies, pending: new PendingRequest((reply) => replies.push(reply)) };
  }
  const refusal = new RealtimeException('TIMEOUT', { reason: 'the database is slow' });

  it('is answered once: later answers have no effect', () => {
    const { pending, replies } = pend();
    expect(pending.answered).toBe(false);
    pending.answerWith({ n: 1 });
    expect(pending.answered).toBe(true);
    pending.answerWith({ n: 2 });
    pending.answer({ ok: true });
    pending.refuse(refusal);
    expect(replies).toEqual([{ ok: true, data: { n: 1 } }]);
  });

  it('is refused with code, message and retryable, without the reason', () => {
    const { pending, replies } = pend();
    pending.refuse(refusal);
    pending.answerWith('late');
    expect(replies).toEqual([
      { ok: false, error: { code: 'TIMEOUT', message: 'The request took too long.', retryable: true } },
    ]);
  });

  it.each([null, 0, '', false, [], { a: 1 }])('is answered with the result of the handler: %j', (data) => {
    const { pending, replies } = pend();
    pending.answerWith(data);
    expect(replies).toEqual([{ ok: true, data }]);
  });

  it('is answered with ok alone when the handler returned nothing', () => {
    const { pending, replies } = pend();
    pending.answerWith(undefined);
    expect(replies).toEqual([{ ok: true }]);
  });

  it.each([10n, Symbol('a'), () => 1])('is still open after a result that is not plain data (case %#)', (data) => {
    const { pending, replies } = pend();
    expect(() => pending.answerWith(data)).toThrow(TypeError);
    expect(pending.answered).toBe(false);
    pending.refuse(new RealtimeException('INTERNAL'));
    expect(replies).toMatchObject([{ ok: false, error: { code: 'INTERNAL' } }]);
  });

  it('is still open after the encoder has thrown, and then takes a refusal', () => {
    const replies: unknown[] = [];
    const pending = new PendingRequest((reply) => replies.push(JSON.parse(JSON.stringify(reply))));
    expect(() => pending.answerWith({ n: 10n })).toThrow(TypeError);
    pending.refuse(new RealtimeException('INTERNAL'));
    expect(replies).toMatchObject([{ ok: false, error: { code: 'INTERNAL' } }]);
  });

  it('checks the result even when the client wants no answer', () => {
    expect(() => new PendingRequest(null).answerWith({ n: 10n })).toThrow(TypeError);
    const pending = new PendingRequest(null);
    pending.answerWith({ n: 1 });
    expect(pending.answered).toBe(true);
    expect(() => new PendingRequest(null).refuse(refusal)).not.toThrow();
  });
});

describe('the requests a client may make', () => {
  it('have names that begin with rt:', () => {
    for (const event of Object.values(FRAMES)) expect(event).toMatch(/^rt:[a-z]+$/);
  });
});
