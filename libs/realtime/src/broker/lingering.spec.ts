import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Lingering } from './lingering.js';

describe('what several users share', () => {
  const ended: string[] = [];
  const lingering = () => new Lingering<string>((value, key) => void ended.push(`${key} ${value}`));

  beforeEach(() => {
    jest.useFakeTimers();
    ended.length = 0;
  });
  afterEach(() => void jest.useRealTimers());

  it('ends five seconds after the last user', () => {
    const values = lingering();
    expect(values.hold('a', () => 'first')).toBe('first');
    expect(values.hold('a', () => 'second')).toBe('first');
    values.release('a');
    jest.advanceTimersByTime(10_000);
    values.release('a');
    jest.advanceTimersByTime(4_999);
    expect([values.size, ended]).toEqual([1, []]);
    jest.advanceTimersByTime(1);
    expect([values.size, ended]).toEqual([0, ['a first']]);
    expect(values.hold('a', () => 'second')).toBe('second');
  });

  it('goes on for a user who comes back in time', () => {
    const values = lingering();
    values.hold('a', () => 'first');
    values.release('a');
    jest.advanceTimersByTime(4_000);
    expect(values.hold('a', () => 'second')).toBe('first');
    jest.advanceTimersByTime(60_000);
    expect(ended).toEqual([]);
  });

  it('ends at once when all of it is cleared', () => {
    const values = lingering();
    values.hold('a', () => 'first');
    values.hold('b', () => 'second');
    values.release('b');
    values.clear();
    jest.advanceTimersByTime(10_000);
    expect(ended).toEqual(['a first', 'b second']);
    expect(values.values()).toEqual([]);
  });
});
