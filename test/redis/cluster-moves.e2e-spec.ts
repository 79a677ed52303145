// What do brokers on a Cluster do while a slot is on its way, and while a master is away?
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogTerms } from 'nestjs-realtime/adapters';
import { RedisRealtimeBroker, type RedisBrokerOptions } from 'nestjs-realtime/redis';
import { RecordingSink } from '../kit/broker-sink.js';
import { type ClusterMember, RedisCluster } from '../kit/redis-cluster.js';
import { RedisProxy } from '../kit/redis-proxy.js';
import { SlotMigration } from '../kit/slot-migration.js';
import { until } from '../kit/until.js';

const TERMS: LogTerms = { size: 1_000, ttlMs: 60_000 };
const QUICK = { silenceTimeout: '500ms', commandTimeout: '500ms', connectTimeout: '300ms' } as const;
const said = (channel: string, n: number) => ({ channels: [channel], event: 'said', json: String(n) });
const numbers = (sink: RecordingSink): number[] => sink.frames.map(({ event }) => Number(event.json));
const events = (sink: RecordingSink): number[] => sink.events.map(({ json }) => Number(json));
const range = (first: number, last: number) => Array.from({ length: last - first + 1 }, (_, n) => first + n);

describe('brokers on a Cluster without replicas', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  const brokers: RedisRealtimeBroker[] = [];
  let cluster: RedisCluster;
  let channels = 0;

  beforeAll(async () => {
    cluster = await RedisCluster.start({ settings: ['--cluster-require-full-coverage', 'no'] });
  });
  beforeEach(() => void process.on('unhandledRejection', note));
  afterEach(async () => {
    await Promise.all(brokers.splice(0).map((broker) => broker.stop()));
    process.off('unhandledRejection', note);
    expect(unhandled.splice(0)).toEqual([]);
  });
  afterAll(() => cluster.stop());

  async function node(options: Partial<RedisBrokerOptions> = {}) {
    const broker = new RedisRealtimeBroker({ cluster: cluster.addresses, ...options } as RedisBrokerOptions);
    brokers.push(broker);
    const sink = new RecordingSink();
    await broker.start(sink);
    return { broker, sink };
  }

  /** Channels that share a partition, each with one event in its log, and where they are. */
  async function together(broker: RedisRealtimeBroker, count: number) {
    const places = new Map<string, string[]>();
    for (;;) {
      const channel = `log.${++channels}`;
      await broker.publish(said(channel, 0), TERMS);
      for (const member of cluster.masters) {
        const [key] = await member.redis.keys(`rt:{*}:l:${channel}`);
        if (key === undefined) continue;
        const tag = key.slice(0, key.indexOf('}'));
        const found = [...(places.get(tag) ?? []), channel];
        places.set(tag, found);
        if (found.length < count) continue;
        const slot = Number(await member.redis.call('CLUSTER', 'KEYSLOT', key));
        return { names: found, slot, from: member, to: otherThan(member) };
      }
    }
  }

  const otherThan = (member: ClusterMember) => cluster.masters[(cluster.masters.indexOf(member) + 1) % 3];

  /** Every server says that this one is at another port. */
  async function announce(member: ClusterMember, port: number): Promise<void> {
    await member.redis.config('SET', 'cluster-announce-port', port);
    for (const { redis } of cluster.masters) {
      await until(
        async () => JSON.stringify(await redis.call('CLUSTER', 'SLOTS')),
        (slots) => slots.includes(`,${port},"${member.id}"`),
      );
    }
  }

  it('brings frames to who watches while their slot is on its way, and plain events in order', async () => {
    const { broker: writer } = await node();
    const { broker, sink } = await node();
    const { names, slot, from, to } = await together(writer, 1);
    const [name] = names;
    await broker.watch(name);
    const migration = new SlotMigration(cluster, slot, from, to);
    await migration.begin();
    while (await migration.moveKeys());
    const [logged, plain] = [range(1, 50), range(101, 150)];
    const positions = await Promise.all(logged.map((n) => writer.publish(said(name, n), TERMS)));
    expect(positions.map((position) => position?.offset)).toEqual(range(2, 51));
    for (const n of plain) void writer.publish(said(name, n));
    await until(
      () => sink.frames.length + sink.events.length,
      (count) => count === 100,
    );
    expect([numbers(sink), events(sink)]).toEqual([logged, plain]);
    const ending = migration.end();
    for (const n of range(151, 200)) {
      for (const part of range(0, 9)) void writer.publish(said(name, n + part / 10));
      await setImmediate();
    }
    await ending;
    await until(
      () => sink.signs,
      (signs) => signs.at(-1) === 'rejoined',
    );
    for (const n of range(201, 250)) void writer.publish(said(name, n));
    await until(
      () => events(sink),
      (heard) => heard.at(-1) === 250,
    );
    expect([...events(sink)].sort((one, other) => one - other)).toEqual(events(sink));
    await writer.publish(said(name, 51), TERMS);
    await until(
      () => numbers(sink),
      (heard) => heard.at(-1) === 51,
    );
  });

  it('does each part of what it does at once, where some keys have gone and some have not', async () => {
    const { broker } = await node();
    const { names, slot, from, to } = await together(broker, 6);
    const migration = new SlotMigration(cluster, slot, from, to);
    await migration.begin();
    for (const name of names.slice(0, 3)) await migration.move(await from.redis.keys(`rt:{*}:?:${name}`));
    const terms = await Promise.all(names.map((name) => broker.publish(said(name, 1), TERMS)));
    expect(terms.map((position) => position?.offset)).toEqual(names.map(() => 2));
    expect(await broker.positions([...names, 'log.none'])).toEqual([...terms, null]);
    for (const name of names) expect((await broker.read(name, 1)).entries).toHaveLength(2);
    while (await migration.moveKeys());
    await migration.end();
    expect(await broker.positions(names)).toEqual(terms);
  });

  it('waits with a publish whose keys are at two masters, and gives up in time without holding up others', async () => {
    const { broker } = await node();
    const { names, slot, from, to } = await together(broker, 2);
    const [split, whole] = names;
    const migration = new SlotMigration(cluster, slot, from, to);
    await migration.begin();
    await migration.move(await from.redis.keys(`rt:{*}:m:${split}`));
    const waiting = broker.publish(said(split, 1), TERMS);
    expect((await broker.publish(said(whole, 1), TERMS))?.offset).toBe(2);
    await expect(waiting).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    // In turns of their own, so that each looks for its server at another time.
    const later: Promise<number | undefined>[] = [];
    for (const n of range(2, 21)) {
      const terms = n === 2 ? { ...TERMS, idempotencyKey: 'order 1' } : TERMS;
      later.push(broker.publish(said(split, n), terms).then((position) => position?.offset));
      await broker.positions([whole]);
    }
    while (await migration.moveKeys());
    await migration.end();
    expect(await Promise.all(later)).toEqual(range(2, 21));
    expect((await broker.read(split, 1)).entries.map(({ event }) => Number(event.json))).toEqual([0, ...range(2, 21)]);
  });

  it('sends events where their slot has gone, in order, also where nothing has told the sender', async () => {
    const { broker: owner } = await node();
    const { names, slot, from, to } = await together(owner, 1);
    const [name] = names;
    const writer = new RedisRealtimeBroker({ cluster: cluster.addresses });
    brokers.push(writer);
    await writer.start(null);
    const migration = new SlotMigration(cluster, slot, from, to);
    await migration.begin();
    while (await migration.moveKeys());
    await migration.end();
    const { broker, sink } = await node();
    await broker.watch(name);
    const sent: Promise<unknown>[] = [];
    for (const n of range(1, 100)) {
      sent.push(writer.publish(said(name, n)));
      if (n % 7 === 0) await setImmediate();
    }
    await Promise.all(sent);
    await until(
      () => sink.events.length,
      (count) => count === 100,
    );
    expect(events(sink)).toEqual(range(1, 100));
  });

  it('watches again what a server has ended, also where the slot is back at once', async () => {
    const { broker: writer } = await node();
    const { broker, sink } = await node();
    const { names, slot, from } = await together(writer, 1);
    await broker.watch(names[0]);
    for (const n of range(1, 3)) {
      await from.redis
        .pipeline([
          ['cluster', 'DELSLOTS', slot],
          ['cluster', 'ADDSLOTS', slot],
        ])
        .exec();
      await until(
        () => sink.signs.length,
        (count) => count === 2 * n,
      );
      const attempt = () =>
        writer.publish(said(names[0], n), TERMS).then(
          () => true,
          () => false,
        );
      await until(attempt, Boolean);
      await until(
        () => numbers(sink),
        (heard) => heard.at(-1) === n,
      );
    }
  });

  it('replaces a connection over which one master brings nothing', async () => {
    const [first, second] = cluster.masters;
    const proxy = await RedisProxy.before(second.server.port);
    await announce(second, proxy.port);
    const { broker, sink } = await node({ cluster: [first.address], beatInterval: 20, nodeLease: '1s' });
    proxy.passes = (bytes) => !/\$8\r\nsmessage\r\n/.test(bytes.toString());
    await until(
      () => sink.signs,
      (signs) => signs.includes('gone'),
    );
    proxy.passes = () => true;
    await until(
      () => broker.health().state,
      (state) => state === 'ok',
    );
    await announce(second, second.server.port);
    proxy.close();
  });

  it('serves the channels of the other masters while one is away, and all of them when it is back', async () => {
    const { broker, sink } = await node(QUICK);
    const other = await node(QUICK);
    const names = range(1, 60).map((n) => `away.${n}`);
    await Promise.all(names.map((name) => broker.watch(name)));
    const restart = await cluster.masters[2].kill();
    await until(
      () => other.broker.health().state,
      (state) => state === 'degraded',
    );
    expect(other.broker.health().reason).toContain(cluster.masters[2].address);
    const outcomes = await Promise.all(
      names.map((name) =>
        other.broker.publish(said(name, 1), TERMS).then(
          () => name,
          ({ code }: { code: string }) => code,
        ),
      ),
    );
    const done = outcomes.filter((outcome) => outcome !== 'UNAVAILABLE');
    expect(done.length).toBeGreaterThan(20);
    expect(done.length).toBeLessThan(60);
    await until(
      () => sink.frames.length,
      (count) => count === done.length,
    );
    await restart();
    for (const { broker: each } of [{ broker }, other]) {
      await until(
        () => each.health().state,
        (state) => state === 'ok',
      );
    }
    expect(sink.signs.slice(-1)).toEqual(['rejoined']);
    for (const name of names) await other.broker.publish(said(name, 2), TERMS);
    await until(
      () => numbers(sink).filter((n) => n === 2).length,
      (count) => count === 60,
    );
  });

  it('loses nothing while a slot goes to a master that has had none, however long that takes', async () => {
    const { broker: writer } = await node();
    const { broker, sink } = await node();
    const { names, slot, from } = await together(writer, 1);
    const [name] = names;
    await broker.watch(name);
    const added = await cluster.grow();
    const migration = new SlotMigration(cluster, slot, from, added);
    const connections = async (): Promise<string | undefined> =>
      /total_connections_received:\d+/.exec(await added.redis.info('stats'))?.[0];
    await migration.begin();
    while (await migration.moveKeys());
    await writer.positions([name]);
    const connected = await connections();
    // Longer than the time after which a node asks where the slots are.
    const end = performance.now() + 5_000;
    let n = 0;
    while (performance.now() < end) {
      const sent = range(n + 1, n + 20).map((each) => writer.publish(said(name, each), TERMS));
      n += sent.length;
      await Promise.all(sent);
      await until(
        () => sink.frames.length,
        (count) => count === n,
      );
    }
    expect(await connections()).toBe(connected);
    await migration.end();
    await until(
      () => sink.signs,
      (signs) => signs.at(-1) === 'rejoined',
    );
    expect(numbers(sink)).toEqual(range(1, n));
    await until(
      () =>
        writer.publish(said(name, n + 1), TERMS).then(
          () => true,
          () => false,
        ),
      Boolean,
    );
    await until(
      () => numbers(sink).at(-1),
      (last) => last === n + 1,
    );
  });
});
