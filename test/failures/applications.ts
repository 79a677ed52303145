// What stands when something dies? Applications on one Redis, each behind a way of its own, with the defaults of the broker.
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { RedisRealtimeBroker, type RedisBrokerOptions } from 'nestjs-realtime/redis';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { range } from '../history/reader.js';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { RedisProxy } from '../kit/redis-proxy.js';
import { PERSISTENT, RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';
import { Follower } from './follower.js';

export const log = defineRealtimeChannel({
  name: 'logs.{id}',
  scope: 'public',
  payload: z.number(),
  history: { size: 10_000 },
});
export const room = defineRealtimeChannel({ name: 'rooms.{id}', scope: 'public', payload: z.number() });

export interface Application {
  readonly app: TestApp;
  readonly broker: RedisRealtimeBroker;
  readonly way: RedisProxy;
}

/** An application with a log and a room. */
export function bootOn(broker: RedisRealtimeBroker): Promise<TestApp> {
  return boot({
    imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, broker }), RealtimeModule.forFeature([log, room])],
  });
}

export class Applications {
  private readonly followers: Follower[] = [];

  private constructor(
    public server: RedisServer,
    /** Of a stranger. */
    public redis: Redis,
    readonly all: readonly Application[],
  ) {}

  static async start(count = 2, options: Partial<RedisBrokerOptions> = {}): Promise<Applications> {
    const server = await RedisServer.start(undefined, PERSISTENT);
    const starting = range(1, count).map(async (): Promise<Application> => {
      const way = await RedisProxy.before(server.port);
      const broker = new RedisRealtimeBroker({ url: way.url, ...options } as RedisBrokerOptions);
      return { way, broker, app: await bootOn(broker) };
    });
    return new Applications(server, strangerAt(server), await Promise.all(starting));
  }

  /** A member at each node. */
  async follow(id: string): Promise<Follower[]> {
    const { name } = log.with({ id });
    const members = await Promise.all(this.all.map(({ app }) => new Follower(name).join(app, 'ann')));
    this.followers.push(...members);
    return members;
  }

  /** Broadcasts each number until Redis has taken it, with a key that makes a repetition harmless. */
  async say(id: string, numbers: readonly number[], node = 0): Promise<void> {
    for (const n of numbers) {
      await until(
        () =>
          this.all[node].app.broadcast(log.with({ id }), 'message', n, { idempotencyKey: `${id} ${n}` }).then(
            () => true,
            () => false,
          ),
        Boolean,
      );
    }
  }

  /** Resolves when all brokers are in this state. */
  async areAll(state: string): Promise<void> {
    for (const { broker } of this.all) {
      await until(
        () => broker.health().state,
        (current) => current === state,
      );
    }
  }

  /** Another server answers on the ways of all nodes. */
  become(server: RedisServer): void {
    this.redis.disconnect();
    this.server = server;
    this.redis = strangerAt(server);
    for (const { way } of this.all) way.redirect(server.port);
  }

  async stop(): Promise<void> {
    for (const follower of this.followers) follower.leave();
    await closeApps();
    for (const { way } of this.all) way.close();
    this.redis.disconnect();
    await this.server.stop();
  }
}

/** Resolves when each has heard the number. */
export async function haveHeard(followers: readonly Follower[], n: number): Promise<void> {
  for (const { heard } of followers) {
    await until(
      () => heard.at(-1),
      (last) => last === n,
    );
  }
}

export function strangerAt(server: RedisServer): Redis {
  const redis = new Redis(server.port, '127.0.0.1', { maxRetriesPerRequest: null, disconnectTimeout: 100 });
  redis.on('error', () => undefined);
  return redis;
}
