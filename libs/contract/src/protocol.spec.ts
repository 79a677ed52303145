// Does the contract agree with the tables of docs/protocol.md? They are written out here again, so that a change is made on purpose.
import { describe, expect, it } from '@jest/globals';
import {
  EVICTIONS,
  FRAMES,
  GOODBYES,
  MAX_HISTORY_PAGE,
  MAX_SUBSCRIBE_BATCH,
  PROTOCOL_VERSION,
  REFUSALS,
} from './index.js';

describe('version 1 of the protocol', () => {
  it('is the version of this contract', () => {
    expect(PROTOCOL_VERSION).toBe(1);
    expect(MAX_SUBSCRIBE_BATCH).toBe(100);
    expect(MAX_HISTORY_PAGE).toBe(300);
  });

  it('has these frames and no others', () => {
    expect(Object.values(FRAMES).sort()).toEqual(
      [
        'rt:subscribe',
        'rt:unsubscribe',
        'rt:message',
        'rt:authenticate',
        'rt:members',
        'rt:history',
        'rt:welcome',
        'rt:event',
        'rt:skip',
        'rt:presence',
        'rt:watch',
        'rt:online',
        'rt:subscribed',
        'rt:evicted',
        'rt:expiring',
        'rt:bye',
      ].sort(),
    );
  });

  it('has these refusal codes, and marks these as retryable', () => {
    expect(Object.fromEntries(Object.entries(REFUSALS).map(([code, { retryable }]) => [code, retryable]))).toEqual({
      UNAUTHENTICATED: false,
      FORBIDDEN: false,
      BAD_REQUEST: false,
      NOT_SUBSCRIBED: false,
      UNKNOWN_EVENT: false,
      INVALID_PAYLOAD: false,
      PAYLOAD_TOO_LARGE: false,
      LIMIT_EXCEEDED: false,
      RATE_LIMITED: true,
      OVERLOADED: true,
      TIMEOUT: true,
      UNAVAILABLE: true,
      INTERNAL: true,
    });
  });

  it('has one short sentence for each refusal, without details', () => {
    const messages = Object.values(REFUSALS).map(({ message }) => message);
    expect(new Set(messages).size).toBe(messages.length);
    for (const message of messages) expect(message).toMatch(/^[A-Z][a-z ]{1,60}\.$/);
  });

  it('ends subscriptions and connections with these codes', () => {
    expect(EVICTIONS).toEqual({
      REVOKED: { retryable: false },
      EXPIRED: { retryable: false },
      INSUFFICIENT_STATE: { retryable: true },
    });
    expect(GOODBYES).toEqual({
      SHUTDOWN: { reconnect: true },
      REVOKED: { reconnect: false },
      EXPIRED: { reconnect: false },
      SLOW_CONSUMER: { reconnect: true },
      POLICY: { reconnect: false },
    });
  });
});
