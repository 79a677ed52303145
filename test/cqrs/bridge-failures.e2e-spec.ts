import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { defineRealtimeChannel, IRealtimeBroadcaster } from 'nestjs-realtime';
import { forward } from 'nestjs-realtime/cqrs';
import { UnhandledExceptionBus } from '@nestjs/cqrs';
import { z } from 'zod';
import { closeApps } from '../kit/boot.js';
import { BridgeApp } from './bridge-app.js';

const news = defineRealtimeChannel({
  name: 'news.{topic}',
  scope: 'public',
  events: { flash: z.object({ n: z.number() }), any: z.any() },
});

class Happened {
  constructor(readonly given: unknown) {}
}

/** Maps to the value that the test gives, as a mapper without our types could. */
const flash = forward(Happened).to(news, 'flash', ({ given }) => {
  if (typeof given === 'function') return (given as () => never)();
  return given as null;
});
class Anything {
  constructor(readonly payload: unknown) {}
}
const anything = forward(Anything).to(news, 'any', ({ payload }) => ({ params: { topic: 'a' }, payload }));
const good = new Happened({ params: { topic: 'a' }, payload: { n: 1 } });

describe.each([{}, { rethrowUnhandled: true }])('the bridge on a bus with %j', (cqrs) => {
  let bridge: BridgeApp;
  const unhandled = jest.fn();

  beforeEach(async () => {
    process.on('unhandledRejection', unhandled);
    const settings = { mapperTimeout: 20 };
    bridge = await BridgeApp.start({ channels: [news], allowlist: [flash, anything], settings, cqrs });
  });
  afterEach(async () => {
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    await closeApps();
  });

  /** Expects one failure to be reported everywhere, and the next event to be forwarded. */
  async function expectOneFailure(event: Happened, message: string): Promise<void> {
    expect(() => bridge.publish(event)).not.toThrow();
    bridge.publish(good);
    await bridge.settled();
    const line =
      /handler_error [0-9a-f-]{36} in realtime-bridge: forward\(Happened\)\.to\("news\.\{topic\}", "flash"\)/;
    const logged = bridge.log.errors().filter((error) => line.test(error));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain(message);
    expect(bridge.exceptions).toEqual([{ cause: event, exception: expect.anything() }]);
    expect(String(bridge.exceptions[0].exception)).toContain(message);
    expect(bridge.bridged.filter(({ error }) => error !== null)).toEqual([
      expect.objectContaining({ source: event, channels: [], error: bridge.exceptions[0].exception }),
    ]);
    expect(bridge.stats).toMatchObject([{ forwarded: 1, skipped: 0, failed: 1, pending: 0 }, { failed: 0 }]);
    expect(bridge.broadcasts).toEqual([{ channel: 'news.a', event: 'flash', payload: { n: 1 } }]);
  }

  const throws = (error: unknown) => () => {
    throw error;
  };
  const NO_RESULT =
    'The mapper must return { params, payload }, a list of them, or null to skip the event; it returned ';

  it.each([
    ['throws', throws(new Error('no such column')), 'no such column'],
    ['throws what is no error', throws('a text'), 'a text'],
    ['rejects', () => Promise.reject(new Error('too late')), 'too late'],
    ['never settles', () => new Promise(() => undefined), 'The mapper has not settled within 20 ms'],
    ['returns undefined', undefined, `${NO_RESULT}undefined`],
    ['resolves with undefined', () => Promise.resolve(), `${NO_RESULT}undefined`],
    ['returns a text', 'news', `${NO_RESULT}a string`],
    ['returns the event itself', new Happened(1), `${NO_RESULT}an object without payload`],
    ['returns a list with a hole', [null], `${NO_RESULT}null`],
    ['leaves params out', { payload: { n: 1 } }, 'needs the param "topic"'],
    ['gives an illegal param', { params: { topic: 'a\n' }, payload: { n: 1 } }, 'has a control character'],
    ['gives a param that is no string', { params: { topic: 42 }, payload: { n: 1 } }, 'convert an id with String(id)'],
    ['gives params that are none', { params: 7, payload: { n: 1 } }, 'needs the param "topic"'],
    ['returns a BigInt', { params: { topic: 'a' }, payload: { n: 1n } }, 'its payload is invalid: n:'],
    ['returns no payload', { params: { topic: 'a' }, payload: undefined }, 'its payload is invalid'],
  ])('survives a mapper that %s: it reports once and forwards the next event', async (_title, given, message) => {
    await expectOneFailure(new Happened(given), message);
  });

  it('sends nothing from a list that contains one bad param', async () => {
    const list = [good.given, { params: { topic: '' }, payload: { n: 2 } }];
    await expectOneFailure(new Happened(list), 'is empty; give it 1 to 128 characters');
  });

  it('reports the channels that were reached where one of several broadcasts fails', async () => {
    const given = ['a', 'b', 'c'].map((topic) => ({ params: { topic }, payload: { n: topic === 'b' ? 'x' : 1 } }));
    bridge.publish(new Happened(given));
    await bridge.settled();
    expect(bridge.bridged).toMatchObject([{ error: { name: 'BroadcastFault' } }]);
    expect(bridge.bridged[0].channels).toEqual(['a', 'c'].map((topic) => news.with({ topic })));
    expect(bridge.stats[0]).toMatchObject({ forwarded: 0, failed: 1 });
  });

  it('survives a payload that JSON cannot hold, where the schema accepts it', async () => {
    bridge.publish(new Anything({ n: 1n }));
    bridge.publish(new Anything({ n: 1 }));
    await bridge.settled();
    expect(bridge.exceptions).toMatchObject([{ exception: { name: 'BroadcastFault' } }]);
    expect(bridge.broadcasts.map(({ payload }) => payload)).toEqual([{ n: 1 }]);
  });

  it('strips fields that the channel does not declare', async () => {
    bridge.publish(new Happened({ params: { topic: 'a' }, payload: { n: 1, passwordHash: 'secret' } }));
    await bridge.settled();
    expect(bridge.broadcasts).toEqual([{ channel: 'news.a', event: 'flash', payload: { n: 1 } }]);
  });

  it.each([
    ['rejects', () => Promise.reject(new Error('the broker is down'))],
    ['throws', throws(new Error('the broker is down'))],
  ])('survives a broadcaster that %s', async (_title, broadcast) => {
    const broadcaster = bridge.app.nest.get(IRealtimeBroadcaster);
    const { broadcast: original } = broadcaster;
    broadcaster.broadcast = function (this: IRealtimeBroadcaster, ...args: unknown[]) {
      broadcaster.broadcast = original;
      return broadcast.apply(this, args as never) as Promise<void>;
    };
    await expectOneFailure(new Happened(good.given), 'the broker is down');
  });

  it('logs one of many equal failures and each failure of another kind, and reports all to the hooks', async () => {
    const failing = (text: string) => new Happened(throws(new Error(text)));
    for (let n = 0; n < 20; n++) bridge.publish(failing('the database is down'));
    bridge.publish(failing('no such column'));
    await bridge.settled();
    expect(bridge.log.errors()).toEqual([
      expect.stringContaining('Error: the database is down'),
      expect.stringContaining('Error: no such column'),
    ]);
    expect(bridge.stats[0]).toMatchObject({ failed: 21 });
    expect([bridge.bridged, bridge.exceptions].map(({ length }) => length)).toEqual([21, 21]);
  });

  it('survives an UnhandledExceptionBus that throws on its reports', async () => {
    const exceptions = bridge.app.nest.get(UnhandledExceptionBus);
    exceptions.publisher = { publish: throws(new Error('the bus is full')) };
    bridge.publish(new Happened(undefined));
    await bridge.settled();
    exceptions.publisher = { publish: () => Promise.reject(new Error('the bus is slow')) };
    bridge.publish(new Happened(undefined));
    await bridge.settled();
    expect(bridge.log.errors().filter((line) => line.includes('in the UnhandledExceptionBus, told by'))).toHaveLength(
      2,
    );
    expect(bridge.stats[0]).toMatchObject({ failed: 2 });
  });

  it('survives a logger that throws', async () => {
    jest.spyOn(bridge.log, 'error').mockImplementation(throws(new Error('the disk is full')));
    bridge.publish(new Happened(undefined));
    bridge.publish(good);
    await bridge.settled();
    expect(bridge.broadcasts).toHaveLength(1);
  });

  it('survives events of classes with a Symbol.hasInstance of their own', async () => {
    Object.defineProperty(Happened, Symbol.hasInstance, {
      configurable: true,
      value: throws(new Error('who knows')),
    });
    bridge.publish(new (class Other {})());
    delete (Happened as { [Symbol.hasInstance]?: unknown })[Symbol.hasInstance];
    await bridge.settled();
    expect(bridge.log.errors()).toEqual([expect.stringContaining('who knows')]);
    expect(bridge.stats[0]).toMatchObject({ failed: 1, pending: 0 });
  });
});
