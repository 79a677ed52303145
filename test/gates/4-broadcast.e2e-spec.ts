// What goes out at gate 4, to which members, and what does the caller learn when it may not, over a real socket?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Injectable, type OnApplicationBootstrap, Param, Post } from '@nestjs/common';
import { Allow, IsInt, IsOptional, IsString } from 'class-validator';
import type { StandardSchema } from '@nestjs-realtime/contract';
import {
  BroadcastFault,
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, HTTP_ADAPTERS, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

class Price {
  @IsInt()
  cents: number;
  @IsOptional()
  @IsString()
  note?: string;
  @Allow()
  extra?: unknown;
  constructor(values?: Partial<Price> & Record<string, unknown>) {
    Object.assign(this, values);
  }
}

const payload = z.object({ n: z.number() });
const priceChannel = defineRealtimeChannel({
  name: 'prices.{id}',
  scope: 'public',
  events: { changed: Price, gone: z.object({ id: z.string() }) },
});
const tickChannel = defineRealtimeChannel({ name: 'ticks', scope: 'public', payload });
const slowSchemaChannel = defineRealtimeChannel({
  name: 'slow-schema',
  scope: 'public',
  payload: z.object({ n: z.number() }).refine(async ({ n }) => {
    // earlier numbers take longer
    for (let turn = n; turn < 20; turn++) await new Promise(setImmediate);
    return n >= 0;
  }),
});
/** A schema that answers sometimes at once and sometimes later, as Standard Schema allows. */
const moodySchema: StandardSchema<{ slow: boolean }> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => {
      const result = { value: value as { slow: boolean } };
      return result.value.slow ? new Promise((resolve) => setImmediate(resolve, result)) : result;
    },
  },
};
const moodyChannel = defineRealtimeChannel({ name: 'moody', scope: 'public', payload: moodySchema });
const anythingChannel = defineRealtimeChannel({ name: 'anything', scope: 'public', payload: z.any() });
const relayChannel = defineRealtimeChannel({ name: 'relay', scope: 'public', message: payload });
const strangerChannel = defineRealtimeChannel({ name: 'stranger', scope: 'public', payload });

@Controller('ticks')
class TickController {
  constructor(private readonly realtime: IRealtimeBroadcaster) {}
  @Post(':n')
  async tick(@Param('n') n: string): Promise<void> {
    await this.realtime.broadcast(tickChannel, { n: Number(n) });
  }
}

@RealtimeChannel(relayChannel)
class OnRelay {
  constructor(private readonly realtime: IRealtimeBroadcaster) {}
  @RealtimeHandler()
  async relay({ n }: { n: number }): Promise<void> {
    await this.realtime.broadcast(tickChannel, { n });
    await this.realtime.broadcast(tickChannel, { n: n + 1 });
  }
}

const early: string[] = [];

@Injectable()
class EarlyBird implements OnApplicationBootstrap {
  constructor(private readonly realtime: IRealtimeBroadcaster) {}
  async onApplicationBootstrap(): Promise<void> {
    await this.realtime.broadcast(tickChannel, { n: 1 });
    early.push('accepted');
    await this.realtime.broadcast(strangerChannel, { n: 1 }).catch((fault: Error) => early.push(fault.name));
  }
}

describe('gate 4, broadcast', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await boot({
      imports: [
        RealtimeModule.forRoot({ authenticator: KnownUsers }),
        RealtimeModule.forFeature([priceChannel, tickChannel, slowSchemaChannel, moodyChannel, anythingChannel]),
      ],
      controllers: [TickController],
      providers: [OnRelay, EarlyBird],
    });
  });
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  async function on(...channels: string[]) {
    const client = await app.connect();
    for (const channel of channels) await client.subscribe(channel);
    return client;
  }

  it('reaches the members of the channel and no other client', async () => {
    const [one, two] = await Promise.all([on('prices.1', 'ticks'), on('prices.1')]);
    const others = await Promise.all([on('prices.2'), on('ticks'), on(), on('prices.1')]);
    await others[3].unsubscribe('prices.1');
    await app.broadcast(priceChannel.with({ id: '1' }), 'changed', new Price({ cents: 5 }));
    for (const client of [one, two, ...others]) await client.settle();
    const event = { channel: 'prices.1', event: 'changed', payload: { cents: 5 } };
    expect(one.events).toEqual([event]);
    expect(two.events).toEqual([event]);
    expect(others.map(({ events }) => events)).toEqual([[], [], [], []]);
  });

  it('reaches a member once, however often it subscribed', async () => {
    const client = await on('ticks', 'ticks');
    await app.broadcast(tickChannel, { n: 1 });
    await client.settle();
    expect(client.events).toHaveLength(1);
  });

  it('strips fields that the schema does not know, of a class and of a Standard Schema', async () => {
    const client = await on('prices.1', 'ticks');
    await app.broadcast(priceChannel.with({ id: '1' }), 'changed', new Price({ cents: 5, secret: 'SECRET' }));
    await app.broadcast(priceChannel.with({ id: '1' }), 'changed', { cents: 6, secret: 'SECRET' });
    await app.broadcast(tickChannel, { n: 1, secret: 'SECRET' });
    await client.settle();
    expect(client.events.map((event) => event.payload)).toEqual([{ cents: 5 }, { cents: 6 }, { n: 1 }]);
  });

  it('keeps the order of many broadcasts, awaited or not', async () => {
    const client = await on('ticks');
    const pending = Array.from({ length: 500 }, (_, n) => app.broadcast(tickChannel, { n }));
    await Promise.all(pending);
    for (let n = 500; n < 600; n++) await app.broadcast(tickChannel, { n });
    await client.settle();
    expect(client.events.map((event) => (event.payload as { n: number }).n)).toEqual(
      Array.from({ length: 600 }, (_, n) => n),
    );
  });

  it('keeps the order where the schema is slow, also past one that it refuses', async () => {
    const client = await on('slow-schema');
    const results = await Promise.allSettled([0, 5, -1, 10, 19].map((n) => app.broadcast(slowSchemaChannel, { n })));
    await client.settle();
    expect(results.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
    ]);
    expect(client.events.map((event) => event.payload)).toEqual([{ n: 0 }, { n: 5 }, { n: 10 }, { n: 19 }]);
  });

  it('lets no event overtake another whose schema is slow', async () => {
    const client = await on('moody');
    await Promise.all([true, false, true, false].map((slow) => app.broadcast(moodyChannel, { slow })));
    await client.settle();
    expect(client.events.map((event) => (event.payload as { slow: boolean }).slow)).toEqual([true, false, true, false]);
  });

  it.each<[string, () => [object, ...unknown[]], string]>([
    ['a channel that is not registered', () => [strangerChannel, { n: 1 }], 'forFeature'],
    [
      'a descriptor that only has the name of a registered one',
      () => [defineRealtimeChannel({ name: 'ticks', scope: 'public', payload: z.any() }), { n: 1 }],
      'is not registered',
    ],
    ['a template without its params', () => [priceChannel, 'gone', { id: '1' }], 'channel.with({ ... })'],
    ['an event that the channel does not declare', () => [priceChannel.with({ id: '1' }), 'sold', {}], 'changed, gone'],
    ['an inherited name for an event', () => [priceChannel.with({ id: '1' }), 'toString', {}], 'declares no event'],
    [
      'no event',
      () => [priceChannel.with({ id: '1' }), { cents: 1 }],
      'names no event; write broadcast(channel, event,',
    ],
    ['a channel that declares no event', () => [relayChannel, { n: 1 }], 'with one of no events so far'],
    ['a name', () => ['ticks' as never, { n: 1 }], '"ticks" is a name, and a name is no target'],
    ['channels of two descriptors', () => [[tickChannel, anythingChannel], 'message', { n: 1 }], 'for each descriptor'],
    ['options that do not fit', () => [tickChannel, 'message', { n: 1 }, { idempotencyKey: 'k' }], 'has no history'],
    ['a bare id to leave out', () => [tickChannel, 'message', { n: 1 }, { except: 'c1' }], 'does not say whose'],
    ['a payload of the wrong type', () => [priceChannel.with({ id: '1' }), 'changed', { cents: 'x' }], 'cents'],
    ['a payload that lacks a property', () => [tickChannel, {}], 'n:'],
    ['no payload', () => [tickChannel, undefined], 'payload'],
    ['a payload that JSON cannot hold', () => [anythingChannel, { n: 1n }], 'its payload is invalid'],
    ['a payload that holds itself', () => [anythingChannel, [circle()]], 'its payload is invalid'],
    [
      'a payload of which JSON would lose a part',
      () => [anythingChannel, { items: [{ when: new Map() }] }],
      'items.0.when: JSON cannot carry a Map',
    ],
    [
      'a payload of a class of which JSON would lose a part',
      () => [priceChannel.with({ id: '1' }), 'changed', { cents: 1, extra: [new Set()] }],
      'extra.0: JSON cannot carry a Set',
    ],
    [
      'an address with forged params',
      () => [{ descriptor: priceChannel, name: 'ticks', params: {} }, 'gone', { id: '1' }],
      'not a concrete name',
    ],
  ])('rejects %s to its caller, and sends nothing', async (_what, broadcast, fix) => {
    const client = await on('prices.1', 'ticks', 'anything', 'stranger');
    const sent = app.record('broadcast');
    const fault: unknown = await app.broadcast(...broadcast()).catch((error: unknown) => error);
    expect(fault).toBeInstanceOf(BroadcastFault);
    expect(fault).toMatchObject({ name: 'BroadcastFault', message: expect.stringContaining(fix) });
    await client.settle();
    expect(client.events).toEqual([]);
    expect(sent).toEqual([]);
  });

  it('goes out from a handler, in the order of its calls and before its reply', async () => {
    const client = await on('ticks', 'relay');
    await client.request('rt:message', { channel: 'relay', payload: { n: 7 } });
    expect(client.log.filter((entry) => entry !== 'reply rt:subscribe' && entry !== 'rt:welcome')).toEqual([
      'event ticks message',
      'event ticks message',
      'reply rt:message',
    ]);
  });

  it('is accepted while the application starts, before any client can be connected', () => {
    expect(early).toEqual(['accepted', 'BroadcastFault']);
  });

  it.each(HTTP_ADAPTERS)('goes out from a controller, on %s', async (http) => {
    const served = await boot(
      {
        imports: [RealtimeModule.forRoot(), RealtimeModule.forFeature([tickChannel])],
        controllers: [TickController],
      },
      { http },
    );
    const client = await served.connect();
    await client.subscribe('ticks');
    expect((await fetch(`${served.url}/ticks/42`, { method: 'POST' })).status).toBe(201);
    expect(await client.next('rt:event')).toEqual(['ticks', 'message', { n: 42 }]);
  });

  it('carries any JSON unchanged', async () => {
    const client = await on('anything');
    const values = [null, 0, '', false, [], 'ünïcode \u2028 "quoted"', { nested: [{ deep: true }] }, [[1], [2]]];
    for (const value of values) await app.broadcast(anythingChannel, value);
    await client.settle();
    expect(client.events.map((event) => event.payload)).toEqual(values);
  });
});

function circle(): unknown {
  const node: Record<string, unknown> = {};
  return Object.assign(node, { self: node });
}
