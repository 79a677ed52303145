// How does a slot of a Cluster go to another master? In the steps of an operator's tool, so that a test can act between them.
import type { ClusterMember, RedisCluster } from './redis-cluster.js';

/** Keys that go together, as redis-cli has it. */
const AT_ONCE = '10';

export class SlotMigration {
  constructor(
    private readonly cluster: RedisCluster,
    readonly slot: number,
    readonly from: ClusterMember,
    readonly to: ClusterMember,
  ) {}

  async begin(): Promise<void> {
    await this.to.redis.call('CLUSTER', 'SETSLOT', this.slot, 'IMPORTING', this.from.id);
    await this.from.redis.call('CLUSTER', 'SETSLOT', this.slot, 'MIGRATING', this.to.id);
  }

  /** Moves some keys. False if none is left. */
  async moveKeys(): Promise<boolean> {
    const keys = (await this.from.redis.call('CLUSTER', 'GETKEYSINSLOT', this.slot, AT_ONCE)) as string[];
    if (keys.length > 0) await this.move(keys);
    return keys.length > 0;
  }

  async move(keys: readonly string[]): Promise<void> {
    await this.from.redis.call('MIGRATE', '127.0.0.1', this.to.server.port, '', 0, 5_000, 'KEYS', ...keys);
  }

  async end(): Promise<void> {
    for (const { redis } of [this.to, this.from, ...this.cluster.masters]) {
      await redis.call('CLUSTER', 'SETSLOT', this.slot, 'NODE', this.to.id);
    }
  }
}
