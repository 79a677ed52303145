// Does the Redis broker keep its promises on a Cluster, and does it say what is wrong with one?
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { brokerContract } from 'nestjs-realtime/testing';
import { RecordingSink } from '../kit/broker-sink.js';
import { RedisCluster } from '../kit/redis-cluster.js';
import { faultOf } from '../kit/redis-faults.js';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';

let cluster: RedisCluster;
beforeAll(async () => void (cluster = await RedisCluster.start()));
afterAll(() => cluster.stop());

describe('the Redis broker on a Cluster', () => {
  it.each(brokerContract(() => new RedisRealtimeBroker({ cluster: [cluster.addresses[0]] })))('$title', ({ run }) =>
    run(),
  );
});

describe('the Redis broker on a Cluster, with the keys and topics of each partition', () => {
  const channels = Array.from({ length: 400 }, (_, n) => `log.${n}`);

  it('publishes at the master that has them, and at no other', async () => {
    const broker = new RedisRealtimeBroker({ cluster: [cluster.addresses[2]], prefix: 'spread' });
    await broker.start(new RecordingSink());
    await Promise.all(channels.map((channel) => broker.watch(channel)));
    const event = { event: 'said', json: '1' };
    const terms = { size: 1, ttlMs: 60_000 };
    await Promise.all(channels.map((channel) => broker.publish({ channels: [channel], ...event }, terms)));
    const counts: number[] = [];
    for (const { redis } of cluster.masters) {
      const topics = (await redis.call('PUBSUB', 'SHARDCHANNELS', 'spread:*:t:log.*')) as string[];
      const keys = await redis.keys('spread:*:m:log.*');
      expect(topics.map((topic) => topic.replace(':t:', ':m:')).sort()).toEqual(keys.sort());
      counts.push(keys.length);
    }
    expect(counts.reduce((sum, count) => sum + count)).toBe(channels.length);
    expect(Math.min(...counts)).toBeGreaterThan(channels.length / 6);
    await broker.stop();
  });
});

describe('a Cluster at boot', () => {
  afterEach(() => void jest.restoreAllMocks());

  /** Lines of the log, by their level. */
  function logged(level: 'warn' | 'error'): string[] {
    const lines: string[] = [];
    jest.spyOn(Logger.prototype, level).mockImplementation((line: unknown) => void lines.push(String(line)));
    return lines;
  }

  it('is found through any of its servers, also where others that are named do not answer', async () => {
    const dead = await RedisServer.start();
    await dead.stop();
    expect(await faultOf({ cluster: [`127.0.0.1:${dead.port}`, `redis://${cluster.addresses[1]}/`] })).toBe('none');
  });

  it('is not used as a single server, nor a single server as a Cluster', async () => {
    logged('error');
    expect(await faultOf({ url: `redis://${cluster.addresses[0]}` })).toMatch(/belongs to a Cluster.*\{ cluster: \[/);
    const single = await RedisServer.start();
    expect(await faultOf({ cluster: [`127.0.0.1:${single.port}`] })).toMatch(/is no Cluster.*\{ url: /);
    await single.stop();
  });

  it.each([0, 1, 2])('lets a user work that has the rights on every master, also on master %s', async (index) => {
    logged('error');
    const rights = '~rt:* &rt:* +@read +@write +@pubsub +@scripting +@connection +info +time +cluster|slots'.split(' ');
    await cluster.call('ACL', 'SETUSER', 'app', 'reset', 'on', '>secret', 'resetchannels', ...rights);
    const options = { cluster: [`redis://app:secret@${cluster.addresses[0]}`] };
    expect(await faultOf(options)).toBe('none');
    for (const lacking of ['-xadd', '-ssubscribe', '-spublish']) {
      await cluster.masters[index].redis.call('ACL', 'SETUSER', 'app', lacking);
      expect([lacking, await faultOf(options)]).toEqual([
        lacking,
        expect.stringMatching(/lacks rights.*ACL SETUSER.*\+cluster\|slots$/),
      ]);
      await cluster.masters[index].redis.call('ACL', 'SETUSER', 'app', lacking.replace('-', '+'));
    }
    await cluster.call('ACL', 'SETUSER', 'app', '-cluster|slots');
    expect(await faultOf(options)).toMatch(/lacks rights/);
  });

  it.each([0, 1, 2])('is told to keep keys where master %s evicts them', async (index) => {
    const lines = logged('warn');
    await cluster.masters[index].redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await faultOf({ cluster: cluster.addresses })).toBe('none');
    expect(lines).toEqual([expect.stringMatching(/maxmemory-policy allkeys-lru/)]);
    await cluster.masters[index].redis.config('SET', 'maxmemory-policy', 'noeviction');
  });

  it('is told that it has too few partitions for its masters', async () => {
    const lines = logged('warn');
    expect(await faultOf({ cluster: cluster.addresses, prefix: 'few', partitions: 23 })).toBe('none');
    expect(lines).toEqual([expect.stringMatching(/3 masters for 23 partitions.*set partitions: 24 or more/)]);
    expect(await faultOf({ cluster: cluster.addresses, prefix: 'enough', partitions: 24 })).toBe('none');
    expect(lines).toHaveLength(1);
  });

  it('is not shared by nodes that divide channels differently', async () => {
    logged('error');
    expect(await faultOf({ cluster: cluster.addresses, prefix: 'shop', partitions: 64 })).toBe('none');
    expect(await faultOf({ cluster: cluster.addresses, prefix: 'shop', partitions: 128 })).toMatch(
      /prefix 'shop' is in use with 64 partitions and not 128/,
    );
  });

  it('starts without a Cluster, and joins when there is one', async () => {
    const restarts = await Promise.all(cluster.masters.map((master) => master.kill()));
    const broker = new RedisRealtimeBroker({ cluster: cluster.addresses, joinTimeout: '100ms' });
    await broker.start(new RecordingSink());
    expect(broker.health()).toMatchObject({ state: 'joining', reason: expect.stringMatching(/ECONNREFUSED/) });
    await Promise.all(restarts.map((restart) => restart()));
    await until(
      () => broker.health().state,
      (state) => state === 'ok',
    );
    await broker.stop();
  });
});
