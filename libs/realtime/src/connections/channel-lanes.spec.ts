import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { heapInUse } from '../../../../test/kit/garbage.js';
import { ChannelLanes } from './channel-lanes.js';
import { withDeadline } from './deadline.js';

function fail(): never {
  throw new Error('own');
}

describe('channel lanes', () => {
  it('give the first request of a channel its turn at once, and the next one after it', async () => {
    const lanes = new ChannelLanes();
    const [first, second, other] = [lanes.take('a'), lanes.take('a'), lanes.take('b')];
    expect(first.ready).toBeNull();
    expect(other.ready).toBeNull();
    const order: string[] = [];
    const entered = second.ready!.then(() => order.push('second'));
    other.release();
    await setImmediate();
    expect(order).toEqual([]);
    first.release();
    await entered;
    expect(order).toEqual(['second']);
    second.release();
  });

  it('forget a lane once no request holds it', () => {
    const lanes = new ChannelLanes();
    expect(lanes.isBusy('a')).toBe(false);
    const [first, second] = [lanes.take('a'), lanes.take('a')];
    first.release();
    expect(lanes.isBusy('a')).toBe(true);
    second.release();
    expect(lanes.isBusy('a')).toBe(false);
    expect(lanes.take('a').ready).toBeNull();
  });

  it('let a request give up its place without changing the turns of those ahead of it', async () => {
    const lanes = new ChannelLanes();
    const [holder, ahead, impatient, behind] = ['a', 'a', 'a', 'a'].map((channel) => lanes.take(channel));
    const order: string[] = [];
    void ahead.ready!.then(() => order.push('ahead'));
    void behind.ready!.then(() => order.push('behind'));
    impatient.release();
    await setImmediate();
    expect(order).toEqual([]);
    holder.release();
    await setImmediate();
    expect(order).toEqual(['ahead']);
    ahead.release();
    await setImmediate();
    expect(order).toEqual(['ahead', 'behind']);
    behind.release();
    expect(lanes.isBusy('a')).toBe(false);
  });

  it('run synchronous work in its turn, and continue after it throws', async () => {
    const lanes = new ChannelLanes();
    const order: string[] = [];
    lanes.run('a', () => order.push('at once'));
    const turn = lanes.take('a');
    lanes.run('a', () => order.push('in turn'));
    lanes.run('b', () => order.push('beside'));
    turn.release();
    await setImmediate();
    expect(order).toEqual(['at once', 'beside', 'in turn']);
    expect(() => lanes.run('a', fail)).toThrow('own');
    expect(lanes.isBusy('a')).toBe(false);
  });

  it('run work on several channels, each in its turn, and hold all of them until the last is done', async () => {
    const lanes = new ChannelLanes();
    const order: string[] = [];
    lanes.runAll([], fail, () => order.push('nothing to do'));
    const turn = lanes.take('a');
    lanes.runAll(
      ['a', 'b', 'c'],
      (channel) => order.push(channel),
      () => order.push('done'),
    );
    lanes.run('b', () => order.push('b again'));
    await setImmediate();
    expect(order).toEqual(['nothing to do', 'b', 'c']);
    turn.release();
    await setImmediate();
    expect(order).toEqual(['nothing to do', 'b', 'c', 'a', 'done', 'b again']);
    expect(['a', 'b', 'c'].filter((channel) => lanes.isBusy(channel))).toEqual([]);
    expect(() => lanes.runAll(['a'], () => undefined, fail)).toThrow('own');
    expect(() => lanes.runAll(['a'], fail, () => order.push('after a throw'))).toThrow('own');
    expect(order.at(-1)).toBe('after a throw');
    expect(lanes.isBusy('a')).toBe(false);
  });

  it('keep the order of every lane and leave no lane behind, in whatever order turns are released', async () => {
    const step = fc.record({ channel: fc.constantFrom('a', 'b', '__proto__', 'constructor'), ticks: fc.nat(3) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
        const lanes = new ChannelLanes();
        const running = new Map<string, number>();
        const done = new Map<string, number[]>();
        const tasks = steps.map(async ({ channel, ticks }, number) => {
          const turn = lanes.take(channel);
          if (turn.ready) await turn.ready;
          running.set(channel, (running.get(channel) ?? 0) + 1);
          expect(running.get(channel)).toBe(1);
          expect(lanes.isBusy(channel)).toBe(true);
          for (let i = 0; i < ticks; i++) await Promise.resolve();
          if (ticks === 3) await setImmediate();
          done.set(channel, [...(done.get(channel) ?? []), number]);
          running.set(channel, 0);
          turn.release();
        });
        await Promise.all(tasks);
        for (const numbers of done.values()) expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
        expect([...done.values()].flat()).toHaveLength(steps.length);
        for (const { channel } of steps) expect(lanes.isBusy(channel)).toBe(false);
      }),
      { numRuns: 150 },
    );
  });

  it('behave as queues, in whatever order requests finish or give up', async () => {
    const step = fc.record({
      channel: fc.constantFrom('a', 'b', 'c'),
      act: fc.constantFrom('take', 'run', 'release', 'release'),
      which: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        const lanes = new ChannelLanes();
        const queues = new Map<string, number[]>(['a', 'b', 'c'].map((channel) => [channel, []]));
        const held = new Map<number, { channel: string; release(): void }>();
        const [entered, expected, runs] = [new Set<number>(), new Set<number>(), new Set<number>()];
        const settle = async (): Promise<void> => {
          for (const [channel, queue] of queues) {
            while (queue.length > 0 && runs.has(queue[0])) expected.add(queue.shift()!);
            if (queue.length > 0) expected.add(queue[0]);
            await setImmediate();
            expect(lanes.isBusy(channel)).toBe(queue.length > 0);
          }
          expect(entered).toEqual(expected);
        };
        const release = async (number: number): Promise<void> => {
          const { channel, release } = held.get(number)!;
          held.delete(number);
          queues.set(
            channel,
            queues.get(channel)!.filter((other) => other !== number),
          );
          release();
          await settle();
        };
        for (const [number, { channel, act, which }] of steps.entries()) {
          if (act === 'release') {
            if (held.size > 0) await release([...held.keys()][which % held.size]);
            continue;
          }
          if (act === 'run') {
            runs.add(number);
            lanes.run(channel, () => entered.add(number));
          } else {
            const turn = lanes.take(channel);
            expect(turn.ready === null).toBe(queues.get(channel)!.length === 0);
            if (turn.ready) void turn.ready.then(() => entered.add(number));
            else entered.add(number);
            held.set(number, { channel, release: () => turn.release() });
          }
          queues.get(channel)!.push(number);
          await settle();
        }
        for (const number of [...held.keys()].reverse()) await release(number);
      }),
      { numRuns: 150 },
    );
  });
});

describe('the memory of channel lanes', () => {
  const COUNT = 20_000;

  /** Bytes for each of many lanes after `use`. */
  async function bytesAfter(use: (lanes: ChannelLanes) => void): Promise<number> {
    const before = await heapInUse();
    const many = Array.from({ length: COUNT }, () => {
      const lanes = new ChannelLanes();
      use(lanes);
      return lanes;
    });
    const after = await heapInUse();
    expect(many).toHaveLength(COUNT);
    return (after - before) / COUNT;
  }

  it('is as small after the last request as before the first', async () => {
    const unused = await bytesAfter(() => undefined);
    const used = await bytesAfter((lanes) => {
      const turns = ['a', 'b', 'c', 'a', 'b'].map((channel) => lanes.take(channel));
      for (const turn of turns) turn.release();
    });
    expect(used - unused).toBeLessThan(24);
  });
});

describe('a deadline', () => {
  afterEach(() => {
    jest.useRealTimers();
  });
  const late = new Error('late');

  it('gives the outcome of work that finishes in time, and leaves no timer', async () => {
    jest.useFakeTimers();
    await expect(withDeadline(Promise.resolve(1), 100, () => late)).resolves.toBe(1);
    await expect(withDeadline(Promise.reject(new Error('own')), 100, () => late)).rejects.toThrow('own');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('rejects in time for work that takes longer, and ignores its later outcome', async () => {
    jest.useFakeTimers();
    let fail: (error: Error) => void = () => undefined;
    const waiting = withDeadline(new Promise((_, reject) => (fail = reject)), 100, () => late);
    const outcome = expect(waiting).rejects.toBe(late);
    jest.advanceTimersByTime(99);
    jest.advanceTimersByTime(1);
    await outcome;
    fail(new Error('long after'));
    await Promise.resolve();
    expect(jest.getTimerCount()).toBe(0);
  });
});
