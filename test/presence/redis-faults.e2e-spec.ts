// What does presence on Redis do when nodes freeze, Redis forgets or is away, and strangers write?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import type {
  IRealtimePresenceStore,
  PresenceChange,
  PresenceDiff,
  PresenceSink,
  ToldMember,
} from 'nestjs-realtime/adapters';
import { RedisRealtimeBroker, type RedisBrokerOptions } from 'nestjs-realtime/redis';
import { RecordingSink } from '../kit/broker-sink.js';
import { PATIENT } from '../kit/redis-nodes.js';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';

const CHANNEL = 'rooms.1';
const OPTIONS = { ...PATIENT, partitions: 1, beatInterval: '100ms', nodeLease: '1500ms' } as const;

class Sink implements PresenceSink {
  readonly diffs: PresenceDiff[] = [];
  readonly left: string[] = [];
  readonly gone: string[] = [];
  forgettings = 0;
  receive = (diff: PresenceDiff): void => void this.diffs.push(diff);
  swept = (_channel: string, left: readonly ToldMember[]): void =>
    void this.left.push(...left.map(({ userId }) => userId));
  offline = (userIds: readonly string[]): void => void this.gone.push(...userIds);
  forgotten = (): void => void this.forgettings++;
}

const enters = (...userIds: string[]): PresenceChange[] =>
  userIds.map((userId) => ({ userId, entry: { connections: 1, since: 1, setAt: 1 } }));
const leaves = (...userIds: string[]): PresenceChange[] => userIds.map((userId) => ({ userId, entry: null }));

describe('presence on Redis', () => {
  let server: RedisServer;
  let redis: Redis;
  let tag: string;
  const brokers: RedisRealtimeBroker[] = [];

  beforeAll(async () => {
    server = await RedisServer.start();
    redis = new Redis(server.port, '127.0.0.1');
  });
  afterEach(async () => {
    await Promise.all(brokers.splice(0).map((broker) => broker.stop()));
    await redis.flushall();
  });
  afterAll(async () => {
    redis.disconnect();
    await server.stop();
  });

  async function node(options: Partial<RedisBrokerOptions> = {}) {
    const broker = new RedisRealtimeBroker({ url: server.url, ...OPTIONS, ...options } as RedisBrokerOptions);
    brokers.push(broker);
    const store = broker.presenceStore();
    const sink = new Sink();
    store.listen(sink);
    await broker.start(new RecordingSink());
    tag = `rt:{0}`;
    return { broker, store, sink };
  }

  const users = async (store: IRealtimePresenceStore) => {
    const { byNode } = await store.read(CHANNEL);
    return [...new Set([...byNode.values()].flatMap((entries) => [...entries.keys()]))].sort();
  };

  it('takes out the members of a frozen node, which then applies them again under another name', async () => {
    const [frozen, living] = [await node(), await node()];
    const id = frozen.store.nodeId;
    await frozen.store.apply(CHANNEL, enters('ada', 'bob'));
    // What a sweeper does with the lease of a node that was frozen.
    await redis.multi().zrem(`${tag}:pl`, id).zadd(`${tag}:pd`, 0, id).exec();
    await until(
      () => frozen.sink.forgettings,
      (count) => count === 1,
    );
    expect(frozen.store.nodeId).not.toBe(id);
    expect((await frozen.store.apply(CHANNEL, enters('ada'))).joined).toEqual([]);
    await until(
      () => living.store.count(CHANNEL),
      (count) => count === 1,
    );
    expect(await users(living.store)).toEqual(['ada']);
    await until(
      () => [...frozen.sink.left, ...living.sink.left],
      (left) => left.length > 0,
    );
    expect([...frozen.sink.left, ...living.sink.left]).toEqual(['bob']);
    expect(await redis.zcard(`${tag}:pd`)).toBe(0);
  });

  it.each([1, 2, 3])('takes out all of %d members of a node that is dead', async (count) => {
    const [dead, living] = [await node(), await node()];
    await dead.store.apply(CHANNEL, enters(...['ada', 'bob', 'cy'].slice(0, count)));
    await living.store.apply(CHANNEL, enters('dora'));
    await dead.broker.stop();
    await until(
      () => living.sink.left.length,
      (left) => left === count,
    );
    expect(await users(living.store)).toEqual(['dora']);
    expect(living.sink.left.sort()).toEqual(['ada', 'bob', 'cy'].slice(0, count));
    expect(living.broker.stats().skipped).toEqual({});
  });

  it('tells a node that Redis has forgotten everything', async () => {
    const { store, sink } = await node();
    await store.apply(CHANNEL, enters('ada'));
    await redis.flushall();
    await until(
      () => sink.forgettings,
      (count) => count === 1,
    );
    await store.apply(CHANNEL, enters('ada'));
    expect(await users(store)).toEqual(['ada']);
  });

  it('sweeps no member because Redis was away', async () => {
    const nodes = [await node(), await node(), await node()];
    for (const [n, { store }] of nodes.entries()) await store.apply(CHANNEL, enters(`user${n}`));
    server.freeze();
    const end = performance.now() + 3_000;
    await until(
      () => performance.now(),
      (now) => now > end,
    );
    server.thaw();
    // A node that dies now is swept by one that has beaten for a whole lease since.
    const [dying] = nodes;
    await until(
      () => dying.store.count(CHANNEL),
      (count) => count === 3,
    );
    await dying.broker.stop();
    await until(
      () => nodes[1].store.count(CHANNEL),
      (count) => count < 3,
    );
    expect(await users(nodes[1].store)).toEqual(['user1', 'user2']);
    expect(nodes.map(({ sink }) => sink.forgettings)).toEqual([0, 0, 0]);
  });

  it('lets one node at a time sweep, and another one where that has died', async () => {
    const nodes = [await node(), await node(), await node(), await node()];
    for (const [n, { store }] of nodes.entries()) await store.apply(CHANNEL, enters(`user${n}`));
    const holder = await until(
      () => redis.get(`${tag}:ps`),
      (found) => found !== null,
    );
    const sweeper = nodes.find(({ store }) => store.nodeId === holder)!;
    const others = nodes.filter((one) => one !== sweeper);
    await Promise.all([sweeper.broker.stop(), others[0].broker.stop()]);
    await until(
      () => others[1].store.count(CHANNEL),
      (count) => count === 2,
    );
    await until(
      () => others.flatMap(({ sink }) => sink.left),
      (left) => left.length === 2,
    );
    expect(await redis.keys(`${tag}:pc:*`)).toHaveLength(2);
  });

  describe('where strangers have written', () => {
    const KINDS = ['string', 'list', 'hash', 'set', 'zset'] as const;
    const write = async (kind: (typeof KINDS)[number], key: string) => {
      await redis.del(key);
      if (kind === 'string') await redis.set(key, '{torn');
      else if (kind === 'list') await redis.rpush(key, 'x');
      else if (kind === 'hash') await redis.hset(key, 'x', '{torn');
      else if (kind === 'set') await redis.sadd(key, 'x');
      else await redis.zadd(key, 1, 'x');
    };

    it.each(KINDS)('works again after each key has become a %s', async (kind) => {
      const { store } = await node();
      for (const key of ['pv', 'pu', 'pn', `ph`, 'pc', 'on', 'ou', 'pl', 'pd', 'ps']) {
        await store.apply(CHANNEL, enters('ada', 'bob'));
        await store.setOnline([{ userId: 'ada', connections: 1 }]);
        const own = {
          ph: `ph:${CHANNEL}:${store.nodeId}`,
          pc: `pc:${store.nodeId}`,
          on: 'on:ada',
          ou: `ou:${store.nodeId}`,
        };
        const channel = { pv: `pv:${CHANNEL}`, pu: `pu:${CHANNEL}`, pn: `pn:${CHANNEL}` };
        const name: string = { ...own, ...channel, pl: 'pl', pd: 'pd', ps: 'ps' }[key]!;
        await write(kind, `${tag}:${name}`);
        await store.read(CHANNEL);
        await store.count(CHANNEL);
        await store.versions([CHANNEL]);
        await store.onlineAmong(['ada']);
        await store.apply(CHANNEL, enters('ada', 'bob', 'cy'));
        await store.apply(CHANNEL, leaves('cy', 'x'));
        await store.setOnline([{ userId: 'ada', connections: 1 }]);
        // A node whose lease was overwritten applies its members again under another name, and what it had applied is swept.
        await until(
          async () => {
            await store.apply(CHANNEL, enters('ada', 'bob'));
            return [key, ...(await users(store)), await store.count(CHANNEL)].join();
          },
          (found) => found === `${key},ada,bob,2`,
        );
      }
    });

    it('skips and counts torn and foreign entries, counts users again, and says once who has left', async () => {
      const { broker, store } = await node();
      await store.apply(CHANNEL, enters('ada', 'bob'));
      const members = `${tag}:ph:${CHANNEL}:${store.nodeId}`;
      const texts = [
        '',
        'null',
        '[]',
        '{',
        '{"c":0,"s":1,"t":1}',
        '{"c":1,"s":-1,"t":1}',
        '{"c":1,"s":9e15,"t":1}',
        '{"c":"1"}',
      ];
      for (const [n, text] of texts.entries()) await redis.hset(members, `torn${n}`, text);
      const { byNode } = await store.read(CHANNEL);
      const unreadable = [...byNode.get(store.nodeId)!].filter(([, entry]) => entry === null).map(([userId]) => userId);
      expect(unreadable.sort()).toEqual(texts.map((_, n) => `torn${n}`));
      expect(broker.stats().skipped.payload).toBe(texts.length);
      await redis.hset(`${tag}:pu:${CHANNEL}`, { ada: 'many', bob: '-5', ghost: '1' });
      await store.read(CHANNEL);
      expect(await store.count(CHANNEL)).toBe(2 + texts.length);
      for (const [userId, count] of [
        ['ada', 'many'],
        ['bob', '-5'],
      ]) {
        await redis.hset(`${tag}:pu:${CHANNEL}`, userId, count);
        expect((await store.apply(CHANNEL, leaves(userId))).left).toEqual([userId]);
      }
      expect(broker.stats().skipped.foreign).toBeGreaterThan(0);
    });

    it.each(['', 'x', '-1', '1.5', '9007199254740991', '99999999999999999999'])(
      'begins with another version after %j',
      async (version) => {
        const { broker, store, sink } = await node();
        await broker.watch(CHANNEL);
        const { version: before } = await store.apply(CHANNEL, enters('ada'));
        await redis.set(`${tag}:pv:${CHANNEL}`, version);
        const { version: after } = await store.apply(CHANNEL, enters('bob'));
        expect(after).toBeGreaterThan(before);
        expect(Number.isSafeInteger(after)).toBe(true);
        await until(
          () => sink.diffs,
          (diffs) => diffs.length === 2,
        );
        expect((await store.read(CHANNEL)).version).toBe(after);
      },
    );

    it('passes on no diff that is torn, unsigned or of another kind', async () => {
      const { broker, store, sink } = await node({ mac: 'a key of some length' });
      await broker.watch(CHANNEL);
      const topic = `${tag}:t:${CHANNEL}`;
      const envelope = '1|p|n1|tag|presence|1|||||';
      const json = '{"n":"n1","c":[["ada",{"c":1,"s":1,"t":1}]]}';
      for (const text of [
        'p ',
        'p 1',
        'p 1 0 ',
        'p 0 0 x',
        `p 2 1 ${envelope}\n${json}`,
        `p x y ${envelope}\n${json}`,
      ]) {
        await redis.publish(topic, text);
      }
      await store.apply(CHANNEL, enters('bob'));
      await until(
        () => sink.diffs,
        (diffs) => diffs.length > 0,
      );
      expect(sink.diffs.map(({ changes }) => changes[0].userId)).toEqual(['bob']);
      expect(broker.stats().skipped.mac).toBe(1);
    });
  });
});
