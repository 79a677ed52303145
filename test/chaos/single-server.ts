// What happens to one Redis? It freezes, dies with and without its memory, loses a tail to a failover, and cuts its subscribers.
import { setTimeout } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { freePort } from '../kit/free-port.js';
import { RedisProxy } from '../kit/redis-proxy.js';
import { PERSISTENT, RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';
import type { Engine, EngineFault } from './engine.js';

export class SingleServer implements Engine {
  private readonly ways: RedisProxy[] = [];

  private constructor(
    private server: RedisServer,
    private admin: Redis,
  ) {}

  static async start(): Promise<SingleServer> {
    const server = await RedisServer.start(undefined, PERSISTENT);
    return new SingleServer(server, administratorOf(server));
  }

  readonly faults: Readonly<Record<string, EngineFault>> = {
    'all subscriptions are cut again and again': async ({ chance }) => {
      for (let cut = 0; cut < 12; cut++) {
        await this.admin.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
        await setTimeout(100 + chance.below(300));
      }
    },
    'Redis freezes for a moment': ({ chance }) => this.freeze(500 + chance.below(1_000)),
    'Redis freezes': ({ chance }) => this.freeze(3_000 + chance.below(2_000)),
    'Redis is killed and keeps its file': ({ chance }) => this.crash(chance.below(2_000)),
    'Redis is killed and comes back empty': async ({ ledger, chance }) => {
      ledger.engineLostEvents();
      await this.crashEmpty(chance.below(2_000));
      ledger.engineLostEvents();
    },
    'a replica takes over that lacks the tail': async ({ ledger, chance }) => {
      ledger.engineLostEvents();
      await this.failOver(300 + chance.below(1_000));
      for (const way of this.ways) way.redirect(this.server.port);
      ledger.engineLostEvents();
    },
    'the network of a node swallows everything': async ({ chance }) => {
      const way = chance.one(this.ways);
      way.passes = () => false;
      await setTimeout(2_000 + chance.below(4_000));
      way.restore();
    },
  };

  async way(): Promise<RedisProxy> {
    const way = await RedisProxy.before(this.server.port);
    this.ways.push(way);
    return way;
  }

  async stop(): Promise<void> {
    this.admin.disconnect();
    await this.server.stop();
  }

  private async freeze(forMs: number): Promise<void> {
    this.server.freeze();
    await setTimeout(forMs);
    this.server.thaw();
  }

  /** Killed; its append-only file stays. */
  private async crash(downMs: number): Promise<void> {
    const { port } = this.server;
    const directory = await this.server.kill();
    await setTimeout(downMs);
    this.server = await RedisServer.start(port, PERSISTENT, directory);
  }

  /** Killed; nothing of it stays. */
  private async crashEmpty(downMs: number): Promise<void> {
    const { port } = this.server;
    await this.server.stop();
    await setTimeout(downMs);
    this.server = await RedisServer.start(port, PERSISTENT);
  }

  /** A replica is promoted that has not heard of the last `tailMs`. Resolves when the old server is dead. */
  private async failOver(tailMs: number): Promise<void> {
    const replica = await RedisServer.start(await freePort(), PERSISTENT);
    const promoted = administratorOf(replica);
    await promoted.replicaof('127.0.0.1', this.server.port);
    await until(
      () => promoted.info('replication'),
      (info) => info.includes('master_link_status:up'),
    );
    await promoted.replicaof('NO', 'ONE');
    await setTimeout(tailMs);
    this.admin.disconnect();
    await this.server.stop();
    this.server = replica;
    this.admin = promoted;
  }
}

function administratorOf(server: RedisServer): Redis {
  const redis = new Redis(server.port, '127.0.0.1', { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  return redis;
}
