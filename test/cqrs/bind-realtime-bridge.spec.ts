import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, RealtimeHooks } from 'nestjs-realtime';
import { bindRealtimeBridge, type BoundBridge, type BridgeEntry, forward } from 'nestjs-realtime/cqrs';
import { RecordingRealtimeBroadcaster } from 'nestjs-realtime/testing';
import { Subject } from 'rxjs';
import { z } from 'zod';
import { LogBook } from '../kit/log-book.js';
import { until } from '../kit/until.js';

const orders = defineRealtimeChannel({
  name: 'orders.{orderId}',
  scope: 'authenticated',
  events: { shipped: z.object({ at: z.string() }), packed: z.object({}) },
});
const feed = defineRealtimeChannel({ name: 'feed', scope: 'public', payload: z.object({ orderId: z.string() }) });

class OrderShipped {
  constructor(
    readonly orderId: string,
    readonly at = '2026-01-01',
    readonly customerEmail = 'ann@example.com',
  ) {}
}
class OrderPacked {
  constructor(readonly orderId: string) {}
}

const shipped: BridgeEntry = forward(OrderShipped).to(orders, 'shipped', ({ orderId, at }) => ({
  params: { orderId },
  payload: { at },
}));
const packed: BridgeEntry = forward(OrderPacked)
  .to(orders, 'packed', ({ orderId }) => ({ params: { orderId }, payload: {} }))
  .to(feed, 'message', ({ orderId }) => ({ payload: { orderId } }));

/** The contract of the bridge (docs/decisions/0001#decision-4): an allowlist in, subscriptions on the bus and broadcasts out. */
describe('bindRealtimeBridge(bus, broadcaster, allowlist)', () => {
  let bus: Subject<object>;
  let realtime: RecordingRealtimeBroadcaster;
  let unbind: BoundBridge;
  const allowlist: BridgeEntry[] = [shipped, packed];
  const settled = () =>
    until(
      () => unbind.stats(),
      (stats) => stats.every(({ pending }) => pending === 0),
    );

  beforeEach(() => {
    bus = new Subject();
    realtime = new RecordingRealtimeBroadcaster();
  });
  afterEach(() => {
    unbind();
    expect(bus.observed).toBe(false);
  });

  it('subscribes once to the bus, whatever the length of the allowlist, and not any more once unbound', () => {
    unbind = bindRealtimeBridge(bus, realtime, allowlist);
    expect((bus as unknown as { observers: unknown[] }).observers).toHaveLength(1);
    unbind();
    expect(bus.observed).toBe(false);
  });

  it('broadcasts each allowlisted event as its mapper says, to every channel of its entry', async () => {
    unbind = bindRealtimeBridge(bus, realtime, allowlist);
    bus.next(new OrderPacked('42'));
    bus.next(new OrderShipped('42'));
    await settled();
    expect(realtime.broadcasts).toEqual([
      { channel: 'orders.42', event: 'packed', payload: {} },
      { channel: 'feed', event: 'message', payload: { orderId: '42' } },
      { channel: 'orders.42', event: 'shipped', payload: { at: '2026-01-01' } },
    ]);
  });

  it.each([
    ['an event that is not on the list', new (class OrderLost {})()],
    ['an event with the name and the properties of one on the list', { ...new OrderShipped('42') }],
    ['what is no object', 'OrderShipped'],
    ['nothing', null as never],
    ['an object without a prototype', Object.create(null) as object],
  ])('does nothing for %s', async (_title, event) => {
    unbind = bindRealtimeBridge(bus, realtime, allowlist);
    bus.next(event);
    await settled();
    realtime.assertNothingBroadcast();
    expect(unbind.stats().every(({ forwarded, skipped, failed }) => forwarded + skipped + failed === 0)).toBe(true);
  });

  it('does nothing at all for an empty allowlist', async () => {
    unbind = bindRealtimeBridge(bus, realtime, []);
    bus.next(new OrderShipped('42'));
    await settled();
    realtime.assertNothingBroadcast();
    expect(unbind.stats()).toEqual([]);
  });

  it('forwards nothing more once unbound', async () => {
    unbind = bindRealtimeBridge(bus, realtime, allowlist);
    unbind();
    bus.next(new OrderShipped('42'));
    await settled();
    realtime.assertNothingBroadcast();
  });

  it('counts, a line for each channel of each entry', async () => {
    unbind = bindRealtimeBridge(bus, realtime, allowlist, { logger: new LogBook() });
    bus.next(new OrderShipped('4\n2'));
    bus.next(new OrderShipped('42'));
    const none = { forwarded: 0, skipped: 0, failed: 0, pending: 0 };
    expect(unbind.stats()[0]).toMatchObject({ pending: 2 });
    await settled();
    expect(unbind.stats()).toEqual([
      { ...none, source: 'OrderShipped', channel: 'orders.{orderId}', event: 'shipped', forwarded: 1, failed: 1 },
      { ...none, source: 'OrderPacked', channel: 'orders.{orderId}', event: 'packed' },
      { ...none, source: 'OrderPacked', channel: 'feed', event: 'message' },
    ]);
  });

  it('tells hooks, log and exception bus, where it is given them', async () => {
    const [hooks, logger, exceptions] = [new RealtimeHooks(), new LogBook(), [] as unknown[]];
    const told: unknown[] = [];
    hooks.on('bridged', ({ source, channels, error }) => told.push([source, channels, error]));
    const unhandledExceptions = { publish: (info: unknown) => exceptions.push(info) };
    unbind = bindRealtimeBridge(bus, realtime, [shipped], { hooks, logger, unhandledExceptions });
    const [good, bad] = [new OrderShipped('42'), new OrderShipped('a\n')];
    bus.next(good);
    bus.next(bad);
    await settled();
    expect(told).toContainEqual([good, [orders.with({ orderId: '42' })], null]);
    expect(told).toContainEqual([bad, [], expect.objectContaining({ name: 'ChannelParamsError' })]);
    expect(exceptions).toEqual([{ cause: bad, exception: expect.objectContaining({ name: 'ChannelParamsError' }) }]);
    expect(logger.errors()).toEqual([
      expect.stringMatching(/handler_error [0-9a-f-]{36} in realtime-bridge: forward\(OrderShipped\)/),
    ]);
  });

  it('tells when the bus has ended with an error', () => {
    const logger = new LogBook();
    unbind = bindRealtimeBridge(bus, realtime, allowlist, { logger });
    bus.error(new Error('the bus is full'));
    expect(logger.errors()).toEqual([
      expect.stringMatching(/no event reaches a channel any more +Error: the bus is full/),
    ]);
  });
});
