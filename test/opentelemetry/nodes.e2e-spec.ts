// Do the metrics of a node say how it shares events with others, and what became of its logs?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, IRealtimeConnections, RealtimeHealthIndicator, RealtimeModule } from 'nestjs-realtime';
import { type BrokerHealth, InMemoryRealtimeBroker } from 'nestjs-realtime/adapters';
import { RealtimeOpenTelemetryModule } from 'nestjs-realtime/opentelemetry';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { z } from 'zod';
import { Reader } from '../history/reader.js';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { OtherNodes } from '../kit/other-nodes.js';
import { RedisNodes } from '../kit/redis-nodes.js';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';
import { type Point, Recorder } from './recorder.js';

const room = defineRealtimeChannel({ name: 'rooms.{id}', scope: 'public', payload: z.number() });
const log = defineRealtimeChannel({
  name: 'logs.{id}',
  scope: 'public',
  payload: z.number(),
  history: { size: 3 },
});

describe('metrics of several nodes', () => {
  let redis: RedisNodes;
  let recorder: Recorder;
  let measured: TestApp;
  let other: TestApp;

  const bootNode = (modules: object[] = []): Promise<TestApp> => {
    const broker = new RedisRealtimeBroker({ url: redis.server.url, silenceTimeout: '500ms', beatInterval: '200ms' });
    const realtime = RealtimeModule.forRoot({ authenticator: KnownUsers, broker, acknowledgeTimeout: '300ms' });
    return boot({ imports: [realtime, RealtimeModule.forFeature([room, log]), ...(modules as never[])] });
  };
  /** The value of one series; undefined if there is none. */
  const value = async (name: string, label?: string): Promise<number | undefined> => {
    const points: Point[] = (await recorder.collect())[`realtime.server.${name}`] ?? [];
    return points.find(({ labels }) => label === undefined || Object.values(labels).includes(label))?.value;
  };
  const becomes = (name: string, wanted: number, label?: string): Promise<unknown> =>
    until(
      () => value(name, label),
      (found) => found === wanted,
    );
  const publishLog = (app: TestApp, n: number): Promise<boolean> =>
    app.broadcast(log.with({ id: '1' }), n).then(
      () => true,
      () => false,
    );

  beforeAll(async () => void (redis = await RedisNodes.start()));
  beforeEach(async () => {
    recorder = new Recorder();
    other = await bootNode();
    measured = await bootNode([RealtimeOpenTelemetryModule.forRoot()]);
  });
  afterEach(async () => {
    await closeApps();
    await recorder.stop();
    await redis.clear();
  });
  afterAll(() => redis.stop());

  it('count what goes to the engine and what comes from it, and what cannot be read by its reason', async () => {
    const client = await measured.connect({ as: 'ann' });
    await client.subscribe('rooms.1');
    await becomes('broker.nodes', 2);
    expect(await value('broker.watched', 'event')).toBe(1);
    expect(await value('broker.watched', 'log')).toBe(0);
    for (const n of [1, 2, 3]) void measured.broadcast(room.with({ id: '1' }), n);
    await becomes('broker.published', 3);
    expect(await value('broker.batches')).toBe(1);
    await other.broadcast(room.with({ id: '1' }), 4);
    await becomes('broker.received', 1, 'event');
    const [topic] = (await redis.redis.call('PUBSUB', 'CHANNELS', '*rooms.1')) as string[];
    await redis.redis.publish(topic, '2|e|of a later release\n1');
    await redis.redis.publish(topic, 'garbage');
    await becomes('broker.skipped', 2, 'version');
    await other.broadcast(room.with({ id: '1' }), 5);
    await becomes('broker.received', 2, 'event');
    await becomes('broker.queue.size', 0);
    expect([await value('broker.lost'), await value('broker.expirations')]).toEqual([0, 0]);
  });

  it('count reads of logs by their cause, resets, forks, and clients that come back', async () => {
    const reader = async (): Promise<Reader> => new Reader(await measured.connect({ as: 'ann' }), 'logs.1');
    const { position } = await (await reader()).subscribe();
    await publishLog(other, 1);
    await becomes('broker.received', 1, 'frame');
    await publishLog(measured, 2);
    expect(await value('log.publish.duration')).toBe(1);
    await becomes('broker.received', 2, 'frame');
    const back = await Promise.all([reader(), reader()]);
    await Promise.all(back.map((each) => each.subscribe(position)));
    expect([await value('log.recoveries', 'recovered'), await value('log.reads.shared')]).toEqual([2, 1]);
    await (await reader()).subscribe({ epoch: 'elsewhere', offset: 1 });
    expect(await value('log.recoveries', 'missed')).toBe(1);

    // The engine loses what was delivered, and grows again: the next frame does not follow.
    await redis.redis.flushall();
    await publishLog(other, 3);
    await until(
      () => value('log.refills', 'gap'),
      (refills) => refills! > 0,
    );
    await until(
      () => value('log.resets'),
      (resets) => resets! > 0,
    );
  });

  it('count a fork where the engine has kept less than was delivered', async () => {
    const client = await measured.connect({ as: 'ann' });
    await client.subscribe('logs.1');
    for (const n of [1, 2]) await publishLog(other, n);
    await becomes('broker.received', 2, 'frame');
    const [meta] = await redis.redis.keys('*:m:logs.1');
    const [entries] = await redis.redis.keys('*:l:logs.1');
    const kept = (await redis.redis.xrange(entries, '1-0', '1-0')) as [string, string[]][];
    await redis.redis.hset(meta, 's', '1', 't', kept[0][1][1]);
    await redis.redis.xdel(entries, '2-0');
    await redis.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await becomes('log.forks', 1);
    expect(await value('log.refills', 'rejoined')).toBeGreaterThan(0);
  });

  it('measure commands, and count nodes that have not acted within acknowledgeTimeout', async () => {
    const connections = measured.nest.get(IRealtimeConnections);
    await connections.disconnect({ userId: 'ann' });
    expect([await value('command.duration'), await value('command.missing')]).toEqual([1, 0]);
    const [leases] = await redis.redis.keys('*:nodes');
    await redis.redis.zadd(leases, Date.now() + 60_000, 'a-silent-node');
    await expect(connections.disconnect({ userId: 'ann' })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      missingNodes: ['a-silent-node'],
    });
    expect([await value('command.duration'), await value('command.missing')]).toEqual([2, 1]);
  });

  it('show the state of the broker, as the health of the node does, which stays up', async () => {
    const health = measured.nest.get(RealtimeHealthIndicator);
    const healthIs = (state: BrokerHealth['state']) =>
      until(
        () => health.isHealthy(),
        ({ realtime }) => realtime.broker.state === state,
      );
    await healthIs('ok');
    expect([await value('broker.state', 'ok'), await value('broker.state', 'degraded')]).toEqual([1, 0]);
    const { port } = redis.server;
    await redis.server.stop();
    const { realtime } = await healthIs('degraded');
    expect(realtime).toMatchObject({ status: 'up', state: 'accepting', broker: { reason: expect.any(String) } });
    expect([await value('broker.state', 'ok'), await value('broker.state', 'degraded')]).toEqual([0, 1]);
    await measured.broadcast(room.with({ id: '1' }), 1);
    await becomes('broker.lost', 1);
    redis.server = await RedisServer.start(port);
    await healthIs('ok');
    expect((await health.isHealthy()).realtime.broker).not.toHaveProperty('reason');
  });
});

describe('metrics of a node whose broker counts nothing', () => {
  let recorder: Recorder;
  beforeEach(() => void (recorder = new Recorder()));
  afterEach(async () => {
    await closeApps();
    await recorder.stop();
  });

  const names = async (): Promise<string[]> =>
    Object.keys(await recorder.collect()).map((name) => name.replace('realtime.server.', ''));

  it('have its state, and leave out what it does not tell', async () => {
    const broker = new OtherNodes();
    await boot({ imports: [RealtimeModule.forRoot({ broker }), RealtimeOpenTelemetryModule.forRoot()] });
    const found = await names();
    expect(found).toEqual(expect.arrayContaining(['broker.state', 'broker.received', 'log.resets']));
    expect(found.filter((name) => /lost|queue|published|batches|nodes|expir|skipped/.test(name))).toEqual([
      'queue.size',
    ]);
  });

  it('have nothing of a broker on a single node, but what became of its logs', async () => {
    const broker = new InMemoryRealtimeBroker();
    await boot({ imports: [RealtimeModule.forRoot({ broker }), RealtimeOpenTelemetryModule.forRoot()] });
    const found = await names();
    expect(found.filter((name) => name.startsWith('broker.'))).toEqual([]);
    expect(found).toContain('log.forks');
  });
});
