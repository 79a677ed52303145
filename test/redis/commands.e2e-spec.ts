import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { ControlCommand } from 'nestjs-realtime/adapters';
import { RedisNodes } from '../kit/redis-nodes.js';
import { RedisProxy } from '../kit/redis-proxy.js';
import { PERSISTENT, RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';

const QUICK = { silenceTimeout: '500ms', commandTimeout: '300ms', connectTimeout: '300ms' } as const;
const ban = (userId: string): ControlCommand => ({ kind: 'disconnect', party: { userId } });
const atLeast = (least: number) => (count: number) => count >= least;

describe('commands over Redis', () => {
  let nodes: RedisNodes;
  beforeEach(async () => void (nodes = await RedisNodes.start()));
  afterEach(() => nodes.stop());

  async function controlKey(kind: string): Promise<string> {
    const [key] = await nodes.redis.keys(`rt:{*}:${kind}`);
    return key;
  }

  it('that were missed are read when the connection is back, before the node says so', async () => {
    const caller = await nodes.publisher();
    const { broker, sink } = await nodes.node();
    await caller.command(ban('ada'));
    for (let round = 1; round <= 5; round++) {
      await nodes.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      const { acknowledged, missing } = await caller.command(ban(`user ${round}`));
      expect([acknowledged.length, missing]).toEqual([1, []]);
      expect(sink.commands.at(-1)).toEqual(ban(`user ${round}`));
      await until(
        () => broker.health().state,
        (state) => state === 'ok',
      );
    }
    expect(sink.commands).toHaveLength(6);
    expect(sink.signs).not.toContain('renewed');
  });

  it('are sent when Redis is back, and their call is told that it does not know', async () => {
    const kept = await RedisNodes.start(PERSISTENT);
    const caller = await kept.node(QUICK);
    const other = await kept.node(QUICK);
    const { port } = kept.server;
    const directory = await kept.server.kill();
    await until(
      () => caller.broker.health().state,
      (state) => state === 'degraded',
    );
    await expect(caller.broker.command(ban('ada'))).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    kept.server = await RedisServer.start(port, PERSISTENT, directory);
    await until(() => other.sink.commands.length, atLeast(1));
    expect(other.sink.commands).toEqual([ban('ada')]);
    expect(other.sink.signs).not.toContain('renewed');
    await kept.stop();
  });

  it('come again over a new connection where one is open and brings nothing', async () => {
    const proxy = await RedisProxy.before(nodes.server.port);
    const { broker, sink } = await nodes.node({ url: proxy.url, beatInterval: 20, nodeLease: '1s' });
    const caller = await nodes.publisher();
    await caller.command(ban('ada'));
    proxy.passes = (bytes) => !/\$7\r\nmessage\r\n/.test(bytes.toString());
    await until(
      () => sink.signs,
      (signs) => signs.includes('gone'),
    );
    proxy.passes = () => true;
    await until(
      () => broker.health().state,
      (state) => state === 'ok',
    );
    await caller.command(ban('bob'));
    expect(sink.commands).toEqual([ban('ada'), ban('bob')]);
    await broker.stop();
    proxy.close();
  });

  it('that are lost with their log make nodes check all rights', async () => {
    const caller = await nodes.publisher();
    const { sink } = await nodes.node();
    await caller.command(ban('ada'));
    await nodes.redis.del(await controlKey('m'), await controlKey('l'));
    const { acknowledged, missing } = await caller.command(ban('bob'));
    expect([acknowledged.length, missing]).toEqual([1, []]);
    expect(sink.signs).toEqual(['renewed']);
    await caller.command(ban('eve'));
    expect(sink.commands).toEqual([ban('ada'), ban('eve')]);
  });

  it('that have been trimmed make nodes check all rights', async () => {
    const caller = await nodes.publisher();
    const { sink } = await nodes.node();
    await caller.command(ban('ada'));
    const log = await controlKey('l');
    await nodes.redis.xtrim(log, 'MAXLEN', '0');
    await nodes.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await until(
      () => sink.signs,
      (signs) => signs.includes('rejoined'),
    );
    expect(sink.signs).toContain('renewed');
  });

  it('of strangers are skipped, and later ones still count', async () => {
    const caller = await nodes.publisher();
    const { broker, sink } = await nodes.node();
    const topic = (await caller.command(ban('ada')), await controlKey('m')).replace(/m$/, 't');
    const [epoch, top, tag] = await nodes.redis.hmget(topic.replace(/t$/, 'm'), 'e', 's', 't');
    const forged = (body: string) =>
      `${epoch} ${Number(top) + 1} forged ${tag} 1|c|x-1|forged|disconnect|5|||||\n${body}`;
    const garbage = ['', '{}', 'x 1 y  z', '1|c|x-1|t|disconnect|5|||||\n{}', `${epoch} 9 t t 1|e|x|t|said|5|||||\n1`];
    for (const text of garbage) await nodes.redis.publish(topic, text);
    // Fits the chain, and is none.
    await nodes.redis.publish(topic, forged('{"party":{"userId":""}}'));
    await caller.command(ban('bob'));
    await caller.command(ban('eve'));
    await until(() => sink.commands.length + sink.signs.length, atLeast(2));
    expect(sink.commands.every(({ kind }) => kind === 'disconnect')).toBe(true);
    expect(sink.commands.at(-1)).toEqual(ban('eve'));
    expect(broker.stats().skipped).toMatchObject({ version: 3, frame: 2, payload: 1 });
  });

  it('that are not signed, or signed and repeated, are not believed', async () => {
    const mac = 'a key of some length';
    const caller = await nodes.publisher({ mac });
    const { broker, sink } = await nodes.node({ mac });
    const stranger = await nodes.publisher();
    await caller.command(ban('ada'));
    const log = await controlKey('l');
    const [[, [, tag, , text]]] = await nodes.redis.xrange(log, '1', '1');
    const [epoch] = await nodes.redis.hmget(log.replace(/l$/, 'm'), 'e');
    await nodes.redis.publish(log.replace(/l$/, 't'), `${epoch} 2 ${tag} ${tag} ${text}`);
    await until(() => broker.stats().skipped.repeated ?? 0, atLeast(1));
    void stranger.command(ban('bob')).catch(() => undefined);
    await until(() => broker.stats().skipped.mac ?? 0, atLeast(1));
    expect(sink.commands).toEqual([ban('ada')]);
  });

  it('wait for a node only while its lease lasts', async () => {
    const caller = await nodes.publisher();
    const lease = { beatInterval: 50, nodeLease: '1s' } as const;
    await nodes.node(lease);
    const leases = await controlKey('nodes');
    await nodes.redis.zadd(leases, `${Date.now() + 400}`, 'dead-node');
    await nodes.redis.zadd(leases, '5', 'long-dead-node');
    const { acknowledged, missing } = await caller.command(ban('ada'));
    expect([acknowledged.length, missing]).toEqual([1, []]);
    await until(
      () => nodes.redis.zrange(leases, '0', '-1'),
      (all) => !all.includes('long-dead-node'),
    );
  });

  it('name the nodes that have not acted when the time is over', async () => {
    const caller = await nodes.publisher();
    await nodes.node();
    await nodes.redis.zadd(await controlKey('nodes'), `${Date.now() + 60_000}`, 'slow-node');
    expect((await caller.command(ban('ada'))).missing).toEqual(['slow-node']);
  });

  it('survive foreign types under the keys of nodes', async () => {
    const caller = await nodes.publisher();
    const { sink } = await nodes.node({ beatInterval: 20, nodeLease: '1s' });
    const [leases, positions] = [await controlKey('nodes'), await controlKey('pos')];
    for (const key of [leases, positions]) await nodes.redis.set(key, '{}');
    await until(
      () => nodes.redis.type(positions),
      (type) => type === 'hash',
    );
    await until(() => nodes.redis.zcard(leases), atLeast(1));
    expect((await caller.command(ban('ada'))).missing).toEqual([]);
    expect(sink.commands).toEqual([ban('ada')]);
  });

  it('count a lease that was over as expired', async () => {
    const { broker } = await nodes.node({ beatInterval: 20, nodeLease: '1s' });
    expect(broker.stats().expired).toBe(0);
    await nodes.redis.del(await controlKey('nodes'));
    await until(() => broker.stats().expired, atLeast(1));
  });
});
