import { Injectable, Scope } from '@nestjs/common';
import { AsyncContext, EventBus, EventsHandler, type IEventHandler } from '@nestjs/cqrs';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { defineRealtimeChannel } from 'nestjs-realtime';
import { IRealtimeTracer, type SpanOptions } from 'nestjs-realtime/adapters';
import { forward, REALTIME_EVENT, RealtimeBridge } from 'nestjs-realtime/cqrs';
import { z } from 'zod';
import { closeApps } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { Latch } from '../kit/latch.js';
import { BridgeApp } from './bridge-app.js';

const Placed = z.object({ n: z.number() });
const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { placed: Placed, gone: Placed },
});
const feed = defineRealtimeChannel({ name: 'feed', scope: 'public', payload: Placed });
const channels = [orders, feed];

class OrderPlaced {
  constructor(
    readonly n: number,
    readonly ready: Promise<unknown> | null = null,
    readonly customerEmail = 'ann@example.com',
  ) {}
}
class RushOrderPlaced extends OrderPlaced {}
class OrderGone {
  constructor(readonly n: number) {}
}

const toFeed = forward(OrderPlaced).to(feed, 'message', ({ n }) => ({ payload: { n } }));
const numbers = (app: BridgeApp) => app.broadcasts.map(({ payload }) => (payload as { n: number }).n);

afterEach(closeApps);

describe('the bridge', () => {
  it('delivers an event to subscribers, stripped to the fields that the channel declares', async () => {
    const everything = forward(OrderPlaced).to(feed, 'message', (event) => ({ payload: { ...event } }));
    const bridge = await BridgeApp.start({
      channels,
      allowlist: [everything],
      realtime: { authenticator: KnownUsers },
    });
    const ann = await bridge.app.connect({ as: 'ann' });
    await ann.subscribe('feed');
    bridge.publish(new OrderPlaced(1));
    await ann.next('rt:event');
    expect(ann.events).toEqual([{ channel: 'feed', event: 'message', payload: { n: 1 } }]);
  });

  it('broadcasts one event to each channel that the mapper lists, and skips it where the mapper returns null', async () => {
    const allowlist = [
      forward(OrderPlaced)
        .to(orders, 'placed', ({ n }) => ['a', 'b'].map((orderId) => ({ params: { orderId }, payload: { n } })))
        .to(feed, 'message', ({ n }) => (n > 1 ? { payload: { n } } : null)),
    ];
    const bridge = await BridgeApp.start({ channels, allowlist });
    bridge.publish(new OrderPlaced(1));
    bridge.publish(new OrderPlaced(2));
    await bridge.settled();
    expect(bridge.broadcasts.map(({ channel, payload }) => [channel, payload])).toEqual([
      ['orders.a', { n: 1 }],
      ['orders.b', { n: 1 }],
      ['orders.a', { n: 2 }],
      ['orders.b', { n: 2 }],
      ['feed', { n: 2 }],
    ]);
    expect(bridge.stats).toMatchObject([{ forwarded: 2 }, { forwarded: 1, skipped: 1 }]);
  });

  it('broadcasts an event without payload', async () => {
    const lamp = defineRealtimeChannel({ name: 'lamps.{id}', scope: 'public', events: { on: null, off: null } });
    const allowlist = [
      forward(OrderPlaced).to(lamp, 'on', ({ n }) => ({ params: { id: String(n) } })),
      forward(OrderGone).to(lamp, 'off', ({ n }) => ({ params: { id: String(n) }, payload: undefined })),
    ];
    const bridge = await BridgeApp.start({ channels: [lamp], allowlist });
    bridge.publish(new OrderPlaced(1));
    bridge.publish(new OrderGone(2));
    await bridge.settled();
    expect(bridge.broadcasts).toMatchObject([
      { channel: 'lamps.1', event: 'on' },
      { channel: 'lamps.2', event: 'off' },
    ]);
    expect(bridge.broadcasts.map(({ payload }) => payload)).toEqual([undefined, undefined]);
  });

  it('broadcasts before publish() returns where it has to wait for nothing', async () => {
    const bridge = await BridgeApp.start({ channels, allowlist: [toFeed] });
    bridge.publish(new OrderPlaced(1));
    expect(numbers(bridge)).toEqual([1]);
  });

  it('takes 10,000 events in one tick and forwards all of them in order', async () => {
    const bridge = await BridgeApp.start({ channels, allowlist: [toFeed] });
    const placed = Array.from({ length: 10_000 }, (_, n) => n);
    for (const n of placed) bridge.publish(new OrderPlaced(n));
    await bridge.settled();
    expect(numbers(bridge)).toEqual(placed);
    expect(bridge.stats).toMatchObject([{ forwarded: 10_000, failed: 0 }]);
  });

  it('keeps 10,000 events in order whose mappers finish in any order', async () => {
    const late = forward(OrderPlaced).to(feed, 'message', async ({ n, ready }) => {
      await ready;
      return { payload: { n } };
    });
    const bridge = await BridgeApp.start({ channels, allowlist: [late] });
    const latches = Array.from({ length: 10_000 }, () => new Latch());
    latches.forEach(({ opened }, n) => bridge.publish(new OrderPlaced(n, n % 3 === 0 ? null : opened)));
    for (const latch of latches.reverse()) latch.open();
    await bridge.settled();
    expect(numbers(bridge)).toEqual(latches.map((_, n) => n));
  });

  it('keeps events of different entries in order on one channel', async () => {
    const latch = new Latch();
    const allowlist = [
      forward(OrderPlaced).to(orders, 'placed', async ({ n, ready }) => {
        await ready;
        return { params: { orderId: '7' }, payload: { n } };
      }),
      forward(OrderGone).to(orders, 'gone', ({ n }) => ({ params: { orderId: '7' }, payload: { n } })),
    ];
    const bridge = await BridgeApp.start({ channels, allowlist });
    bridge.publish(new OrderPlaced(7, latch.opened));
    bridge.publish(new OrderGone(7));
    expect(bridge.broadcasts).toEqual([]);
    latch.open();
    await bridge.settled();
    expect(bridge.broadcasts.map(({ event }) => event)).toEqual(['placed', 'gone']);
  });

  it('does nothing for events that are not on the list', async () => {
    const bridge = await BridgeApp.start({ channels, allowlist: [toFeed] });
    bridge.publish(new OrderGone(1));
    await bridge.settled();
    expect([bridge.broadcasts, bridge.bridged, bridge.exceptions, bridge.log.errors()]).toEqual([[], [], [], []]);
  });

  it("forwards events of derived classes, but never realtime's own", async () => {
    class OrderAudited extends OrderPlaced {
      static readonly [REALTIME_EVENT] = true;
    }
    const bridge = await BridgeApp.start({ channels, allowlist: [toFeed] });
    bridge.publish(new RushOrderPlaced(1));
    bridge.publish(new OrderAudited(2));
    await bridge.settled();
    expect(numbers(bridge)).toEqual([1]);
  });

  it("works beside the application's own handlers, request-scoped ones too", async () => {
    const handled: string[] = [];
    @EventsHandler(OrderPlaced)
    class Plain implements IEventHandler<OrderPlaced> {
      handle({ n }: OrderPlaced): void {
        handled.push(`plain ${n}`);
      }
    }
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      readonly name = 'scoped';
    }
    @EventsHandler(OrderPlaced)
    class Scoped implements IEventHandler<OrderPlaced> {
      constructor(private readonly request: PerRequest) {}
      handle({ n }: OrderPlaced): void {
        handled.push(`${this.request.name} ${n}`);
        throw new Error('a handler of the application');
      }
    }
    let context: AsyncContext | undefined;
    const mapped = forward(OrderPlaced).to(feed, 'message', (event) => {
      context = AsyncContext.of(event);
      return { payload: { n: event.n } };
    });
    const module = { providers: [Plain, PerRequest, Scoped] };
    const bridge = await BridgeApp.start({ channels, allowlist: [mapped], module });
    const mine = new AsyncContext();
    void bridge.app.nest.get(EventBus).publish(new OrderPlaced(1), mine);
    await bridge.settled();
    expect(numbers(bridge)).toEqual([1]);
    expect(handled.sort()).toEqual(['plain 1', 'scoped 1']);
    expect(context).toBe(mine);
    expect(bridge.bridged).toMatchObject([{ error: null }]);
  });

  it('reports each event and its channels to the hook, and names the event as the cause of its broadcasts', async () => {
    const allowlist = [
      forward(OrderPlaced)
        .to(orders, 'placed', async ({ n }) => ({ params: { orderId: '7' }, payload: { n } }))
        .to(feed, 'message', ({ n }) => (n > 1 ? { payload: { n } } : null)),
    ];
    const bridge = await BridgeApp.start({ channels, allowlist });
    const broadcast = bridge.app.record('broadcast');
    const event = new OrderPlaced(1);
    bridge.publish(event);
    await bridge.settled();
    expect(bridge.bridged).toHaveLength(2);
    expect(bridge.bridged).toContainEqual({
      source: event,
      descriptor: orders,
      event: 'placed',
      channels: [orders.with({ orderId: '7' })],
      error: null,
      nodeId: expect.any(String),
    });
    expect(bridge.bridged).toContainEqual({
      source: event,
      descriptor: feed,
      event: 'message',
      channels: [],
      error: null,
      nodeId: expect.any(String),
    });
    expect(broadcast.map(({ channel, cause }) => [channel.name, cause])).toEqual([['orders.7', event]]);
    expect(broadcast[0].cause).toBe(event);
    await bridge.app.broadcast(feed, 'message', { n: 3 });
    expect(broadcast[1].cause).toBeNull();
  });

  it('runs each forwarding in a span that is labelled with names of classes and templates and fails with it', async () => {
    const spans: SpanOptions[] = [];
    const failures: unknown[] = [];
    @Injectable()
    class Spy extends IRealtimeTracer {
      override span<Result>(options: SpanOptions, run: () => Result): Result {
        const result = run();
        if (options.op !== 'realtime-bridge') return result;
        spans.push(options);
        (result as Promise<void>).catch((error: unknown) => failures.push(error));
        return result;
      }
    }
    const allowlist = [
      forward(OrderPlaced).to(orders, 'placed', ({ n }) => ({ params: { orderId: `a${n}\n` }, payload: { n } })),
    ];
    const bridge = await BridgeApp.start({ channels, allowlist, realtime: { mode: 'in-memory', tracer: Spy } });
    bridge.publish(new RushOrderPlaced(42));
    await bridge.settled();
    expect(spans).toEqual([
      {
        op: 'realtime-bridge',
        name: 'realtime-bridge OrderPlaced',
        attributes: { source: 'OrderPlaced', channel: 'orders.{orderId}', event: 'placed' },
      },
    ]);
    expect(failures).toMatchObject([{ correlationId: expect.any(String), cause: { name: 'ChannelParamsError' } }]);
    expect(bridge.log.errors()).toEqual([
      expect.stringContaining((failures as { correlationId: string }[])[0].correlationId),
    ]);
  });

  it("is bound to the bus like the application's event handlers, for all events", async () => {
    const bind = jest.spyOn(EventBus.prototype, 'bind');
    const bridge = await BridgeApp.start({ channels, allowlist: [toFeed] });
    const handler = bridge.app.nest.get(RealtimeBridge);
    expect(bind.mock.calls.map(([wrapper, id]) => [wrapper.instance, id])).toEqual([[handler, '']]);
    bind.mockRestore();
  });

  it('stops listening once the application is closed', async () => {
    const bridge = await BridgeApp.start({ channels, allowlist: [toFeed] });
    const { subject$ } = bridge.app.nest.get(EventBus);
    expect(subject$.observed).toBe(true);
    await bridge.app.close();
    expect(subject$.observed).toBe(false);
  });
});
