import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { type Liveness, livenessOf } from './liveness.js';

/** What happens to a line, one after another. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 1, max: 5_000 }) }),
  // The machine sleeps: the clock goes on, and no timer runs.
  fc.record({ kind: fc.constant('sleep' as const), ms: fc.integer({ min: 1, max: 600_000 }) }),
  fc.record({ kind: fc.constant('hear' as const), ms: fc.constant(0) }),
  fc.record({ kind: fc.constant('look' as const), ms: fc.constant(0) }),
);
const steps = fc.array(step, { maxLength: 15 });
const silences = fc.integer({ min: 500, max: 60_000 });

describe('the liveness of a line', () => {
  let liveness: Liveness;
  let lost: jest.Mock<() => void>;
  let asked: number;

  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  /** @param delay how long the server takes to answer; Infinity if it is dead. */
  function begin(silence: number, delay: () => number): void {
    asked = 0;
    lost = jest.fn(() => liveness.stop());
    const ask = (answered: () => void): void => {
      asked++;
      if (delay() < Infinity) setTimeout(() => (liveness.heard(), answered()), delay());
    };
    liveness = livenessOf(ask, lost, silence);
  }
  function play(story: readonly { readonly kind: string; readonly ms: number }[]): void {
    for (const { kind, ms } of story) {
      if (kind === 'wait') jest.advanceTimersByTime(ms);
      else if (kind === 'sleep') jest.setSystemTime(Date.now() + ms);
      else if (kind === 'hear') liveness.heard();
      else liveness.look();
    }
  }

  it('is never doubted for good while the server answers in time, whatever happens', () => {
    fc.assert(
      fc.property(silences, fc.double({ min: 0, max: 0.9, noNaN: true }), steps, (silence, share, story) => {
        begin(silence, () => Math.floor(Math.min(4_000, silence / 2) * share));
        play(story);
        jest.advanceTimersByTime(3 * silence);
        expect(lost).not.toHaveBeenCalled();
        liveness.stop();
      }),
    );
  });

  it('ends within the silence, and a sign of life before it was asked, once the server is dead', () => {
    fc.assert(
      fc.property(silences, steps, (silence, story) => {
        let isDead = false;
        begin(silence, () => (isDead ? Infinity : 0));
        play(story);
        jest.advanceTimersByTime(silence);
        isDead = true;
        const patience = Math.min(4_000, silence / 2);
        jest.advanceTimersByTime(silence + patience + 2);
        expect(lost).toHaveBeenCalledTimes(1);
      }),
    );
  });

  it('is settled within seconds where someone looks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 8_000, max: 60_000 }), (silence) => {
        begin(silence, () => Infinity);
        liveness.look();
        liveness.look();
        expect(asked).toBe(1);
        jest.advanceTimersByTime(4_001);
        expect(lost).toHaveBeenCalledTimes(1);
      }),
    );
  });

  it('is asked again after a sleep while it waits for the answer', () => {
    begin(45_000, () => Infinity);
    liveness.look();
    jest.setSystemTime(Date.now() + 60_000);
    jest.advanceTimersByTime(4_001);
    expect([asked, lost.mock.calls.length]).toEqual([2, 0]);
    jest.advanceTimersByTime(4_001);
    expect(lost).toHaveBeenCalledTimes(1);
  });
});
