// What do several nodes on one Redis see? Brokers with recording sinks, and a plain connection for what strangers write.
import { Redis } from 'ioredis';
import { RedisRealtimeBroker, type RedisBrokerOptions } from 'nestjs-realtime/redis';
import { RecordingSink } from './broker-sink.js';
import { RedisServer } from './redis-server.js';

/** For tests in which Redis does not fail: a machine that is busy is no Redis that is away. */
export const PATIENT = {
  connectTimeout: '10s',
  commandTimeout: '10s',
  silenceTimeout: '20s',
  joinTimeout: '60s',
} as const;

export interface RedisNode {
  readonly broker: RedisRealtimeBroker;
  readonly sink: RecordingSink;
}

export class RedisNodes {
  readonly all: RedisNode[] = [];

  private constructor(
    public server: RedisServer,
    /** Of a stranger. */
    readonly redis: Redis,
  ) {}

  static async start(settings: readonly string[] = []): Promise<RedisNodes> {
    const server = await RedisServer.start(undefined, settings);
    const redis = new Redis(server.port, '127.0.0.1', { maxRetriesPerRequest: null, disconnectTimeout: 100 });
    redis.on('error', () => undefined);
    return new RedisNodes(server, redis);
  }

  async node(options: Partial<RedisBrokerOptions> = {}): Promise<RedisNode> {
    const broker = new RedisRealtimeBroker({ url: this.server.url, ...options } as RedisBrokerOptions);
    const sink = new RecordingSink();
    this.all.push({ broker, sink });
    await broker.start(sink);
    return { broker, sink };
  }

  async publisher(options: Partial<RedisBrokerOptions> = {}): Promise<RedisRealtimeBroker> {
    const broker = new RedisRealtimeBroker({ url: this.server.url, ...options } as RedisBrokerOptions);
    this.all.push({ broker, sink: new RecordingSink() });
    await broker.start(null);
    return broker;
  }

  /** Ends all nodes, and forgets what Redis knows. */
  async clear(): Promise<void> {
    await Promise.all(this.all.splice(0).map(({ broker }) => broker.stop()));
    await this.redis.flushall();
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.splice(0).map(({ broker }) => broker.stop()));
    this.redis.disconnect();
    await this.server.stop();
  }
}
