import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { Pace } from './pace.js';

const LIMITS = { messagesPerSecond: 20, messageBurst: 5, payloadBytes: 1, subscriptionsPerConnection: 1 };
const ASKED = 30;

/** The bucket of a server, which refuses what it has no token for. */
class Bucket {
  refused = 0;
  private tokens = LIMITS.messageBurst;
  private at = performance.now();

  take(): void {
    const now = performance.now();
    const filled = this.tokens + ((now - this.at) * LIMITS.messagesPerSecond) / 1_000;
    this.tokens = Math.min(LIMITS.messageBurst, filled);
    this.at = now;
    if (this.tokens >= 1) this.tokens -= 1;
    else this.refused++;
  }
}

describe('the pace of a client', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('never asks for more than the server has, however long the network holds each request and answer back', () => {
    const journey = fc.record({ there: fc.nat(450), back: fc.nat(450), pause: fc.nat(60) });
    fc.assert(
      fc.property(fc.array(journey, { minLength: ASKED, maxLength: ASKED }), (journeys) => {
        const bucket = new Bucket();
        const pace = new Pace(LIMITS);
        const order: number[] = [];
        let newest = 0;
        journeys.forEach(({ there, back, pause }, n) => {
          jest.advanceTimersByTime(pause);
          pace.enter(() => {
            const answered = pace.spend();
            order.push(n);
            // Requests arrive in the order in which they were sent.
            newest = Math.max(newest, performance.now() + there);
            setTimeout(() => {
              bucket.take();
              setTimeout(answered, back);
            }, newest - performance.now());
          }, true);
        });
        jest.advanceTimersByTime(60_000);
        expect(order).toEqual(journeys.map((_, n) => n));
        expect(bucket.refused).toBe(0);
      }),
      { numRuns: 200 },
    );
  });

  it('goes on a second after requests to which no answer comes', () => {
    const pace = new Pace(LIMITS);
    let sent = 0;
    for (let n = 0; n < ASKED; n++) pace.enter(() => [sent++, pace.spend()], true);
    expect(sent).toBe(5);
    jest.advanceTimersByTime(60_000);
    expect(sent).toBe(ASKED);
  });

  it('lets what must not wait go first, and forgets what waits no longer', () => {
    const pace = new Pace(LIMITS);
    const order: string[] = [];
    const ask = (name: string, isMessage: boolean) =>
      pace.enter(() => {
        order.push(name);
        pace.spend()();
      }, isMessage);
    for (let n = 0; n < 5; n++) ask('burst', true);
    ask('message', true);
    ask('withdrawn', true)();
    ask('subscription', false);
    jest.advanceTimersByTime(5_000);
    expect(order.slice(5)).toEqual(['subscription', 'message']);
  });

  it('is none where the server gives numbers that are none', () => {
    const pace = new Pace({} as typeof LIMITS);
    let sent = 0;
    for (let n = 0; n < 1_000; n++) pace.enter(() => [sent++, pace.spend()], true);
    expect(sent).toBe(1_000);
  });

  it('waits no shorter than it must where the server allows next to nothing', () => {
    const pace = new Pace({ ...LIMITS, messagesPerSecond: 1e-9 });
    let sent = 0;
    for (let n = 0; n < ASKED; n++) pace.enter(() => [sent++, pace.spend()()], true);
    const timers = jest.spyOn(globalThis, 'setTimeout');
    jest.advanceTimersByTime(1_000);
    expect([sent, timers.mock.calls.length, jest.getTimerCount()]).toEqual([5, 0, 1]);
    timers.mockRestore();
    pace.stop();
    expect(jest.getTimerCount()).toBe(0);
  });
});
