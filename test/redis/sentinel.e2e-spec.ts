// What do nodes and their members do when a Sentinel names another master, which has not heard everything?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { brokerContract } from 'nestjs-realtime/testing';
import { z } from 'zod';
import { range, Reader } from '../history/reader.js';
import { boot, closeApps } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { RedisSentinel } from '../kit/redis-sentinel.js';
import { until } from '../kit/until.js';

const log = defineRealtimeChannel({ name: 'logs.{id}', scope: 'public', payload: z.number(), history: { size: 100 } });
const target = log.with({ id: '1' });
const codeOf = ({ code }: { code?: string }): unknown => code;

let sentinel: RedisSentinel;
beforeAll(async () => void (sentinel = await RedisSentinel.start()));
afterAll(() => sentinel.stop());

describe('the Redis broker with a Sentinel', () => {
  it.each(brokerContract(() => new RedisRealtimeBroker(sentinel.options)))('$title', ({ run }) => run());
});

describe('members on two nodes, after a failover that has lost the newest events of their log', () => {
  afterEach(() => closeApps());

  it('are evicted with INSUFFICIENT_STATE, begin again, and miss nothing from then on', async () => {
    const nodes = await Promise.all(
      range(1, 2).map(() => {
        const broker = new RedisRealtimeBroker({ ...sentinel.options, silenceTimeout: '1s' });
        return boot({
          imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, broker }), RealtimeModule.forFeature([log])],
        });
      }),
    );
    const readers: Reader[] = [];
    for (const node of nodes) readers.push(new Reader(await node.connect({ as: 'ann' }), target.name));
    const [{ position }] = await Promise.all(readers.map((reader) => reader.subscribe()));
    for (const n of range(1, 5)) await nodes[n % 2].broadcast(target, n);
    await sentinel.redis.wait(1, 0);
    await sentinel.cutReplication();
    for (const n of range(6, 8)) await nodes[n % 2].broadcast(target, n);
    for (const reader of readers) {
      await until(
        () => reader.offsets,
        (offsets) => offsets.at(-1) === 8,
      );
    }
    await sentinel.master.kill();
    for (const { client } of readers) {
      expect(await client.next('rt:evicted')).toMatchObject([{ channel: target.name, code: 'INSUFFICIENT_STATE' }]);
    }
    const lost = { ...position!, offset: 8 };
    for (const reader of readers) {
      const reply = await until(
        () => reader.subscribe(lost),
        ({ ok }) => ok,
      );
      expect(reply).toMatchObject({ recovered: false });
      expect(reply.position?.epoch).not.toBe(lost.epoch);
      reader.heard.splice(0);
    }
    const attempt = () => nodes[0].broadcast(target, 9).then(() => 'sent', codeOf);
    expect(await until(attempt, (outcome) => outcome !== 'UNAVAILABLE')).toBe('sent');
    for (const reader of readers) {
      await until(
        () => reader.heard.length,
        (length) => length === 1,
      );
      expect(reader.heard[0][1]).toBe(9);
    }
  });
});
