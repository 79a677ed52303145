// Where does a test get a Redis Cluster? Masters of its own with equal ranges of slots, each with a replica if it wants, put together by hand.
import { Redis } from 'ioredis';
import { freePort } from './free-port.js';
import { PERSISTENT, RedisServer } from './redis-server.js';
import { until } from './until.js';

const MASTERS = 3;
const SLOTS = 16_384;
/** How often servers are told of each other, and how long each attempt may take. */
const MEETINGS = 10;
const MEETING_MS = 10_000;
const STARTS = 3;

export class ClusterMember {
  private constructor(
    public server: RedisServer,
    /** Of a stranger, to this server only. */
    readonly redis: Redis,
    readonly id: string,
    private readonly settings: readonly string[],
    /** Where it speaks TLS, if it does. */
    readonly tlsPort: number | null,
  ) {}

  /** `tls`: settings of a server that speaks it, besides its port. The ports of an attempt may be taken before it starts. */
  static async start(extra: readonly string[], tls: readonly string[] | null): Promise<ClusterMember> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await ClusterMember.attempt(extra, tls);
      } catch (error) {
        if (attempt === STARTS) throw error;
      }
    }
  }

  private static async attempt(extra: readonly string[], tls: readonly string[] | null): Promise<ClusterMember> {
    const tlsPort = tls === null ? null : await freePort();
    const settings = [
      ...['--cluster-enabled', 'yes', '--cluster-port', String(await freePort()), '--cluster-node-timeout', '700'],
      ...['--repl-diskless-sync-delay', '0', ...PERSISTENT, ...extra],
      ...(tls === null ? [] : ['--tls-port', String(tlsPort), ...tls]),
    ];
    const server = await RedisServer.start(undefined, settings);
    const redis = new Redis(server.port, '127.0.0.1', { maxRetriesPerRequest: null, disconnectTimeout: 100 });
    redis.on('error', () => undefined);
    return new ClusterMember(server, redis, String(await redis.call('CLUSTER', 'MYID')), settings, tlsPort);
  }

  get address(): string {
    return `127.0.0.1:${this.server.port}`;
  }

  async info(): Promise<string> {
    return String(await this.redis.call('CLUSTER', 'INFO').catch(() => ''));
  }

  async meet(other: ClusterMember): Promise<void> {
    const port = other.settings[other.settings.indexOf('--cluster-port') + 1];
    await this.redis.call('CLUSTER', 'MEET', '127.0.0.1', other.server.port, port);
  }

  /** Ends it at once. `restart` brings it back with what it had. */
  async kill(): Promise<() => Promise<void>> {
    const { port } = this.server;
    const kept = await this.server.kill();
    return async () => void (this.server = await RedisServer.start(port, this.settings, kept));
  }

  async stop(): Promise<void> {
    this.redis.disconnect();
    await this.server.stop();
  }
}

interface ClusterSettings {
  readonly replicas?: boolean;
  readonly settings?: readonly string[];
  readonly tls?: readonly string[] | null;
}

export class RedisCluster {
  private constructor(
    readonly masters: readonly ClusterMember[],
    private readonly others: ClusterMember[],
  ) {}

  static async start({ replicas = false, settings = [], tls = null }: ClusterSettings = {}): Promise<RedisCluster> {
    const start = (count: number) =>
      Promise.all(Array.from({ length: count }, () => ClusterMember.start(settings, tls)));
    const [masters, others] = await Promise.all([start(MASTERS), start(replicas ? MASTERS : 0)]);
    for (const [index, { redis }] of masters.entries()) {
      const [from, to] = [Math.floor((index * SLOTS) / MASTERS), Math.floor(((index + 1) * SLOTS) / MASTERS) - 1];
      await redis.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
      await redis.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
    }
    const all = [...masters, ...others];
    const cluster = new RedisCluster(masters, others);
    await cluster.join(all);
    for (const [index, { redis }] of others.entries()) {
      await redis.call('CLUSTER', 'REPLICATE', masters[index].id);
    }
    for (const { redis } of others) {
      await until(
        async () => String(await redis.info('replication')),
        (info) => info.includes('master_link_status:up'),
      );
    }
    return cluster;
  }

  /** Servers forget others that do not answer soon, so that on a busy machine they have to meet again. */
  private async join(all: readonly ClusterMember[]): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      for (const member of all.slice(1)) await all[0].meet(member);
      try {
        return await this.isKnown(all.length, MEETING_MS);
      } catch (error) {
        if (attempt === MEETINGS) throw error;
      }
    }
  }

  get all(): readonly ClusterMember[] {
    return [...this.masters, ...this.others];
  }

  get addresses(): string[] {
    return this.masters.map(({ address }) => address);
  }

  /** Resolves when each server says that all slots are served. */
  async isKnown(count: number, withinMs?: number): Promise<void> {
    for (const member of this.all) {
      await until(
        () => member.info(),
        (info) => info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${count}`),
        withinMs,
      );
    }
  }

  /** One more master, which has no slot yet. */
  async grow(): Promise<ClusterMember> {
    const member = await ClusterMember.start([], null);
    this.others.push(member);
    await this.masters[0].meet(member);
    await this.isKnown(this.all.length);
    return member;
  }

  /** Every server ends the connections of those who have subscribed. */
  async cutSubscriptions(): Promise<void> {
    await Promise.all(this.all.map(({ redis }) => redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub')));
  }

  async call(command: string, ...args: string[]): Promise<void> {
    for (const { redis } of this.all) await redis.call(command, ...args);
  }

  async stop(): Promise<void> {
    await Promise.all(this.all.map((member) => member.stop()));
  }
}
