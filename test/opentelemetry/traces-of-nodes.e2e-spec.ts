// Does one trace lead from a broadcast to its delivery on another node?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { context, propagation, SpanKind, trace } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { OpenTelemetryTracer } from 'nestjs-realtime/opentelemetry';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { z } from 'zod';
import { Reader } from '../history/reader.js';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { RedisNodes } from '../kit/redis-nodes.js';
import { until } from '../kit/until.js';
import { Recorder } from './recorder.js';

const room = defineRealtimeChannel({ name: 'rooms.{id}', scope: 'public', events: { said: z.number() } });
const log = defineRealtimeChannel({
  name: 'logs.{id}',
  scope: 'public',
  events: { said: z.number() },
  history: { size: 100 },
});
const KEY = 'a key of some length';

const idOf = (span: ReadableSpan) => span.spanContext().spanId;
const traceOf = (span: ReadableSpan) => span.spanContext().traceId;

describe.each([undefined, KEY])('traces over several nodes, with the key %s', (mac) => {
  let redis: RedisNodes;
  let recorder: Recorder;
  let worker: TestApp;
  let node: TestApp;

  const bootNode = (traced = true): Promise<TestApp> => {
    const broker = new RedisRealtimeBroker({ url: redis.server.url, mac });
    const tracer = traced ? { tracer: OpenTelemetryTracer } : {};
    const realtime = RealtimeModule.forRoot({ authenticator: KnownUsers, broker, ...tracer });
    return boot({ imports: [realtime, RealtimeModule.forFeature([room, log])] });
  };
  /** What a job of a worker does. */
  const job = async <Result>(run: () => Promise<Result>): Promise<ReadableSpan> => {
    const span = trace.getTracer('worker').startSpan('job');
    await context.with(trace.setSpan(context.active(), span), run);
    span.end();
    return recorder.span('job');
  };
  const spansOf = (name: string, count: number): Promise<ReadableSpan[]> =>
    until(
      () => recorder.spans.filter((span) => span.name === name),
      ({ length }) => length === count,
    );

  beforeAll(async () => void (redis = await RedisNodes.start()));
  beforeEach(async () => {
    recorder = new Recorder();
    [worker, node] = [await bootNode(), await bootNode()];
  });
  afterEach(async () => {
    await closeApps();
    await recorder.stop();
    await redis.clear();
  });
  afterAll(() => redis.stop());

  it('lead from a job to the delivery on another node, and clients get frames as always', async () => {
    const client = await node.connect({ as: 'ann' });
    await client.subscribe('rooms.1');
    recorder.forget();
    const frames: unknown[][] = [];
    client.socket.on('rt:event', (...frame: unknown[]) => frames.push(frame));
    const started = await job(() => worker.broadcast(room.with({ id: '1' }), 'said', 7));
    const broadcast = await recorder.span('realtime-broadcast rooms.{id} said');
    const delivery = await recorder.span('realtime-deliver rooms.{id} said');
    expect([broadcast, delivery].map(traceOf)).toEqual([traceOf(started), traceOf(started)]);
    expect(broadcast.parentSpanContext?.spanId).toBe(idOf(started));
    expect(delivery.parentSpanContext).toMatchObject({ spanId: idOf(broadcast), isRemote: true });
    expect(delivery.kind).toBe(SpanKind.CONSUMER);
    expect(delivery.attributes).toEqual({
      'realtime.op': 'realtime-deliver',
      'realtime.channel': 'rooms.{id}',
      'realtime.event': 'said',
    });
    await until(
      () => frames.length,
      (count) => count === 1,
    );
    expect(frames).toEqual([['rooms.1', 'said', 7]]);
  });

  it('lead to every node that delivers an event of a log, also to one that reads it later', async () => {
    const readers = await Promise.all(
      [worker, node].map(async (each) => new Reader(await each.connect({ as: 'ann' }), 'logs.1')),
    );
    for (const reader of readers) await reader.subscribe();
    recorder.forget();
    const started = await job(() => worker.broadcast(log.with({ id: '1' }), 'said', 1));
    const broadcast = await recorder.span('realtime-broadcast logs.{id} said');
    for (const delivery of await spansOf('realtime-deliver logs.{id} said', 2)) {
      expect(traceOf(delivery)).toBe(traceOf(started));
      expect(delivery.parentSpanContext?.spanId).toBe(idOf(broadcast));
    }

    recorder.forget();
    await redis.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    const later = await job(() =>
      until(
        () =>
          worker.broadcast(log.with({ id: '1' }), 'said', 2).then(
            () => true,
            () => false,
          ),
        Boolean,
      ),
    );
    for (const delivery of await spansOf('realtime-deliver logs.{id} said', 2)) {
      expect(traceOf(delivery)).toBe(traceOf(later));
    }
    for (const reader of readers)
      await until(
        () => reader.offsets.join(),
        (offsets) => offsets === '1,2',
      );
  });

  it('are none for what was broadcast without, and no baggage travels', async () => {
    const untraced = await bootNode(false);
    const client = await node.connect({ as: 'ann' });
    await client.subscribe('rooms.1');
    recorder.forget();
    await untraced.broadcast(room.with({ id: '1' }), 'said', 1);
    await until(
      () => client.events.length,
      (count) => count === 1,
    );
    expect(recorder.spans.map(({ name }) => name)).toEqual([]);

    const heard: string[] = [];
    const stranger = redis.redis.duplicate();
    await stranger.psubscribe('*');
    stranger.on('pmessage', (_pattern, _topic, text: string) => heard.push(text));
    const baggage = propagation.createBaggage({ secret: { value: 'xyzzy' } });
    const active = propagation.setBaggage(context.active(), baggage);
    await context.with(active, () => worker.broadcast(room.with({ id: '1' }), 'said', 2));
    const [text] = await until(
      () => heard.filter((each) => each.includes('|said|')),
      ({ length }) => length === 1,
    );
    stranger.disconnect();
    expect(text).toMatch(/\|00-[0-9a-f]{32}-[0-9a-f]{16}-01\|[\w-]*\n2$/);
    expect(text).not.toContain('xyzzy');
  });
});

describe('an event of a later release', () => {
  let redis: RedisNodes;
  beforeAll(async () => void (redis = await RedisNodes.start()));
  afterAll(() => redis.stop());

  it('is delivered where its header has more, and skipped and counted where its version is newer', async () => {
    const { broker, sink } = await redis.node();
    await broker.watch('rooms.1');
    const [topic] = (await redis.redis.call('PUBSUB', 'CHANNELS', '*rooms.1')) as string[];
    await redis.redis.publish(topic, '2|e|later-node|t1|said|5|||||\n1');
    await redis.redis.publish(topic, '1|e|later-node|t2|said|5|||||not-a-trace|\n2');
    await redis.redis.publish(topic, '1|e|later-node|t3|said|5|||||||a later field|another|\n3');
    await until(
      () => sink.events.length,
      (count) => count === 1,
    );
    expect(sink.events).toEqual([{ channels: ['rooms.1'], event: 'said', json: '3' }]);
    expect(broker.stats().skipped).toEqual({ version: 1, torn: 1 });
  });
});
