import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { LogEngine } from '../../../../test/kit/log-engine.js';
import type { ChannelMatch } from '../connections/channel-match.js';
import { Membership } from '../connections/channel.membership.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import type { IRealtimeServer } from '../connections/realtime.server.js';
import type { RegisteredChannel } from '../connections/registered-channel.js';
import { resolveOptions } from '../realtime.settings.js';
import { NoopTracer } from '../instrumentation/realtime.tracer.js';
import { BrokerCounts } from './broker.counts.js';
import { ChannelLogs } from './channel.logs.js';

const kept = defineRealtimeChannel({ name: 'log.{id}', scope: 'public', payload: z.number(), history: true });
const bare = defineRealtimeChannel({ name: 'bare.{id}', scope: 'public', payload: z.number() });
const TERMS = { size: 100, ttlMs: 60_000 };

function match(descriptor: typeof kept | typeof bare, id: string): ChannelMatch {
  const address = descriptor.with({ id }) as { name: string; params: Record<string, string> };
  const registered = {
    descriptor,
    events: new Map([['message', null]]),
    log: descriptor === kept ? TERMS : null,
  } as unknown as RegisteredChannel;
  const { name, params } = address;
  return { descriptor: descriptor, name, params, registered, address: address as never };
}

function world() {
  const engine = new LogEngine();
  const broker = engine.node();
  const membership = new Membership<object>();
  const delivered: [string, number | undefined][] = [];
  const server = {
    deliver: ({ channels, offset }: EncodedEvent) => delivered.push([channels[0], offset]),
  } as unknown as IRealtimeServer;
  const logs = new ChannelLogs(broker, resolveOptions(), membership, server, new BrokerCounts(), new NoopTracer());
  void broker.start({
    receive: (frame) => logs.receive(frame),
    deliver: () => undefined,
    act: () => Promise.resolve(),
    renewAll: () => Promise.resolve(),
    gone: () => logs.gone(),
    rejoined: () => logs.rejoined(),
  });
  const publish = (channel = 'log.a') => engine.append(channel, { event: 'message', json: '1' }, 100);
  return { engine, broker, membership, delivered, logs, publish };
}

describe('the logs that a node follows', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());
  const turn = () => jest.advanceTimersByTimeAsync(0);
  const turns = async () => {
    for (let left = 5; left > 0; left--) await turn();
  };

  it('are those of channels with history that have members, until five seconds after the last', async () => {
    const { broker, membership, logs, publish, delivered } = world();
    const member = {};
    membership.enter(match(kept, 'a'), member);
    membership.enter(match(bare, 'b'), member);
    await turn();
    expect([...broker.watched]).toEqual(['log.a']);
    publish();
    expect(delivered).toEqual([['log.a', 1]]);
    membership.exit('log.a', member);
    await jest.advanceTimersByTimeAsync(4_999);
    expect(logs.size).toBe(1);
    await jest.advanceTimersByTimeAsync(1);
    expect([logs.size, [...broker.watched]]).toEqual([0, []]);
    logs.onApplicationShutdown();
  });

  it('are compared with the engine where nothing was heard for ten seconds', async () => {
    const { engine, logs, publish, delivered } = world();
    logs.hold(match(kept, 'a'));
    await turn();
    engine.wire = () => undefined;
    publish();
    engine.reads = 0;
    await jest.advanceTimersByTimeAsync(9_999);
    expect(delivered).toEqual([]);
    await jest.advanceTimersByTimeAsync(1);
    expect(delivered).toEqual([['log.a', 1]]);
    await jest.advanceTimersByTimeAsync(60_000);
    // A log that stands where the engine does is not read.
    expect(engine.reads).toBe(1);
    logs.onApplicationShutdown();
  });

  it('are compared within ten seconds of the last frame, and then once in ten', async () => {
    const { engine, broker, logs, publish, delivered } = world();
    logs.hold(match(kept, 'a'));
    await turn();
    await jest.advanceTimersByTimeAsync(5_001);
    publish();
    const asked = jest.spyOn(broker, 'positions');
    engine.wire = () => undefined;
    publish();
    await jest.advanceTimersByTimeAsync(10_000);
    expect(delivered.map(([, offset]) => offset)).toEqual([1, 2]);
    asked.mockClear();
    await jest.advanceTimersByTimeAsync(60_000);
    expect(asked.mock.calls.length).toBe(6);
    logs.onApplicationShutdown();
  });

  it('are compared all together when the engine is back, and only those that have missed something are read', async () => {
    const { engine, logs, publish, delivered } = world();
    for (let n = 0; n < 250; n++) logs.hold(match(kept, String(n)));
    await turn();
    engine.goAway();
    expect(logs.positionOf('log.7')).toBeUndefined();
    publish('log.7');
    engine.reads = 0;
    engine.comeBack();
    await turn();
    expect(delivered).toEqual([['log.7', 1]]);
    expect(engine.reads).toBe(1);
    expect(logs.positionOf('log.8')).toMatchObject({ offset: 0 });
    logs.onApplicationShutdown();
  });

  it('are read 32 at a time, however many have missed something', async () => {
    const { engine, logs, publish, delivered } = world();
    for (let n = 0; n < 100; n++) logs.hold(match(kept, String(n)));
    await turn();
    engine.goAway();
    for (let n = 0; n < 100; n++) publish(`log.${n}`);
    engine.reads = 0;
    // Positions are asked for first.
    engine.comeBack();
    const answers: (() => void)[] = [];
    engine.delay = () => new Promise((resolve) => answers.push(resolve));
    await turns();
    for (const answered of [1, 9, 32, 32, 26]) {
      expect(answers).toHaveLength(Math.min(32, 100 - delivered.length));
      for (const answer of answers.splice(0, answered)) answer();
      await turns();
    }
    expect([delivered.length, engine.reads]).toEqual([100, 100]);
    logs.onApplicationShutdown();
  });

  it('are reset 32 in one turn of the event loop, where the engine has lost all of them', async () => {
    jest.useRealTimers();
    const { engine, logs, publish } = world();
    for (let n = 0; n < 200; n++) logs.hold(match(kept, String(n)));
    await Promise.all(Array.from({ length: 200 }, (_, n) => logs.hold(match(kept, String(n))).whenLive()));
    for (let n = 0; n < 200; n++) publish(`log.${n}`);
    const resets: string[] = [];
    logs.onReset((channel) => resets.push(channel));
    for (let n = 0; n < 200; n++) engine.begin(`log.${n}`);
    logs.gone();
    logs.rejoined();
    let most = 0;
    for (let before = 0; before < 200; before = resets.length) {
      await setImmediate();
      most = Math.max(most, resets.length - before);
    }
    expect(new Set(resets).size).toBe(200);
    expect(most).toBeLessThanOrEqual(32);
    logs.onApplicationShutdown();
  });

  it('that begin while the engine is away are not live before it is back', async () => {
    const { engine, logs } = world();
    engine.goAway();
    logs.hold(match(kept, 'a'));
    await jest.advanceTimersByTimeAsync(5_000);
    expect(logs.positionOf('log.a')).toBeUndefined();
    engine.comeBack();
    await jest.advanceTimersByTimeAsync(2_000);
    expect(logs.positionOf('log.a')).toMatchObject({ offset: 0 });
    logs.onApplicationShutdown();
  });

  it('are not live while frames may be lost, although the engine answers', async () => {
    const { logs, publish, delivered } = world();
    logs.gone();
    logs.hold(match(kept, 'a'));
    await jest.advanceTimersByTimeAsync(5_000);
    expect(logs.positionOf('log.a')).toBeUndefined();
    publish();
    logs.rejoined();
    await turn();
    expect(logs.positionOf('log.a')).toMatchObject({ offset: 1 });
    expect(delivered).toEqual([['log.a', 1]]);
    logs.onApplicationShutdown();
  });

  it('end at once when the application has closed', async () => {
    const { broker, logs } = world();
    logs.hold(match(kept, 'a'));
    await turn();
    logs.onApplicationShutdown();
    expect([logs.size, [...broker.watched], jest.getTimerCount()]).toEqual([0, [], 0]);
  });
});
