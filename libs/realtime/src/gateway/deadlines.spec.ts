import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { collectGarbage } from '../../../../test/kit/garbage.js';
import { Deadlines, Expiring } from './deadlines.js';

const TIMEOUT = 100;

/** Calls back when its time is over. */
class Waiting extends Expiring {
  constructor(private readonly onExpire: () => void) {
    super();
  }

  expire(): void {
    this.onExpire();
  }
}

describe('deadlines', () => {
  let deadlines: Deadlines;
  let late: string[];
  const add = (name: string): Waiting => {
    const one = new Waiting(() => late.push(name));
    deadlines.add(one);
    return one;
  };

  beforeEach(() => {
    jest.useFakeTimers();
    deadlines = new Deadlines(TIMEOUT);
    late = [];
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('expire one after the other, each in its time, with one timer for all', () => {
    add('first');
    add('with the first');
    jest.advanceTimersByTime(30);
    add('second');
    expect(jest.getTimerCount()).toBe(1);
    jest.advanceTimersByTime(69);
    expect(late).toEqual([]);
    jest.advanceTimersByTime(1);
    expect(late).toEqual(['first']);
    // each expires in its own turn of the event loop, which the fake clock counts as a millisecond
    jest.advanceTimersByTime(1);
    expect(late).toEqual(['first', 'with the first']);
    jest.advanceTimersByTime(28);
    expect(late).toHaveLength(2);
    jest.advanceTimersByTime(1);
    expect(late).toEqual(['first', 'with the first', 'second']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('let an entry run when an earlier one releases it, though both are due', async () => {
    jest.useRealTimers();
    const own = new Deadlines(1);
    const outcome: string[] = [];
    await new Promise<void>((resolve) => {
      let release!: () => void;
      const turn = new Promise<void>((free) => (release = free));
      own.add(new Waiting(() => release()));
      const second = new Waiting(() => outcome.push('late'));
      own.add(second);
      void turn.then(() => {
        own.delete(second);
        outcome.push('served');
        // the turn in which the second would expire, and one more
        setImmediate(() => setImmediate(resolve));
      });
      // Both are due before the timer can fire.
      for (const end = performance.now() + 5; performance.now() < end;);
    });
    expect(outcome).toEqual(['served']);
  });

  it('never expire deleted entries, and do not retain them', async () => {
    /** Adds four, and deletes all but the third. */
    const addAndDelete = (): WeakRef<Waiting>[] => {
      const all = ['first', 'second', 'third', 'fourth'].map(add);
      for (const left of [1, 0, 0, 3]) deadlines.delete(all[left]);
      return all.map((one) => new WeakRef(one));
    };
    const refs = addAndDelete();
    expect(deadlines.size).toBe(1);
    await collectGarbage();
    expect(refs.map((ref) => ref.deref() !== undefined)).toEqual([false, false, true, false]);
    jest.advanceTimersByTime(TIMEOUT);
    expect(late).toEqual(['third']);
    expect([deadlines.size, jest.getTimerCount()]).toEqual([0, 0]);
  });

  it('set one timer for many entries that follow each other', () => {
    const set = jest.spyOn(globalThis, 'setTimeout');
    for (let i = 0; i < 1_000; i++) deadlines.delete(add('quick'));
    expect(set).toHaveBeenCalledTimes(1);
  });

  it('keep the process alive while entries exist, and not after', () => {
    const set = jest.spyOn(globalThis, 'setTimeout');
    const held = () => set.mock.results.map(({ value }) => (value as NodeJS.Timeout).hasRef());
    const [first, second] = [add('first'), add('second')];
    deadlines.delete(first);
    expect(held()).toEqual([true]);
    deadlines.delete(second);
    expect(held()).toEqual([false]);
    deadlines.delete(add('third'));
    expect(held()).toEqual([false]);
    add('fourth');
    expect(held()).toEqual([true]);
  });

  it('expire the remaining entries after one has thrown', () => {
    deadlines.add(
      new Waiting(() => {
        throw new Error('own');
      }),
    );
    add('second');
    expect(() => jest.advanceTimersByTime(TIMEOUT)).toThrow('own');
    jest.advanceTimersByTime(1);
    expect(late).toEqual(['second']);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('support timeouts longer than one timer of Node can run', () => {
    const set = jest.spyOn(globalThis, 'setTimeout');
    const years = 2 ** 40;
    new Deadlines(years).add(new Waiting(() => late.push('in years')));
    jest.advanceTimersByTime(2 ** 31);
    expect(late).toEqual([]);
    expect(set.mock.calls.map(([, delay]) => delay! < 2 ** 31)).toEqual([true, true]);
  });

  it('expire outside the async context of the entry that was added first', async () => {
    jest.useRealTimers();
    const context = new AsyncLocalStorage<string>();
    const own = new Deadlines(1);
    const found = new Promise((resolve) =>
      context.run('of the first', () => own.add(new Waiting(() => resolve(context.getStore())))),
    );
    expect(await found).toBeUndefined();
  });

  it('expire in the same order as with one timer per entry, in any sequence of additions and deletions', () => {
    const step = fc.record({ act: fc.constantFrom('add', 'add', 'delete', 'wait'), by: fc.nat(70) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        deadlines = new Deadlines(TIMEOUT);
        late = [];
        const expected: string[] = [];
        const present = new Map<Waiting, NodeJS.Timeout>();
        for (const [number, { act, by }] of steps.entries()) {
          if (act === 'wait') jest.advanceTimersByTime(by);
          if (act === 'add') {
            const name = `${number}`;
            const one = add(name);
            present.set(
              one,
              setTimeout(() => expected.push(name) && present.delete(one), TIMEOUT),
            );
          }
          if (act === 'delete' && present.size > 0) {
            const one = [...present.keys()][by % present.size];
            deadlines.delete(one);
            clearTimeout(present.get(one));
            present.delete(one);
          }
          // entries that are due at the same moment expire one after the other
          expect(late).toEqual(expected.slice(0, late.length));
          expect(jest.getTimerCount() - present.size).toBeLessThanOrEqual(1);
        }
        jest.advanceTimersByTime(2 * TIMEOUT + steps.length);
        expect(late).toEqual(expected);
        expect(jest.getTimerCount()).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
