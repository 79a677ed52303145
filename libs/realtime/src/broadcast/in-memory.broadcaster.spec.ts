import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { RealtimeModule } from '../realtime.module.js';
import type { RealtimeSettings } from '../realtime.options.js';
import { InMemoryRealtimeBroadcaster } from './in-memory.broadcaster.js';
import { IRealtimeBroadcaster } from './realtime.broadcaster.js';

const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { note: z.object({ text: z.string() }), count: z.number() },
});
const ping = defineRealtimeChannel({ name: 'ping', scope: 'public', payload: z.number() });
const [first, second] = ['1', '2'].map((orderId) => orders.with({ orderId }));

describe('InMemoryRealtimeBroadcaster', () => {
  let app: TestingModule;

  async function boot(settings: RealtimeSettings = {}): Promise<InMemoryRealtimeBroadcaster> {
    app = await Test.createTestingModule({
      imports: [RealtimeModule.forRoot({ mode: 'in-memory', ...settings }), RealtimeModule.forFeature([orders, ping])],
    }).compile();
    await app.init();
    return app.get(InMemoryRealtimeBroadcaster);
  }
  afterEach(() => app.close());

  it('is the IRealtimeBroadcaster of the application, and can be injected by its own class', async () => {
    expect(await boot()).toBe(app.get(IRealtimeBroadcaster));
  });

  it('keeps the newest broadcasts, and removes them on clear()', async () => {
    const realtime = await boot({ inMemoryRecord: 3 });
    for (let n = 1; n <= 5; n++) await realtime.broadcast(ping, n);
    expect(realtime.broadcasts.map(({ payload }) => payload)).toEqual([3, 4, 5]);
    realtime.clear();
    expect(realtime.broadcasts).toEqual([]);
    await realtime.broadcast(ping, 6);
    expect(realtime.broadcasts).toEqual([{ channel: 'ping', event: 'message', payload: 6 }]);
  });

  it('delivers to the listeners of the concrete channel, after gate 4 and before the broadcast resolves', async () => {
    const realtime = await boot();
    const heard: unknown[] = [];
    realtime.subscribe(first, (event, payload) => heard.push(['first', event, payload]));
    realtime.subscribe(first, (event, payload) => heard.push(['again', event, payload]));
    realtime.subscribe(ping, (event, payload) => heard.push(['ping', event, payload]));
    await realtime.broadcast(first, 'note', { text: 'a', secret: 'x' });
    await realtime.broadcast(second, 'note', { text: 'elsewhere' });
    await realtime.broadcast(ping, 1);
    await expect(realtime.broadcast(first, 'count', 'x')).rejects.toThrow('its payload is invalid');
    expect(heard).toEqual([
      ['first', 'note', { text: 'a' }],
      ['again', 'note', { text: 'a' }],
      ['ping', 'message', 1],
    ]);
  });

  it('gives each listener and the record a separate payload', async () => {
    const realtime = await boot();
    const heard: unknown[] = [];
    realtime.subscribe(first, (_event, payload) => Object.assign(payload as object, { text: 'changed' }));
    realtime.subscribe(first, (_event, payload) => heard.push(payload));
    await realtime.broadcast(first, 'note', { text: 'a' });
    expect([...heard, realtime.broadcasts[0].payload]).toEqual([{ text: 'a' }, { text: 'a' }]);
  });

  it('calls no listener that was removed, even if an earlier listener of the same event removed it', async () => {
    const realtime = await boot();
    const heard: string[] = [];
    const same = (): unknown => heard.push('same');
    const offs = [realtime.subscribe(ping, same), realtime.subscribe(ping, same)];
    realtime.subscribe(ping, () => offLate());
    const offLate = realtime.subscribe(ping, () => heard.push('late'));
    offs[0]();
    offs[0]();
    await realtime.broadcast(ping, 1);
    offs[1]();
    await realtime.broadcast(ping, 2);
    expect(heard).toEqual(['same']);
  });

  it('keeps the order of events for every listener when one of them broadcasts', async () => {
    const realtime = await boot();
    const heard: number[] = [];
    realtime.subscribe(ping, (_event, n) => (n === 1 ? realtime.broadcast(ping, 2) : undefined));
    realtime.subscribe(ping, (_event, n) => heard.push(n));
    await realtime.broadcast(ping, 1);
    expect(heard).toEqual([1, 2]);
  });

  it('logs what a listener throws or rejects with, and continues', async () => {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const realtime = await boot();
    const heard: number[] = [];
    realtime.subscribe(ping, () => {
      throw new Error('thrown');
    });
    realtime.subscribe(ping, () => Promise.reject(new Error('rejected')));
    realtime.subscribe(ping, (_event, n) => heard.push(n));
    await realtime.broadcast(ping, 1);
    await realtime.broadcast(ping, 2);
    const lines = logged.mock.calls.map(([message, stack]) => `${message}: ${String(stack).trim().split('\n')[0]}`);
    logged.mockRestore();
    expect(heard).toEqual([1, 2]);
    expect(lines).toContain('A listener of channel "ping" failed at "message": Error: thrown');
    expect(lines).toContain('A listener of channel "ping" failed at "message": Error: rejected');
  });

  it('delivers an event of several channels on each of them, and records whose connections it is for', async () => {
    const realtime = await boot();
    const heard: unknown[] = [];
    realtime.subscribe(first, (event, payload) => heard.push(['first', event, payload]));
    realtime.subscribe(second, (event, payload) => heard.push(['second', event, payload]));
    await realtime.broadcast([second, first], 'count', 1, { except: { userId: 'ada' } });
    await realtime.send({ sessionId: 's1' }, second, 'count', 2);
    expect(heard).toEqual([
      ['second', 'count', 1],
      ['first', 'count', 1],
      ['second', 'count', 2],
    ]);
    expect(realtime.broadcasts).toEqual([
      { channel: 'orders.2', event: 'count', payload: 1, except: [{ userId: 'ada' }] },
      { channel: 'orders.1', event: 'count', payload: 1, except: [{ userId: 'ada' }] },
      { channel: 'orders.2', event: 'count', payload: 2, to: { sessionId: 's1' } },
    ]);
  });

  it('refuses a listener for a name with open params, for a bare name and for a list', async () => {
    const realtime = await boot();
    const subscribe = (target: unknown) => () => realtime.subscribe(target as never, () => undefined);
    expect(subscribe(orders)).toThrow(
      '"orders.{orderId}" is not a concrete name of channel "orders.{orderId}"; pass channel.with({ ... }).',
    );
    expect(subscribe('ping')).toThrow('"ping" is a name, and a name is no target; pass the descriptor');
    expect(subscribe([ping])).toThrow('A list is no channel here; call once for each of them.');
  });

  it('refuses broadcasts and listeners when the application uses another transport', async () => {
    const realtime = await boot({ mode: 'server' });
    expect(realtime).not.toBe(app.get(IRealtimeBroadcaster));
    const fault =
      "InMemoryRealtimeBroadcaster is not in use because the mode is 'server'; inject IRealtimeBroadcaster, or set mode: 'in-memory'.";
    await expect(realtime.broadcast(ping, 1)).rejects.toThrow(fault);
    expect(() => realtime.subscribe(ping, () => undefined)).toThrow(fault);
    expect(realtime.broadcasts).toEqual([]);
  });
});
