// Can a process without clients speak to those of other processes, and only so?
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  Injectable,
  type INestApplicationContext,
  Module,
  type OnModuleDestroy,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  defineRealtimeChannel,
  diagnose,
  IRealtimeAuthenticator,
  IRealtimeBroadcaster,
  IRealtimeConnections,
  IRealtimeHistory,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeHealthIndicator,
  RealtimeModule,
  type RealtimeModuleOptions,
} from 'nestjs-realtime';
import { InMemoryRealtimeBroker } from 'nestjs-realtime/adapters';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { z } from 'zod';
import { range, Reader } from '../history/reader.js';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { LogBook } from '../kit/log-book.js';
import { RedisNodes } from '../kit/redis-nodes.js';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';

const log = defineRealtimeChannel({ name: 'logs.{id}', scope: 'public', payload: z.number(), history: true });
const room = defineRealtimeChannel({ name: 'rooms.{id}', scope: 'public', payload: z.number(), message: z.number() });
const FEATURE = RealtimeModule.forFeature([log, room]);
const target = log.with({ id: '1' });

@RealtimeChannel(room)
class OnRoom {
  @RealtimeHandler(room, 'message')
  handle(): void {}
}

@Injectable()
class Unasked extends IRealtimeAuthenticator {
  static asked = 0;
  async authenticate(): Promise<null> {
    Unasked.asked++;
    return null;
  }
}

/** Speaks as early and as late as a feature can. */
@Injectable()
class Talkative implements OnModuleInit, OnModuleDestroy {
  constructor(private readonly realtime: IRealtimeBroadcaster) {}
  async onModuleInit(): Promise<void> {
    await this.realtime.broadcast(target, 1);
  }
  async onModuleDestroy(): Promise<void> {
    await this.realtime.broadcast(target, 2);
  }
}

describe("mode: 'publisher'", () => {
  let redis: RedisNodes;
  const contexts: INestApplicationContext[] = [];

  beforeAll(async () => void (redis = await RedisNodes.start()));
  afterEach(async () => {
    await Promise.all(contexts.splice(0).map((context) => context.close()));
    await closeApps();
    await redis.redis.flushall();
  });
  afterAll(() => redis.stop());

  const broker = () => new RedisRealtimeBroker({ url: redis.server.url });
  const server = (): Promise<TestApp> =>
    boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, broker: broker() }), FEATURE] });
  const moduleWith = (options: RealtimeModuleOptions, providers: Type[] = []): Type => {
    @Module({ imports: [RealtimeModule.forRoot({ mode: 'publisher', ...options }), FEATURE], providers })
    class WorkerModule {}
    return WorkerModule;
  };
  const worker = async (providers: Type[] = [], logger = new LogBook()): Promise<INestApplicationContext> => {
    const module = moduleWith({ broker: broker() }, providers);
    const context = await NestFactory.createApplicationContext(module, { logger, abortOnError: false });
    contexts.push(context);
    return context;
  };
  const offsets = (reader: Reader, count: number) =>
    until(
      () => reader.offsets,
      ({ length }) => length === count,
    );

  it('reaches clients and logs from a process of its own, which sends what waits and ends by itself', async () => {
    const app = await server();
    const [ann, bob] = await Promise.all([app.connect({ as: 'ann' }), app.connect({ as: 'bob' })]);
    const reader = new Reader(ann, target.name);
    await reader.subscribe();
    await ann.subscribe('rooms.1');
    const env = { ...process.env, REDIS_URL: redis.server.url };
    const child = spawn(process.execPath, ['test/publisher/worker.mjs'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'close')]);
    expect([said, code]).toEqual(['[1]\n', 0]);
    await offsets(reader, 4);
    expect(reader.heard).toEqual(range(1, 4).map((n) => [n, n]));
    expect(ann.events.filter(({ channel }) => channel === 'rooms.1')).toMatchObject([{ payload: 2 }]);
    await bob.closed;
    expect(ann.socket.connected).toBe(true);
  });

  it('has one connection to Redis, no topic and no lease', async () => {
    const app = await worker();
    await app.get(IRealtimeBroadcaster).broadcast(target, 1);
    const list = String(await redis.redis.call('CLIENT', 'LIST'))
      .trim()
      .split('\n');
    // the other one is that of the test
    expect(list).toHaveLength(2);
    expect(list.filter((line) => / (sub|psub|ssub)=[1-9]/.test(line))).toEqual([]);
    expect(await redis.redis.keys('*nodes*')).toEqual([]);
  });

  it('takes broadcasts from the first hook of a feature to its last', async () => {
    const app = await worker([Talkative]);
    await app.close();
    const { events } = await (await worker()).get(IRealtimeHistory).read(target);
    expect(events.map(({ payload }) => payload)).toEqual([1, 2]);
  });

  it('refuses at gate 4 as a server does', async () => {
    const realtime = (await worker()).get(IRealtimeBroadcaster);
    await expect(realtime.broadcast(target, 'one' as never)).rejects.toMatchObject({ name: 'BroadcastFault' });
    const other = defineRealtimeChannel({ name: 'other', scope: 'public', payload: z.number() });
    await expect(realtime.broadcast(other, 1)).rejects.toThrow('is not registered');
    expect(await redis.redis.keys('rt:*:l:logs.*')).toEqual([]);
  });

  it('starts without Redis, tells callers UNAVAILABLE, and speaks once Redis is there', async () => {
    const port = redis.server.port;
    await redis.server.stop();
    const app = await worker();
    const outage = { code: 'UNAVAILABLE' };
    const realtime = app.get(IRealtimeBroadcaster);
    const health = () => app.get(RealtimeHealthIndicator).isHealthy();
    expect(await health()).toMatchObject({ realtime: { status: 'down' } });
    await expect(realtime.broadcast(target, 1)).rejects.toMatchObject(outage);
    await expect(realtime.broadcast(room.with({ id: '1' }), 1)).rejects.toMatchObject(outage);
    await expect(realtime.send({ userId: 'ann' }, room.with({ id: '1' }), 'message', 1)).rejects.toMatchObject(outage);
    await expect(app.get(IRealtimeConnections).disconnect({ userId: 'ann' })).rejects.toMatchObject(outage);
    await expect(app.get(IRealtimeHistory).read(target)).rejects.toMatchObject(outage);
    redis.server = await RedisServer.start(port);
    await until(health, ({ realtime: { status } }) => status === 'up');
    await realtime.broadcast(target, 1);
    await app.close();
    await expect(realtime.broadcast(target, 2)).rejects.toMatchObject(outage);
  });

  it.each([
    ['no broker', {}],
    ['a local broker', { broker: InMemoryRealtimeBroker }],
  ])('does not boot with %s, and says what to pass', async (_what, options: RealtimeModuleOptions) => {
    const booted = NestFactory.createApplicationContext(moduleWith(options), { logger: false, abortOnError: false });
    await expect(booted).rejects.toThrow(/mode: 'publisher' needs a broker .* RealtimeModule\.forRoot\(\{ broker \}\)/);
  });

  it("leaves the server's modules as they are: no handler, guard or authenticator runs, and no client can connect", async () => {
    const options = { broker: broker(), authenticator: Unasked, guards: { connect: [] } };
    const app = await boot({ imports: [moduleWith(options, [OnRoom])] });
    await expect(app.connect({ as: 'ann' })).rejects.toThrow();
    expect((await fetch(`${app.url}/realtime/`)).status).toBe(404);
    expect(Unasked.asked).toBe(0);
    expect(diagnose(app.nest)).toEqual([]);
    await app.broadcast(target, 1);
  });

  it('begins a new epoch where Redis has lost what this process has published', async () => {
    const app = await worker();
    const realtime = app.get(IRealtimeBroadcaster);
    const history = app.get(IRealtimeHistory);
    for (const n of range(1, 3)) await realtime.broadcast(target, n);
    const before = await history.position(target);
    // as after a failover to a replica that lags behind
    const [meta] = await redis.redis.keys('rt:*:m:logs.1');
    await redis.redis.hset(meta, 's', 1);
    await redis.redis.del(await redis.redis.keys('rt:*:l:logs.1'));
    await realtime.broadcast(target, 4);
    const after = await history.position(target);
    expect(after.offset).toBe(1);
    expect(after.epoch).not.toBe(before.epoch);
  });
});
