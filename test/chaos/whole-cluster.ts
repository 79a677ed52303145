// What happens to a Cluster? Slots of busy logs move, masters die and their replicas stand in, and all servers cut their subscribers.
import { setTimeout } from 'node:timers/promises';
import type { Chance } from '../kit/chance.js';
import { type ClusterMember, RedisCluster } from '../kit/redis-cluster.js';
import { SlotMigration } from '../kit/slot-migration.js';
import { until } from '../kit/until.js';
import type { Engine, EngineFault, Way } from './engine.js';

const FAILOVER_PAUSE_MS = 500;

export class WholeCluster implements Engine {
  private constructor(private readonly cluster: RedisCluster) {}

  static async start(): Promise<WholeCluster> {
    return new WholeCluster(await RedisCluster.start({ replicas: true }));
  }

  readonly faults: Readonly<Record<string, EngineFault>> = {
    'all subscriptions are cut again and again': async ({ chance }) => {
      for (let cut = 0; cut < 12; cut++) {
        await this.cluster.cutSubscriptions();
        await setTimeout(100 + chance.below(300));
      }
    },
    'the slot of a busy log goes to another master': ({ chance }) => this.moveSlot(chance),
    'a master dies, and its replica stands in until it is back': async ({ ledger, chance }) => {
      ledger.engineLostEvents();
      const nth = chance.below(this.cluster.masters.length);
      await this.replace(this.cluster.masters[nth], this.cluster.all[this.cluster.masters.length + nth]);
      ledger.engineLostEvents();
    },
  };

  /** The servers say where they are, so no proxy stands between. */
  async way(): Promise<Way> {
    return { url: `redis-cluster://${this.cluster.addresses.join(',')}`, close: () => undefined };
  }

  stop(): Promise<void> {
    return this.cluster.stop();
  }

  private async moveSlot(chance: Chance): Promise<void> {
    const { masters } = this.cluster;
    const from = await this.busyMaster(chance);
    const to = chance.one(masters.filter((master) => master !== from));
    const key = chance.one((await from.redis.keys('rt:{*}:l:t.log.*')).sort());
    const migration = new SlotMigration(
      this.cluster,
      Number(await from.redis.call('CLUSTER', 'KEYSLOT', key)),
      from,
      to,
    );
    await migration.begin();
    // publishes go on meanwhile, so that new keys come, at the other master
    do await setTimeout(chance.below(200));
    while (await migration.moveKeys());
    await migration.end();
  }

  /** A master that has a log. */
  private async busyMaster(chance: Chance): Promise<ClusterMember> {
    const busy: ClusterMember[] = [];
    for (const master of this.cluster.masters) {
      if ((await master.redis.keys('rt:{*}:l:t.log.*')).length > 0) busy.push(master);
    }
    return chance.one(busy);
  }

  /** Resolves when the master has its place again, which the replica hands over without a loss. */
  private async replace(master: ClusterMember, replica: ClusterMember): Promise<void> {
    const restart = await master.kill();
    await until(
      () => replica.redis.info('replication'),
      (info) => info.includes('role:master'),
    );
    await restart();
    await until(
      () => master.redis.info('replication'),
      (info) => info.includes('role:slave') && info.includes('master_link_status:up'),
    );
    await until(
      async () => {
        await master.redis.call('CLUSTER', 'FAILOVER').catch(() => undefined);
        await setTimeout(FAILOVER_PAUSE_MS);
        return master.redis.info('replication');
      },
      (info) => info.includes('role:master'),
    );
    await this.cluster.isKnown(this.cluster.all.length);
  }
}
