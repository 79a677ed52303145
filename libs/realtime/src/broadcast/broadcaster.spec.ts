import { Injectable, Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { IsDate, IsInt, IsString, Min } from 'class-validator';
import { Exclude } from 'class-transformer';
import { z } from 'zod';
import { BroadcastFault } from '../guards/broadcast.guard.js';
import { IRealtimeTracer, type SpanOptions } from '../instrumentation/realtime.tracer.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RealtimeModule } from '../realtime.module.js';
import { InMemoryRealtimeBroadcaster } from './in-memory.broadcaster.js';
import { IRealtimeBroadcaster } from './realtime.broadcaster.js';

class Shipped {
  @IsDate()
  at: Date;
  @IsInt()
  @Min(1)
  parcels: number;
  @IsString()
  @Exclude({ toPlainOnly: true })
  depot: string;
}
const shipped = (extra: object = {}): Shipped =>
  Object.assign(new Shipped(), { at: new Date(0), parcels: 1, depot: 'east', ...extra });

/** Opens on demand, so that a test decides which of two broadcasts is validated first. */
class Latch {
  open: () => void = () => undefined;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}
let latch = new Latch();

const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: {
    shipped: Shipped,
    note: z.object({ text: z.string() }),
    late: z.object({ n: z.number() }).refine(async ({ n }) => latch.opened.then(() => n >= 0), 'must not be negative'),
    any: z.any(),
  },
});
const ping = defineRealtimeChannel({ name: 'ping', scope: 'public', payload: z.object({ n: z.number() }) });
const word = defineRealtimeChannel({ name: 'word', scope: 'public', payload: z.string().optional() });
const bell = defineRealtimeChannel({ name: 'bell', scope: 'public', events: { rings: z.string().optional() } });
const mute = defineRealtimeChannel({ name: 'mute', scope: 'public' });
const stranger = defineRealtimeChannel({ name: 'stranger', scope: 'public', payload: z.string() });

const spans: SpanOptions[] = [];
@Injectable()
class SpyTracer extends IRealtimeTracer {
  override span<Result>(options: SpanOptions, run: () => Result): Result {
    spans.push(options);
    return run();
  }
}

describe('a broadcast', () => {
  let app: TestingModule;
  let realtime: IRealtimeBroadcaster;
  let memory: InMemoryRealtimeBroadcaster;
  const address = orders.with({ orderId: '42' });

  beforeAll(async () => {
    app = await Test.createTestingModule({
      imports: [
        RealtimeModule.forRoot({ mode: 'in-memory', tracer: SpyTracer }),
        RealtimeModule.forFeature([orders, ping, word, bell, mute]),
      ],
    }).compile();
    await app.init();
    realtime = app.get(IRealtimeBroadcaster);
    memory = realtime as InMemoryRealtimeBroadcaster;
  });
  beforeEach(() => {
    memory.clear();
    spans.length = 0;
    latch = new Latch();
  });
  afterAll(() => app.close());

  /** Expects that nothing is sent, and resolves with the text of the fault. */
  async function faultOf(run: () => Promise<void>): Promise<string> {
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    try {
      const error: unknown = await run().then(
        () => null,
        (reason: unknown) => reason,
      );
      expect(error).toBeInstanceOf(BroadcastFault);
      expect(error).toHaveProperty('name', 'BroadcastFault');
      return (error as Error).message;
    } finally {
      expect(memory.broadcasts).toEqual([]);
      logged.mockRestore();
    }
  }
  const send = (...args: unknown[]) => Reflect.apply(realtime.broadcast, realtime, args) as Promise<void>;

  it('is sent stripped to its schema, through JSON', async () => {
    expect(memory).toBeInstanceOf(InMemoryRealtimeBroadcaster);
    const payload = shipped({ secret: 'x' });
    await realtime.broadcast(address, 'shipped', payload);
    await realtime.broadcast(address, 'note', { text: 'a', secret: 'x' } as { text: string });
    expect(memory.broadcasts).toEqual([
      { channel: 'orders.42', event: 'shipped', payload: { at: '1970-01-01T00:00:00.000Z', parcels: 1 } },
      { channel: 'orders.42', event: 'note', payload: { text: 'a' } },
    ]);
    expect(payload).toMatchObject({ secret: 'x', depot: 'east' });
  });

  it('takes the payload as its second argument where the channel is declared with payload', async () => {
    await realtime.broadcast(ping, { n: 1 });
    await realtime.broadcast(ping.with({}), { n: 2 });
    await realtime.broadcast(ping, 'message', { n: 3 });
    await realtime.broadcast(word, 'message');
    await realtime.broadcast(word, undefined);
    expect(memory.broadcasts.map(({ channel, event, payload }) => [channel, event, payload])).toEqual([
      ['ping', 'message', { n: 1 }],
      ['ping', 'message', { n: 2 }],
      ['ping', 'message', { n: 3 }],
      ['word', 'message', 'message'],
      ['word', 'message', undefined],
    ]);
  });

  it('takes the name of an event as its second argument on every other channel, also where it has one event', async () => {
    await realtime.broadcast(bell, 'rings');
    await realtime.broadcast(bell, 'rings', 'loud');
    expect(memory.broadcasts.map(({ event, payload }) => [event, payload])).toEqual([
      ['rings', undefined],
      ['rings', 'loud'],
    ]);
    memory.clear();
    expect(await faultOf(() => send(bell, 'loud'))).toContain('Channel "bell" declares no event "loud"');
  });

  it('is a fault when no event is named', async () => {
    const missing = 'names no event; write broadcast(channel, event, payload), with one of';
    const ofOrders = `A broadcast to "orders.{orderId}" ${missing} shipped, note, late, any.`;
    expect(await faultOf(() => send(address, { text: 'a' }))).toBe(ofOrders);
    expect(await faultOf(() => send(address))).toBe(ofOrders);
    expect(await faultOf(() => send(address, undefined, { text: 'a' }))).toBe(ofOrders);
    expect(await faultOf(() => send(address, 42, { text: 'a' }))).toBe(ofOrders);
    expect(await faultOf(() => send(bell, { n: 1 }))).toBe(`A broadcast to "bell" ${missing} rings.`);
    expect(await faultOf(() => send(mute, {}))).toBe(`A broadcast to "mute" ${missing} no events so far.`);
    expect(await faultOf(() => send(ping, { n: 1 }, { except: 'caller' }))).toBe(
      `A broadcast to "ping" ${missing} message.`,
    );
  });

  it('is a fault when the channel is not registered', async () => {
    expect(await faultOf(() => send(stranger, 'message', 'a'))).toBe(
      'Channel "stranger" is not registered; add it to RealtimeModule.forFeature([...]) or provide its @RealtimeChannel class.',
    );
    const double = defineRealtimeChannel({ name: 'ping', scope: 'public', payload: z.any() });
    expect(await faultOf(() => send(double, {}))).toContain('Channel "ping" is not registered');
  });

  it.each(['ship', '', '__proto__', 'constructor', 'toString'])(
    'is a fault when the channel declares no such event: %p',
    async (event) => {
      expect(await faultOf(() => send(address, event, { text: 'a' }))).toBe(
        `Channel "orders.{orderId}" declares no event "${event}"; add it to the channel's events (shipped, note, late, any).`,
      );
    },
  );

  it('is a fault when the params are missing or do not fill the name', async () => {
    expect(await faultOf(() => send(orders, 'note', { text: 'a' }))).toBe(
      '"orders.{orderId}" is not a concrete name of channel "orders.{orderId}"; pass channel.with({ ... }).',
    );
    for (const name of ['orders', 'orders.4.2', 'orders.a b', 'ping', '', undefined]) {
      const forged = () => send({ ...address, name }, 'note', { text: 'a' });
      expect(await faultOf(forged)).toContain('is not a concrete name of channel');
    }
  });

  it.each([undefined, null, 'ping', 42, {}, { name: 'ping' }])(
    'is a fault when the target is %j, which is no channel',
    async (target) => {
      await faultOf(() => send(target, 'message', { n: 1 }));
    },
  );

  it('is a fault when the schema refuses the payload, and the fault names the properties', async () => {
    expect(await faultOf(() => send(address, 'shipped', { at: new Date(0), parcels: 0, depot: 1 }))).toBe(
      'A broadcast to "orders.42" was not sent because its payload is invalid: parcels: parcels must not be less than 1; depot: depot must be a string',
    );
    expect(await faultOf(() => send(address, 'shipped', undefined))).toContain('payload: must be an object');
    expect(await faultOf(() => send(ping, { n: 'x' }))).toContain('n: Invalid input');
  });

  it('is a fault when JSON cannot hold the payload', async () => {
    const cycle: Record<string, unknown> = {};
    cycle.self = cycle;
    const thrower = {
      toJSON() {
        throw new Error('no JSON today');
      },
    };
    expect(await faultOf(() => send(address, 'any', { n: 10n }))).toMatch(/bigint/i);
    expect(await faultOf(() => send(address, 'any', cycle))).toMatch(/circular|itself/);
    expect(await faultOf(() => send(address, 'any', thrower))).toContain('no JSON today');
  });

  it('is a fault when JSON would lose a part of the payload, and the fault names the place and the fix', async () => {
    expect(await faultOf(() => send(address, 'any', { items: [{ when: new Map() }] }))).toBe(
      'A broadcast to "orders.42" was not sent because its payload is invalid: items.0.when: JSON cannot carry a Map; declare and send an object or an array, such as Object.fromEntries(map)',
    );
    expect(await faultOf(() => send(address, 'any', Promise.resolve(1)))).toContain(
      'payload: JSON cannot carry a Promise',
    );
  });

  it('does not overtake an earlier one of the same channel whose schema is asynchronous', async () => {
    const sent = [
      realtime.broadcast(address, 'late', { n: 1 }),
      realtime.broadcast(address, 'note', { text: 'second' }),
      realtime.broadcast(address, 'late', { n: 3 }),
      realtime.broadcast(address, 'note', { text: 'fourth' }),
    ];
    await realtime.broadcast(orders.with({ orderId: '7' }), 'note', { text: 'elsewhere' });
    expect(memory.broadcasts.map(({ channel }) => channel)).toEqual(['orders.7']);
    latch.open();
    await Promise.all(sent);
    expect(memory.broadcasts.slice(1).map(({ payload }) => payload)).toEqual([
      { n: 1 },
      { text: 'second' },
      { n: 3 },
      { text: 'fourth' },
    ]);
  });

  it('does not delay later broadcasts when it fails late', async () => {
    const failing = expect(realtime.broadcast(address, 'late', { n: -1 })).rejects.toThrow('must not be negative');
    const next = realtime.broadcast(address, 'note', { text: 'next' });
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    latch.open();
    await failing;
    await next;
    logged.mockRestore();
    await realtime.broadcast(address, 'note', { text: 'after' });
    expect(memory.broadcasts.map(({ payload }) => payload)).toEqual([{ text: 'next' }, { text: 'after' }]);
  });

  it('reports channel, event, size and payload to the hook, and survives a listener that throws', async () => {
    const heard: unknown[] = [];
    const hooks = app.get(RealtimeHooks);
    const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const off = [
      hooks.on('broadcast', () => {
        throw new Error('listener');
      }),
      hooks.on('broadcast', (event) => heard.push(event)),
    ];
    await realtime.broadcast(ping, { n: 1 });
    for (const stop of off) stop();
    await realtime.broadcast(ping, { n: 2 });
    logged.mockRestore();
    const channel = { descriptor: ping, name: 'ping', params: {} };
    const payloadBytes = '{"n":1}'.length;
    const nodeId = expect.any(String);
    const told = { channel, event: 'message', payload: { n: 1 }, payloadBytes, recipients: 0, cause: null, nodeId };
    expect(heard).toEqual([told]);
    expect(memory.broadcasts).toHaveLength(2);
  });

  it('reports its size in bytes, none for an event that carries nothing, and its cause', async () => {
    const heard: unknown[] = [];
    const hooks = app.get(RealtimeHooks);
    const off = hooks.on('broadcast', ({ payloadBytes, cause, channel }) =>
      heard.push([channel.name, { ...channel.params }, payloadBytes, cause]),
    );
    const cause = { shipped: '42' };
    await hooks.causing(cause, () => realtime.broadcast(address, 'note', { text: 'é€😀' }));
    await realtime.broadcast(word, undefined);
    off();
    expect(heard).toEqual([
      ['orders.42', { orderId: '42' }, '{"text":""}'.length + 2 + 3 + 4, cause],
      ['word', {}, 0, null],
    ]);
  });

  it('runs in a span whose labels name no concrete channel', async () => {
    await realtime.broadcast(address, 'note', { text: 'a' });
    expect(spans).toMatchObject([{ op: 'realtime-broadcast' }]);
    expect(JSON.stringify(spans)).not.toContain('42');
  });
});
