// What does a peer get of a refusal, and what does it not get?
import { describe, expect, it } from '@jest/globals';
import { REFUSALS } from '@nestjs-realtime/contract';
import { isRefusalCode, RealtimeException, RealtimeFault } from './realtime.exception.js';

describe('a refusal', () => {
  it.each(Object.entries(REFUSALS))('with the code %s of the protocol has its text and its retryable', (code, row) => {
    expect(new RealtimeException(code).toReply()).toEqual({ ok: false, error: { code, ...row } });
  });

  it('may have another text and another retryable', () => {
    const refusal = new RealtimeException('FORBIDDEN', { message: 'The order is closed.', retryable: true });
    expect(refusal.toError()).toEqual({ code: 'FORBIDDEN', message: 'The order is closed.', retryable: true });
    expect(new RealtimeException('TIMEOUT', { retryable: false }).retryable).toBe(false);
  });

  it('sends neither its reason nor its cause', () => {
    const refusal = new RealtimeException('UNAVAILABLE', { reason: 'hunter2', cause: new Error('hunter2') });
    expect(refusal).toMatchObject({ reason: 'hunter2', cause: { message: 'hunter2' } });
    expect(JSON.stringify(refusal.toReply())).not.toContain('hunter2');
  });

  it('with a code of the application is not retryable, and carries data', () => {
    const refusal = new RealtimeException('BID_TOO_LOW', { data: { minimum: 5 } });
    expect(refusal.toError()).toEqual({
      code: 'BID_TOO_LOW',
      message: 'Refused.',
      retryable: false,
      data: { minimum: 5 },
    });
    expect(new RealtimeException('BID_TOO_LOW', { retryable: true }).toError()).toEqual({
      code: 'BID_TOO_LOW',
      message: 'Refused.',
      retryable: true,
    });
  });

  it('with a code of the protocol carries no data', () => {
    expect(new RealtimeException('FORBIDDEN', { data: { secret: 1 } }).toError()).not.toHaveProperty('data');
  });

  it.each([
    [250, 250],
    ['500ms', 500],
    ['30s', 30_000],
    [0, 0],
  ] as const)('takes retryAfter: %j and sends it in milliseconds', (retryAfter, retryAfterMs) => {
    const refusal = new RealtimeException('RATE_LIMITED', { retryAfter });
    expect(refusal.retryAfterMs).toBe(retryAfterMs);
    expect(refusal.toError()).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs });
    expect(new RealtimeException('RATE_LIMITED').toError()).not.toHaveProperty('retryAfterMs');
  });

  it.each(['soon', '5 min', -1, Number.NaN])('is a fault with retryAfter: %p', (retryAfter) => {
    const make = () => new RealtimeException('RATE_LIMITED', { retryAfter: retryAfter as never });
    expect(make).toThrow(RealtimeFault);
    expect(make).toThrow(`retryAfter: ${retryAfter} is no duration; write whole milliseconds, or text such as '30s'.`);
  });

  it('sends at most 10 issues', () => {
    const issues = Array.from({ length: 12 }, (_, n) => ({ path: `${n}`, message: 'no' }));
    expect(new RealtimeException('INVALID_PAYLOAD', { issues }).toError().issues).toEqual(issues.slice(0, 10));
  });

  it('knows its own codes, and no property of an object', () => {
    expect([isRefusalCode('FORBIDDEN'), isRefusalCode('BID_TOO_LOW')]).toEqual([true, false]);
    for (const name of ['constructor', 'toString', '__proto__']) expect(isRefusalCode(name)).toBe(false);
  });
});
