// What do members of two nodes hear while a Cluster changes under them?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout } from 'node:timers/promises';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { z } from 'zod';
import { range, Reader } from '../history/reader.js';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { RedisCluster } from '../kit/redis-cluster.js';
import { SlotMigration } from '../kit/slot-migration.js';
import { until } from '../kit/until.js';

const log = defineRealtimeChannel({
  name: 'logs.{id}',
  scope: 'public',
  payload: z.number(),
  history: { size: 10_000 },
});
const room = defineRealtimeChannel({ name: 'rooms.{id}', scope: 'public', payload: z.number() });
const QUICK = { silenceTimeout: '1s', connectTimeout: '300ms' } as const;
const codeOf = ({ code }: { code?: string }): unknown => code;
const isOk = (broker: RedisRealtimeBroker) => () => broker.health().state === 'ok';
const holds = (value: boolean): boolean => value;

describe('an application of two nodes on a Cluster with replicas', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  let cluster: RedisCluster;
  let brokers: RedisRealtimeBroker[];
  let nodes: TestApp[];

  beforeAll(async () => void (cluster = await RedisCluster.start({ replicas: true })));
  beforeEach(async () => {
    process.on('unhandledRejection', note);
    brokers = range(1, 2).map(() => new RedisRealtimeBroker({ cluster: cluster.addresses, ...QUICK }));
    nodes = await Promise.all(
      brokers.map((broker) =>
        boot({
          imports: [
            RealtimeModule.forRoot({ authenticator: KnownUsers, broker }),
            RealtimeModule.forFeature([log, room]),
          ],
        }),
      ),
    );
  });
  afterEach(async () => {
    await closeApps();
    process.off('unhandledRejection', note);
    expect(unhandled.splice(0)).toEqual([]);
  });
  afterAll(() => cluster.stop());

  /** A member of the channel on each node. */
  async function readersOf(channel: string): Promise<Reader[]> {
    const readers: Reader[] = [];
    for (const node of nodes) readers.push(new Reader(await node.connect({ as: 'ann' }), channel));
    for (const reader of readers) expect(await reader.subscribe()).toMatchObject({ ok: true });
    return readers;
  }

  /** Broadcasts until Redis has taken it. What was refused may have happened. */
  async function insist(node: TestApp, id: string, n: number): Promise<void> {
    const options = { idempotencyKey: `${id} ${n}` };
    const attempt = () => node.broadcast(log.with({ id }), 'message', n, options).then(() => 'sent', codeOf);
    expect(await until(attempt, (outcome) => outcome !== 'UNAVAILABLE')).toBe('sent');
  }

  async function expectAll(readers: readonly Reader[], payloads: readonly number[]): Promise<void> {
    for (const reader of readers) {
      await until(
        () => reader.heard.length,
        (length) => length >= payloads.length,
      );
      expect(reader.offsets).toEqual(range(1, payloads.length));
      expect(reader.heard.map(([, payload]) => payload as number).sort((one, other) => one - other)).toEqual(payloads);
    }
  }

  it('brings members of both nodes each event once', async () => {
    const ids = range(1, 20).map((n) => `plain${n}`);
    const clients = await Promise.all(nodes.map((node) => node.connect({ as: 'ann' })));
    for (const client of clients) for (const id of ids) await client.subscribe(room.with({ id }).name);
    for (const [n, id] of ids.entries()) await nodes[n % 2].broadcast(room.with({ id }), n);
    for (const client of clients) {
      await until(
        () => client.events.length,
        (length) => length === ids.length,
      );
      expect(new Set(client.events.map(({ payload }) => payload)).size).toBe(ids.length);
    }
  });

  it('loses nothing of logs while every server ends the subscriptions again and again', async () => {
    const ids = range(1, 12).map((n) => `cut${n}`);
    const all = await Promise.all(ids.map((id) => readersOf(log.with({ id }).name)));
    for (const n of range(1, 60)) {
      await Promise.all(ids.map((id) => insist(nodes[n % 2], id, n)));
      if (n % 15 === 0) await cluster.cutSubscriptions();
    }
    for (const readers of all) await expectAll(readers, range(1, 60));
  });

  it('loses and doubles nothing while the slot of a log goes to another master and back, under 1,000 events a second', async () => {
    const id = 'moving';
    const readers = await readersOf(log.with({ id }).name);
    await insist(nodes[0], id, 0);
    const [from, to, slot] = await placeOf(`logs.${id}`);
    let isOver = false;
    const outcomes: Promise<number | null>[] = [];
    const publishing = (async () => {
      for (let n = 1; !isOver; n += 10) {
        for (const each of range(n, n + 9)) {
          const sent = nodes[each % 2].broadcast(log.with({ id }), each);
          outcomes.push(
            sent.then(
              () => each,
              () => null,
            ),
          );
        }
        await setTimeout(10);
      }
    })();
    const enough = (count: number) =>
      until(
        () => outcomes.length,
        (length) => length >= count,
      );
    for (const [source, target] of [
      [from, to],
      [to, from],
    ]) {
      const migration = new SlotMigration(cluster, slot, source, target);
      await enough(outcomes.length + 200);
      await migration.begin();
      await enough(outcomes.length + 200);
      while (await migration.moveKeys());
      await enough(outcomes.length + 200);
      await migration.end();
    }
    await enough(outcomes.length + 200);
    isOver = true;
    await publishing;
    const sent = await Promise.all(outcomes);
    expect(sent).not.toContain(null);
    await expectAll(readers, [0, ...(sent as number[])]);
  });

  it('goes on with a log after a master has died and its replica stands in', async () => {
    const ids = range(1, 12).map((n) => `failover${n}`);
    const all = await Promise.all(ids.map((id) => readersOf(log.with({ id }).name)));
    for (const n of range(1, 5)) await Promise.all(ids.map((id) => insist(nodes[n % 2], id, n)));
    await cluster.masters[1].redis.call('WAIT', 1, 1_000);
    const restart = await cluster.masters[1].kill();
    for (const n of range(6, 10)) await Promise.all(ids.map((id) => insist(nodes[n % 2], id, n)));
    for (const readers of all) await expectAll(readers, range(1, 10));
    for (const broker of brokers) await until(isOk(broker), holds);
    await restart();
    for (const n of range(11, 12)) await Promise.all(ids.map((id) => insist(nodes[n % 2], id, n)));
    for (const readers of all) await expectAll(readers, range(1, 12));
  });

  /** The master that has the log of a channel, another one, and the slot. */
  async function placeOf(channel: string) {
    for (const [index, member] of cluster.masters.entries()) {
      const [key] = await member.redis.keys(`rt:{*}:l:${channel}`);
      if (key === undefined) continue;
      const slot = Number(await member.redis.call('CLUSTER', 'KEYSLOT', key));
      return [member, cluster.masters[(index + 1) % 3], slot] as const;
    }
    throw new Error(`No master has ${channel}.`);
  }
});
