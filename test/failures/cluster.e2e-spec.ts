// What do members hear while a Cluster changes under them, and how long does that take with the defaults?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { range } from '../history/reader.js';
import { closeApps, type TestApp } from '../kit/boot.js';
import { type ClusterMember, RedisCluster } from '../kit/redis-cluster.js';
import { SlotMigration } from '../kit/slot-migration.js';
import { until } from '../kit/until.js';
import { bootOn, haveHeard, log } from './applications.js';
import { Follower } from './follower.js';
import { Timetable } from './timetable.js';

const times = new Timetable();
let tests = 0;

describe('two nodes on a Cluster', () => {
  let cluster: RedisCluster;
  let brokers: RedisRealtimeBroker[];
  let apps: TestApp[];
  let members: Follower[] = [];
  /** Of the test that runs. */
  let id: string;

  beforeAll(async () => void (cluster = await RedisCluster.start({ replicas: true })));
  beforeEach(async () => {
    id = String(++tests);
    brokers = range(1, 2).map(() => new RedisRealtimeBroker({ cluster: cluster.addresses }));
    apps = await Promise.all(brokers.map(bootOn));
    members = await Promise.all(apps.map((app) => new Follower(log.with({ id }).name).join(app, 'ann')));
  });
  afterEach(async () => {
    for (const member of members) member.leave();
    await closeApps();
  });
  afterAll(async () => {
    times.print();
    await cluster.stop();
  });

  async function say(numbers: readonly number[]): Promise<void> {
    for (const n of numbers) {
      await until(
        () =>
          apps[n % 2].broadcast(log.with({ id }), 'message', n, { idempotencyKey: String(n) }).then(
            () => true,
            () => false,
          ),
        Boolean,
      );
    }
  }

  function expectNothingMissed(last: number): void {
    for (const { heard, wrong, evictions } of members) {
      expect(heard).toEqual(range(1, last));
      expect([wrong, evictions]).toEqual([[], []]);
    }
  }

  /** The master that has the log. */
  async function home(): Promise<ClusterMember> {
    for (const member of cluster.masters) {
      if ((await member.redis.keys(`rt:{*}:l:logs.${id}`)).length > 0) return member;
    }
    throw new Error('No master has the log.');
  }

  it('lose nothing of a log while its slot goes to another master', async () => {
    await say(range(1, 20));
    const from = await home();
    const to = cluster.masters[(cluster.masters.indexOf(from) + 1) % 3];
    const [key] = await from.redis.keys(`rt:{*}:l:logs.${id}`);
    const migration = new SlotMigration(cluster, Number(await from.redis.call('CLUSTER', 'KEYSLOT', key)), from, to);
    const clock = times.start('slot migration');
    await migration.begin();
    while (await migration.moveKeys());
    // without a key, which would have to be there
    for (const n of range(21, 40)) await apps[n % 2].broadcast(log.with({ id }), n);
    await haveHeard(members, 40);
    clock.mark('20 events heard while the slot is on its way');
    clock.again();
    await migration.end();
    await say(range(41, 60));
    await haveHeard(members, 60);
    clock.mark('20 events heard since it has arrived');
    expectNothingMissed(60);
  });

  it('lose nothing of a log that a replica has when its master dies', async () => {
    await say(range(1, 20));
    const master = await home();
    await master.redis.call('WAIT', 1, 10_000);
    const clock = times.start('master of a Cluster killed');
    const restart = await master.kill();
    await say(range(21, 40));
    await haveHeard(members, 40);
    clock.mark('its replica has taken 20 events, and all have heard them');
    expectNothingMissed(40);
    await restart();
    for (const broker of brokers) {
      await until(
        () => broker.health().state,
        (state) => state === 'ok',
      );
    }
  });
});
