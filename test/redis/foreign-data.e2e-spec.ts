import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { LogTerms } from 'nestjs-realtime/adapters';
import { RedisNodes } from '../kit/redis-nodes.js';
import { until } from '../kit/until.js';

const TERMS: LogTerms = { size: 5, ttlMs: 60_000 };
const CHANNEL = 'log.a';
const said = (n: number) => ({ channels: [CHANNEL], event: 'said', json: String(n) });

describe('what strangers write to Redis', () => {
  let nodes: RedisNodes;
  beforeAll(async () => void (nodes = await RedisNodes.start()));
  afterEach(() => nodes.clear());
  afterAll(() => nodes.stop());

  /** Names of the channel's keys and topic in Redis. */
  async function names(): Promise<{ meta: string; log: string; topic: string }> {
    const [meta] = await nodes.redis.keys(`rt:{*}:m:${CHANNEL}`);
    return { meta, log: meta.replace(':m:', ':l:'), topic: meta.replace(':m:', ':t:') };
  }

  it.each([
    ['a meta of another type', (meta: string) => ['SET', meta, '{}']],
    ['a meta without epoch', (meta: string) => ['HDEL', meta, 'e']],
    ['a meta with an epoch that is none', (meta: string) => ['HSET', meta, 'e', 'a b']],
    ['a meta with a negative offset', (meta: string) => ['HSET', meta, 's', '-1']],
    ['a meta with an offset of 1e308', (meta: string) => ['HSET', meta, 's', '1e308']],
    ['a meta with an offset that is too long', (meta: string) => ['HSET', meta, 's', '9'.repeat(16)]],
    ['a meta with garbage for a tag', (meta: string) => ['HSET', meta, 't', '\n\0 {}']],
    ['no meta', (meta: string) => ['DEL', meta]],
    ['a log of another type', (_: string, log: string) => ['SET', log, '{}']],
    ['a log with an entry ahead', (_: string, log: string) => ['XADD', log, '99-0', 'd', '{}']],
    [
      'a log with the last possible entry',
      (_: string, log: string) => ['XADD', log, `${2n ** 64n - 1n}-${2n ** 64n - 1n}`, 'd', ''],
    ],
  ] as const)('begins a new epoch with the publish that finds %s', async (_, command) => {
    const { broker, sink } = await nodes.node();
    await broker.watch(CHANNEL);
    const { epoch } = (await broker.publish(said(1), TERMS))!;
    const { meta, log } = await names();
    const [name, key, ...rest] = command(meta, log);
    if (name === 'SET') await nodes.redis.del(key);
    await nodes.redis.call(name, key, ...rest);
    const later = await broker.publish(said(2), TERMS);
    expect(later).toMatchObject({ offset: 1 });
    expect(later?.epoch).not.toBe(epoch);
    expect(await broker.publish(said(3), TERMS)).toEqual({ epoch: later?.epoch, offset: 2 });
    const { entries } = await broker.read(CHANNEL, 1);
    expect(entries.map(({ event }) => event.json)).toEqual(['2', '3']);
    await until(
      () => sink.frames.length,
      (count) => count === 3,
    );
  });

  it('is not returned where it lies between or beyond our entries', async () => {
    const { broker } = await nodes.node();
    for (const n of [1, 2]) await broker.publish(said(n), TERMS);
    const { log } = await names();
    await nodes.redis.xadd(log, '2-1', 't', 'tag', 'd', '1|e|a|tag|said|5|||||\n3');
    await nodes.redis.xadd(log, '3-0', 't', 'tag', 'd', '1|e|a|tag|said|5|||||\n3');
    const page = await broker.read(CHANNEL, 1);
    expect(page.top).toBe(2);
    expect(page.entries.map(({ offset }) => offset)).toEqual([1, 2]);
  });

  it('leaves a hole, and is counted, where it has replaced an entry', async () => {
    const { broker } = await nodes.node();
    for (const n of [1, 2]) await broker.publish(said(n), TERMS);
    const { meta, log } = await names();
    await nodes.redis.xadd(log, '3-0', 't', 'tag', 'd', '{}');
    await nodes.redis.xadd(log, '4-0', 'd', '{}');
    await nodes.redis.hset(meta, 's', '4');
    const { entries } = await broker.read(CHANNEL, 1);
    expect(entries.map(({ offset }) => offset)).toEqual([1, 2]);
    expect(broker.stats().skipped).toEqual({ version: 1, foreign: 1 });
  });

  it.each(['{}', '', 'epoch', 'epoch -1', 'epoch 0', 'e p 1', `${'e'.repeat(60)} 1`])(
    'under the key of a publish is no position: %j',
    async (value) => {
      const { broker } = await nodes.node();
      const keyed = { ...TERMS, idempotencyKey: 'order 1' };
      await broker.publish(said(1), keyed);
      const [key] = await nodes.redis.keys('rt:{*}:i:*log.a:*');
      await nodes.redis.set(key, value);
      expect(await broker.publish(said(2), keyed)).toMatchObject({ offset: 2 });
      expect(await broker.publish(said(3), keyed)).toMatchObject({ offset: 2 });
      await nodes.redis.del(key);
      await nodes.redis.lpush(key, value);
      expect(await broker.publish(said(4), keyed)).toMatchObject({ offset: 3 });
    },
  );

  it('on a topic is skipped and counted by reason, and later events come', async () => {
    const { broker, sink } = await nodes.node();
    const other = await nodes.node();
    await broker.watch(CHANNEL);
    await other.broker.publish(said(1), TERMS);
    const { topic } = await names();
    const garbage = [
      '',
      '{}',
      '\0\xff',
      '2|e|a|b|said|5|||||\n1',
      '1|e|a|b|said|5|||||\n{',
      '1|e|a',
      'epoch 7 b a 1|e|a|c|said|5|||||\n1',
    ];
    for (const text of garbage) await nodes.redis.publish(topic, text);
    await nodes.redis.publish(topic, Buffer.from([0xff, 0xfe, 0x00]));
    await nodes.redis.publish(topic, '1|c|a|b|disconnect|5|||||\n{"userId":"ada"}');
    await other.broker.publish(said(2), TERMS);
    await until(
      () => sink.frames.length,
      (count) => count === 2,
    );
    expect(broker.stats().skipped).toEqual({ version: 5, payload: 1, torn: 1, frame: 1, foreign: 1 });
    expect(sink.events).toEqual([]);
    expect(sink.commands).toEqual([]);
  });

  it('without the key is no event for nodes that sign', async () => {
    const signing = { mac: 'a key of some length' };
    const { broker, sink } = await nodes.node(signing);
    await broker.watch(CHANNEL);
    const stranger = await nodes.node();
    await stranger.broker.publish(said(1));
    await stranger.broker.publish(said(2), TERMS);
    const rotated = await nodes.node({ mac: ['a key of some length', 'an older key, as long'] });
    await rotated.broker.publish(said(3));
    await until(
      () => sink.events.length,
      (count) => count > 0,
    );
    expect(sink.events.map(({ json }) => json)).toEqual(['3']);
    expect(sink.frames).toEqual([]);
    expect((await broker.read(CHANNEL, 1)).entries).toEqual([]);
    expect(broker.stats().skipped).toEqual({ mac: 3 });
  });
});

describe('a Redis that refuses to write', () => {
  it('loses no log because its memory is full', async () => {
    const nodes = await RedisNodes.start();
    try {
      const { broker } = await nodes.node();
      const { epoch } = (await broker.publish(said(1), TERMS))!;
      await nodes.redis.config('SET', 'maxmemory', '1');
      await expect(broker.publish(said(2), TERMS)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      await nodes.redis.config('SET', 'maxmemory', '0');
      expect(await broker.publish(said(3), TERMS)).toEqual({ epoch, offset: 2 });
    } finally {
      await nodes.stop();
    }
  });

  it('gets its scripts again where it has forgotten them', async () => {
    const nodes = await RedisNodes.start();
    try {
      const { broker } = await nodes.node();
      await broker.publish(said(1), TERMS);
      await nodes.redis.script('FLUSH');
      expect(await broker.publish(said(2), TERMS)).toMatchObject({ offset: 2 });
      await nodes.redis.script('FLUSH');
      expect(await broker.read(CHANNEL, 1)).toMatchObject({ top: 2 });
    } finally {
      await nodes.stop();
    }
  });

  it('forgets a log without events after a day, and keeps its position for as long as nodes ask', async () => {
    const nodes = await RedisNodes.start();
    try {
      const { broker } = await nodes.node();
      await broker.publish(said(1), { size: 5, ttlMs: 1_000 });
      const [meta] = await nodes.redis.keys('rt:{*}:m:log.a');
      expect(await nodes.redis.pttl(meta)).toBeGreaterThan(80_000_000);
      expect(await nodes.redis.pttl(meta.replace(':m:', ':l:'))).toBeLessThanOrEqual(1_000);
      await nodes.redis.pexpire(meta, 5_000);
      await broker.positions([CHANNEL]);
      expect(await nodes.redis.pttl(meta)).toBeGreaterThan(80_000_000);
      await nodes.redis.pexpire(meta, 5_000);
      await broker.read(CHANNEL, null);
      expect(await nodes.redis.pttl(meta)).toBeGreaterThan(80_000_000);
      await broker.publish(said(2), { size: 5, ttlMs: 90_000_000 });
      expect(await nodes.redis.pttl(meta)).toBeGreaterThan(86_400_000);
    } finally {
      await nodes.stop();
    }
  });
});
