import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import fc from 'fast-check';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import { ChannelLanes } from './channel-lanes.js';
import { withDeadline } from './deadline.js';
import { RealtimeContext } from './realtime-context.js';
import { RealtimeConnection } from './realtime.connection.js';

class Connection extends RealtimeConnection {
  readonly moves: string[] = [];
  override get handshake(): RealtimeHandshake {
    return { auth: {}, cookies: {}, headers: {}, address: '127.0.0.1' };
  }
  override get client(): unknown {
    return this;
  }
  protected override enter(channel: string): void {
    this.moves.push(`+${channel}`);
  }
  protected override exit(channel: string): void {
    this.moves.push(`-${channel}`);
  }
}

class Shipped {
  at: string;
}
const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'public',
  events: { shipped: Shipped },
  messages: { add: Shipped },
});
const match = { descriptor: orders, params: { orderId: '42' } };

describe('channel lanes', () => {
  it('let the first in at once and the next after it, per channel', async () => {
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

  it('forget a lane once nobody holds it', () => {
    const lanes = new ChannelLanes();
    expect(lanes.isBusy('a')).toBe(false);
    const [first, second] = [lanes.take('a'), lanes.take('a')];
    first.release();
    expect(lanes.isBusy('a')).toBe(true);
    second.release();
    expect(lanes.isBusy('a')).toBe(false);
    expect(lanes.take('a').ready).toBeNull();
  });

  it('keep the order of every lane and leave none behind, however releases interleave', async () => {
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
        expect(Reflect.get(lanes, 'lanes')).toBeNull();
      }),
      { numRuns: 150 },
    );
  });
});

describe('a deadline', () => {
  afterEach(() => {
    jest.useRealTimers();
  });
  const late = new Error('late');

  it('gives the outcome of work that is done in time, and leaves no timer', async () => {
    jest.useFakeTimers();
    await expect(withDeadline(Promise.resolve(1), 100, late)).resolves.toBe(1);
    await expect(withDeadline(Promise.reject(new Error('own')), 100, late)).rejects.toThrow('own');
    expect(jest.getTimerCount()).toBe(0);
  });

  it('rejects in time for work that takes longer, and swallows what comes of it later', async () => {
    jest.useFakeTimers();
    let fail: (error: Error) => void = () => undefined;
    const waiting = withDeadline(new Promise((_, reject) => (fail = reject)), 100, late);
    const outcome = expect(waiting).rejects.toBe(late);
    jest.advanceTimersByTime(99);
    jest.advanceTimersByTime(1);
    await outcome;
    fail(new Error('long after'));
    await Promise.resolve();
    expect(jest.getTimerCount()).toBe(0);
  });
});

describe('a context', () => {
  const context = (connection: Connection, broadcast = jest.fn(async () => undefined)) =>
    new RealtimeContext<typeof orders>(connection, 'orders.42', match, 'add', { at: '' }, broadcast);

  it('tells who speaks, and where', () => {
    const connection = new Connection('c1');
    const of = context(connection);
    expect([of.userId, of.user, of.roles]).toEqual([null, null, []]);
    connection.user = { userId: 'ada', roles: ['admin'] };
    expect([of.userId, of.user, of.roles]).toEqual(['ada', connection.user, ['admin']]);
    expect(of).toMatchObject({ gate: 'message', channel: 'orders.42', event: 'add', connectionId: 'c1' });
    expect([of.params, of.descriptor]).toEqual([{ orderId: '42' }, orders]);
  });

  it('broadcasts on its own channel', async () => {
    const broadcast = jest.fn(async () => undefined);
    await context(new Connection('c1'), broadcast).broadcast('shipped', { at: 'now' });
    expect(broadcast).toHaveBeenCalledWith(
      { descriptor: orders, name: 'orders.42', params: { orderId: '42' } },
      'shipped',
      { at: 'now' },
    );
  });

  it('makes its signal when it is first read, and only one', () => {
    const of = context(new Connection('c1'));
    expect(Reflect.get(of, 'controller')).toBeNull();
    const { signal } = of;
    expect(signal.aborted).toBe(false);
    expect(of.signal).toBe(signal);
  });

  it('hands out a signal that has fired where it was aborted before the first read', () => {
    const of = context(new Connection('c1'));
    const reason = new Error('gone');
    of.abort(reason);
    expect(of.signal.aborted).toBe(true);
    expect(of.signal.reason).toBe(reason);
  });

  it('keeps the first reason and fires once', () => {
    const of = context(new Connection('c1'));
    const fired = jest.fn();
    of.signal.addEventListener('abort', fired);
    const first = new Error('first');
    of.abort(first);
    of.abort(new Error('second'));
    expect(of.signal.reason).toBe(first);
    expect(fired).toHaveBeenCalledTimes(1);
  });
});

describe('a connection', () => {
  it('lets broadcasts in with an admission and stops them with its end', () => {
    const connection = new Connection('c1');
    connection.join('orders.42', match);
    connection.join('orders.42', match);
    expect(connection.subscriptions.get('orders.42')).toBe(match);
    expect(connection.leave('orders.42')).toBe(match);
    expect(connection.leave('orders.42')).toBeNull();
    expect(connection.moves.at(-1)).toBe('-orders.42');
    expect(connection.moves.filter((move) => move.startsWith('-'))).toHaveLength(1);
  });

  it('joins nothing and runs nothing once it has ended', () => {
    const connection = new Connection('c1');
    connection.join('orders.1', match);
    const running = { abort: jest.fn() };
    connection.running.add(running);
    connection.end();
    expect(connection.closed).toBe(true);
    expect(running.abort).toHaveBeenCalledWith(expect.objectContaining({ message: 'The connection has ended' }));
    connection.join('orders.42', match);
    expect([...connection.subscriptions]).toEqual([]);
    expect(connection.moves).toEqual(['+orders.1']);
  });
});
