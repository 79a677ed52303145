import { AssertionError } from 'node:assert';
import { Injectable, Logger, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { Exclude } from 'class-transformer';
import { IsDate, IsInt, IsString } from 'class-validator';
import { z } from 'zod';
import { IRealtimeBroadcaster } from '../broadcast/realtime.broadcaster.js';
import { BroadcastFault } from '../guards/broadcast.guard.js';
import { RealtimeModule } from '../realtime.module.js';
import { RecordingRealtimeBroadcaster } from './recording.broadcaster.js';

class Shipped {
  @IsDate()
  at: Date;
  @IsInt()
  parcels: number;
  @IsString()
  @Exclude({ toPlainOnly: true })
  depot: string;
}
class Undecorated {
  text: string;
}
const shipped = (): Shipped => Object.assign(new Shipped(), { at: new Date(0), parcels: 2, depot: 'east', secret: 1 });

const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { shipped: Shipped, note: z.object({ text: z.string() }) },
});
const rival = defineRealtimeChannel({ name: 'orders.{id}', scope: 'public', payload: z.number() });
const bare = defineRealtimeChannel({ name: 'bare', scope: 'public', payload: Undecorated });
const ping = defineRealtimeChannel({ name: 'ping', scope: 'public', payload: z.number() });
const mute = defineRealtimeChannel({ name: 'mute', scope: 'public' });
const order = orders.with({ orderId: '42' });

describe('RecordingRealtimeBroadcaster', () => {
  let realtime: RecordingRealtimeBroadcaster;
  beforeEach(() => {
    realtime = new RecordingRealtimeBroadcaster();
    jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  });
  afterEach(() => void jest.restoreAllMocks());

  it('records payloads as they would be sent, with the name of the event', async () => {
    const port: IRealtimeBroadcaster = realtime;
    await port.broadcast(order, 'shipped', shipped());
    await port.broadcast(ping, 1);
    expect(realtime.broadcasts).toEqual([
      { channel: 'orders.42', event: 'shipped', payload: { at: '1970-01-01T00:00:00.000Z', parcels: 2 } },
      { channel: 'ping', event: 'message', payload: 1 },
    ]);
    realtime.clear();
    expect(realtime.broadcasts).toEqual([]);
  });

  it.each<[string, unknown[], string]>([
    ['an event that the channel does not declare', [order, 'sent', {}], 'declares no event "sent"'],
    ['a payload that its class refuses', [order, 'shipped', { parcels: 'x' }], 'parcels must be an integer'],
    ['a payload that its schema refuses', [order, 'note', { text: 1 }], 'text: Invalid input'],
    ['a payload that JSON cannot hold', [order, 'note', 1n], 'its payload is invalid'],
    [
      'a channel without its params',
      [orders, 'note', { text: 'a' }],
      'is not a concrete name of channel "orders.{orderId}"',
    ],
    [
      'no event',
      [order, { text: 'a' }],
      'names no event; write broadcast(channel, event, payload), with one of shipped,',
    ],
    ['a channel without events', [mute, {}], 'with one of no events so far'],
    ['a name as target', ['ping', 1], '"ping" is a name, and a name is no target'],
    ['a list over two descriptors', [[order, ping], 'note', { text: 'a' }], 'make one broadcast for each descriptor'],
    ['options that do not fit', [order, 'note', { text: 'a' }, { idempotencyKey: 'k' }], 'has no history'],
    ['a bare id to leave out', [order, 'note', { text: 'a' }, { except: 'c1' }], 'does not say whose connections'],
    ['a class without decorators', [bare, { text: 'a' }], 'the class Undecorated, which has no class-validator'],
    ['no channel', [undefined, 'note', {}], 'names no channel'],
    ['an object that is no channel', [{ name: 'ping' }, {}], 'was not made by defineRealtimeChannel()'],
    ['a made-up descriptor', [{ name: 'ping', template: {} }, {}], 'was not made by defineRealtimeChannel()'],
  ])('refuses %s, as gate 4 does', async (_what, args, fault) => {
    const refused = realtime.broadcast(...args);
    const error = await refused.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(BroadcastFault);
    expect((error as Error).message).toContain(fault);
    realtime.assertNothingBroadcast();
  });

  it('records broadcasts to several channels, and events to one party', async () => {
    await realtime.broadcast([order, orders.with({ orderId: '7' })], 'note', { text: 'a' }, { except: 'caller' });
    await realtime.send({ userId: 'ada' }, order, 'note', { text: 'b' });
    await realtime.broadcast([], 'note', { text: 'c' });
    expect(realtime.broadcasts).toEqual([
      { channel: 'orders.42', event: 'note', payload: { text: 'a' } },
      { channel: 'orders.7', event: 'note', payload: { text: 'a' } },
      { channel: 'orders.42', event: 'note', payload: { text: 'b' }, to: { userId: 'ada' } },
    ]);
    await expect(realtime.send('caller', order, 'note', { text: 'c' })).rejects.toThrow("'caller' is the sender");
  });

  it('refuses a second channel that can match the same names', async () => {
    await realtime.broadcast(order, 'note', { text: 'a' });
    await expect(realtime.broadcast(rival.with({ id: '1' }), 1)).rejects.toThrow('can match the same name');
    await expect(realtime.broadcast(rival.with({ id: '1' }), 1)).rejects.toBeInstanceOf(BroadcastFault);
  });

  it('keeps the order of broadcasts that are not awaited, and settles when they are recorded', async () => {
    void realtime.broadcast(order, 'shipped', shipped());
    void realtime.broadcast(order, 'note', { text: 'a' });
    void realtime.broadcast(ping, 1);
    expect(realtime.broadcasts).toEqual([]);
    await realtime.settled();
    expect(realtime.broadcasts.map(({ event }) => event)).toEqual(['shipped', 'note', 'message']);
  });

  it('settles after a refused broadcast too', async () => {
    const refused = expect(realtime.broadcast(ping, 'x')).rejects.toThrow();
    await realtime.settled();
    await refused;
    realtime.assertNothingBroadcast();
  });

  it('returns the payloads of an address, a name or all channels of a descriptor, of one event or all', async () => {
    await realtime.broadcast(order, 'note', { text: 'a' });
    await realtime.broadcast(orders.with({ orderId: '7' }), 'note', { text: 'b' });
    await realtime.broadcast(order, 'shipped', shipped());
    expect(realtime.payloadsOf(order)).toEqual([{ text: 'a' }, { at: '1970-01-01T00:00:00.000Z', parcels: 2 }]);
    expect(realtime.payloadsOf('orders.7')).toEqual([{ text: 'b' }]);
    expect(realtime.payloadsOf(orders, 'note')).toEqual([{ text: 'a' }, { text: 'b' }]);
    expect(realtime.payloadsOf(ping)).toEqual([]);
  });

  it('replaces the broadcaster of an application', async () => {
    @Injectable()
    class Courier {
      constructor(private readonly broadcaster: IRealtimeBroadcaster) {}
      arrived = (orderId: string): Promise<void> =>
        this.broadcaster.broadcast(orders.with({ orderId }), 'note', { text: 'here' });
    }
    @Module({ imports: [RealtimeModule.forRoot(), RealtimeModule.forFeature([orders])], providers: [Courier] })
    class AppModule {}

    const builder = (): ReturnType<typeof Test.createTestingModule> =>
      Test.createTestingModule({ imports: [AppModule] });
    const byClass = await builder()
      .overrideProvider(IRealtimeBroadcaster)
      .useClass(RecordingRealtimeBroadcaster)
      .compile();
    await byClass.get(Courier).arrived('1');
    byClass.get<RecordingRealtimeBroadcaster>(IRealtimeBroadcaster).assertBroadcast('orders.1', 'note');

    const byValue = await builder().overrideProvider(IRealtimeBroadcaster).useValue(realtime).compile();
    await byValue.get(Courier).arrived('2');
    realtime.assertBroadcast(orders.with({ orderId: '2' }), 'note', { text: 'here' });
  });
});

describe('the assertions of a recording', () => {
  let realtime: RecordingRealtimeBroadcaster;
  beforeEach(async () => {
    realtime = new RecordingRealtimeBroadcaster();
    await realtime.broadcast(order, 'shipped', shipped());
    await realtime.broadcast(order, 'note', { text: 'a' });
  });

  function failureOf(assertion: () => void): string {
    try {
      assertion();
    } catch (error) {
      expect(error).toBeInstanceOf(AssertionError);
      expect((error as Error).stack).not.toContain('recording.broadcaster.ts');
      return (error as Error).message;
    }
    throw new Error('The assertion holds');
  }
  const LIST = [
    '  orders.42 shipped {"at":"1970-01-01T00:00:00.000Z","parcels":2}',
    '  orders.42 note {"text":"a"}',
  ].join('\n');

  it('hold for an address, a name and a descriptor, with or without event and payload', () => {
    realtime.assertBroadcast(order);
    realtime.assertBroadcast('orders.42', 'note');
    realtime.assertBroadcast(orders, 'shipped', { at: new Date(0) });
    realtime.assertBroadcast(order, 'shipped', { at: '1970-01-01T00:00:00.000Z', parcels: expect.any(Number) });
    realtime.assertBroadcast(order, undefined, { text: 'a' });
    realtime.assertNotBroadcast(orders.with({ orderId: '7' }));
    realtime.assertNotBroadcast(ping, 'message');
  });

  it('list the broadcasts there were instead', () => {
    expect(failureOf(() => realtime.assertBroadcast(ping))).toBe(
      `Expected a broadcast on ping. Broadcast instead:\n${LIST}`,
    );
    expect(failureOf(() => realtime.assertBroadcast(orders.with({ orderId: '7' }), 'note'))).toBe(
      `Expected a broadcast of "note" on orders.7. Broadcast instead:\n${LIST}`,
    );
    expect(failureOf(() => realtime.assertBroadcast(orders, 'note', { text: expect.stringContaining('b') }))).toBe(
      `Expected a broadcast of "note" on orders.{orderId} with {"text":"StringContaining<b>"}. Broadcast instead:\n${LIST}`,
    );
    expect(failureOf(() => realtime.assertBroadcast(order, 'note', undefined))).toContain('with undefined.');
    realtime.clear();
    expect(failureOf(() => realtime.assertBroadcast('ping', 'message', 1n))).toBe(
      'Expected a broadcast of "message" on ping with 1. Nothing was broadcast.',
    );
  });

  it('list the unexpected broadcasts', () => {
    expect(failureOf(() => realtime.assertNotBroadcast(order, 'note'))).toBe(
      'Expected no broadcast of "note" on orders.42. There was 1:\n  orders.42 note {"text":"a"}',
    );
    expect(failureOf(() => realtime.assertNotBroadcast(orders))).toBe(
      `Expected no broadcast on orders.{orderId}. There were 2:\n${LIST}`,
    );
    for (const assertion of [() => realtime.assertNotBroadcast(), () => realtime.assertNothingBroadcast()]) {
      expect(failureOf(assertion)).toBe(`Expected no broadcast. There were 2:\n${LIST}`);
    }
  });

  it('keep the list short: the newest 20, 200 characters of each payload', async () => {
    for (let n = 0; n < 19; n++) await realtime.broadcast(ping, n);
    await realtime.broadcast(order, 'note', { text: 'x'.repeat(500) });
    const lines = failureOf(() => realtime.assertNothingBroadcast()).split('\n');
    expect(lines.slice(0, 3)).toEqual(['Expected no broadcast. There were 22:', '  (2 older)', '  ping message 0']);
    expect(lines).toHaveLength(22);
    expect(lines.at(-1)).toBe(`  orders.42 note ${JSON.stringify({ text: 'x'.repeat(500) }).slice(0, 200)}…`);
  });

  it('report a broadcast in progress, and do not hold before it is recorded', async () => {
    realtime.clear();
    const sent = realtime.broadcast(ping, 1);
    const waiting = '\n1 still under way: await the code under test, or settled().';
    expect(failureOf(() => realtime.assertBroadcast(ping))).toBe(
      `Expected a broadcast on ping. Nothing was broadcast.${waiting}`,
    );
    expect(failureOf(() => realtime.assertNotBroadcast(ping))).toBe(
      `Expected no broadcast on ping. There was none yet.${waiting}`,
    );
    await sent;
    realtime.assertBroadcast(ping, 'message', 1);
  });

  it.each(['assertBroadcast', 'assertNotBroadcast', 'payloadsOf'] as const)(
    'throw for an event that does not exist: %s',
    (method) => {
      expect(() => realtime[method](order, 'sent' as never)).toThrow(
        'Channel "orders.{orderId}" declares no event "sent" (shipped, note).',
      );
      expect(() => realtime[method](mute, 'toString' as never)).toThrow('declares no event "toString" (none).');
    },
  );
});
