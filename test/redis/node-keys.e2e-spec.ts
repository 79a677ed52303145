// What do nodes do where strangers write to the keys and topics by which nodes know each other? They skip it, and go on.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { ControlCommand } from 'nestjs-realtime/adapters';
import type { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { PATIENT, type RedisNode, RedisNodes } from '../kit/redis-nodes.js';
import { until } from '../kit/until.js';

const ban = (userId: string): ControlCommand => ({ kind: 'disconnect', party: { userId } });
const CHANNEL = 'log.a';
const GARBAGE = [
  ['an object', '{}'],
  ['nothing', ''],
  ['control characters', '\0\n|{'],
  ['a large number', '1e308'],
  ['a negative number', '-1'],
  ['a long text', 'x'.repeat(100_000)],
  ['a name of prototypes', '__proto__'],
] as const;

describe('garbage under the keys and on the topics of nodes', () => {
  let nodes: RedisNodes;
  let caller: RedisRealtimeBroker;
  let node: RedisNode;

  beforeAll(async () => void (nodes = await RedisNodes.start()));
  beforeEach(async () => {
    caller = await nodes.publisher(PATIENT);
    node = await nodes.node({ ...PATIENT, beatInterval: 20, nodeLease: '60s' });
    await node.broker.watch(CHANNEL);
    await caller.command(ban('first'));
  });
  afterEach(() => nodes.clear());
  afterAll(() => nodes.stop());

  async function controlKey(kind: string): Promise<string> {
    const [key] = await nodes.redis.keys(`rt:{*}:${kind}`);
    return key;
  }

  /** Commands are obeyed and acknowledged, events arrive, and nothing that was not sent has come. */
  async function expectWell(): Promise<void> {
    const { acknowledged, missing } = await caller.command(ban('last'));
    expect([acknowledged.length, missing]).toEqual([1, []]);
    await until(
      () => node.broker.health().state,
      (state) => state === 'ok',
    );
    await caller.publish({ channels: [CHANNEL], event: 'said', json: '1' });
    await until(
      () => node.sink.events.length,
      (count) => count > 0,
    );
    expect(node.sink.events.map(({ json }) => json)).toEqual(['1']);
    expect(node.sink.frames).toEqual([]);
    for (const { kind, party } of node.sink.commands) {
      expect([kind, ['first', 'last']]).toEqual(['disconnect', expect.arrayContaining([party.userId])]);
    }
  }

  it.each(GARBAGE)('as the position of a node is replaced by the next beat: %s', async (_, text) => {
    const key = await controlKey('pos');
    const [nodeId] = await nodes.redis.hkeys(key);
    await nodes.redis.hset(key, nodeId, text);
    await nodes.redis.hset(key, 'stranger', text);
    await expectWell();
  });

  it.each(GARBAGE)('as what a node tells of itself is no report of another: %s', async (_, text) => {
    await node.broker.nodes();
    const key = await until(() => controlKey('reports'), Boolean);
    await nodes.redis.hset(key, 'stranger', text);
    const found = await node.broker.nodes();
    expect(found.map(({ nodeId }) => nodeId)).toEqual([node.broker.nodeId]);
    await expectWell();
  });

  it.each(['set', 'lpush', 'sadd'])('of the wrong type under each key is replaced: %s', async (command) => {
    await node.broker.nodes();
    const leases = await controlKey('nodes');
    for (const kind of ['nodes', 'pos', 'reports', 'asked', 'm', 'l']) {
      const key = leases.replace(/nodes$/, kind);
      await nodes.redis.del(key);
      await nodes.redis.call(command, key, '{}');
    }
    await until(
      () => nodes.redis.type(leases),
      (type) => type === 'zset',
    );
    await node.broker.nodes();
    await expectWell();
  });

  it('on the topic of a probe changes nothing', async () => {
    const topics = (await nodes.redis.call('PUBSUB', 'CHANNELS', 'rt:*:probe:*')) as string[];
    expect(topics).toHaveLength(1);
    for (const [, text] of GARBAGE) await nodes.redis.publish(topics[0], text);
    await nodes.redis.publish(topics[0], '1|c|x-1|t|disconnect|5|||||\n{"party":{"userId":"ada"}}');
    await expectWell();
  });

  it('among the leases is no node that is listed, and no command waits for it', async () => {
    const key = await controlKey('nodes');
    const expiry = Date.now() + 60_000;
    for (const [, text] of GARBAGE.slice(2, 6)) await nodes.redis.zadd(key, expiry, `|${text}`);
    const listed = (await node.broker.nodes()).map(({ nodeId }) => nodeId);
    expect(listed).toEqual([node.broker.nodeId]);
    await expectWell();
  });

  it.each(['inf', '1e308', '8640000000000000'])('for a lease without an end is none: %s', async (expiry) => {
    const key = await controlKey('nodes');
    await nodes.redis.zadd(key, expiry, 'stranger');
    await until(
      () => nodes.redis.zscore(key, 'stranger'),
      (score) => score === null,
    );
    await expectWell();
  });
});
