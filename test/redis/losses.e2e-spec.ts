import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogTerms } from 'nestjs-realtime/adapters';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { RecordingSink } from '../kit/broker-sink.js';
import { freePort } from '../kit/free-port.js';
import { RedisNodes } from '../kit/redis-nodes.js';
import { RedisProxy } from '../kit/redis-proxy.js';
import { PERSISTENT, RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';

const TERMS: LogTerms = { size: 100, ttlMs: 60_000 };
const CHANNEL = 'log.a';
/** How the key of the log of commands ends, in a request. */
const CONTROL_LOG = ':l\r\n';
const said = (n: number) => ({ channels: [CHANNEL], event: 'said', json: String(n) });

/** Short, so that a test waits as little as it can. */
const QUICK = { silenceTimeout: '500ms', commandTimeout: '300ms', connectTimeout: '300ms' } as const;
const isOk = (broker: RedisRealtimeBroker) => () => broker.health().state === 'ok';
const holds = (value: boolean): boolean => value;

describe('a node whose Redis goes away', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  let nodes: RedisNodes;

  beforeEach(async () => {
    process.on('unhandledRejection', note);
    nodes = await RedisNodes.start(PERSISTENT);
  });
  afterEach(async () => {
    await nodes.stop();
    process.off('unhandledRejection', note);
    expect(unhandled.splice(0)).toEqual([]);
  });

  it('subscribes again to all that it wants, and tells so before and after', async () => {
    const { broker, sink } = await nodes.node();
    const other = await nodes.node();
    const channels = Array.from({ length: 1_200 }, (_, n) => `room.${n}`);
    await Promise.all(channels.map((channel) => broker.watch(channel)));
    for (let round = 1; round <= 3; round++) {
      await nodes.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
      await until(
        () => sink.signs.length,
        (count) => count === 2 * round,
      );
      expect(sink.signs.slice(-2)).toEqual(['gone', 'rejoined']);
      await until(isOk(other.broker), holds);
      for (const channel of channels) void other.broker.publish({ channels: [channel], event: 'said', json: '1' });
      await until(
        () => sink.events.length,
        (count) => count === round * channels.length,
      );
    }
  });

  it('lets watches come back that were asked for while Redis was away, and not those given up', async () => {
    const { broker, sink } = await nodes.node(QUICK);
    await broker.watch('room.old');
    const { port } = nodes.server;
    await nodes.server.stop();
    await until(
      () => broker.health().state,
      (state) => state === 'degraded',
    );
    await expect(broker.watch(CHANNEL)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    broker.unwatch('room.old');
    nodes.server = await RedisServer.start(port);
    await until(isOk(broker), holds);
    const other = await nodes.node();
    await other.broker.publish({ channels: ['room.old'], event: 'said', json: '0' });
    await other.broker.publish(said(1));
    await until(
      () => sink.events.length,
      (count) => count > 0,
    );
    expect(sink.events.map(({ json }) => json)).toEqual(['1']);
    await broker.watch(CHANNEL);
  });

  it('answers at once while it is away, and says why it is degraded', async () => {
    const { broker } = await nodes.node(QUICK);
    await nodes.server.stop();
    await until(
      () => broker.health().state,
      (state) => state === 'degraded',
    );
    expect(broker.health().reason).toMatch(/ended|ECONN|clos/);
    expect(await broker.publish(said(1))).toBeNull();
    await until(
      () => broker.stats().lost,
      (lost) => lost === 1,
    );
    const unavailable = { code: 'UNAVAILABLE' };
    await expect(broker.publish(said(1), TERMS)).rejects.toMatchObject(unavailable);
    await expect(broker.read(CHANNEL, null)).rejects.toMatchObject(unavailable);
    await expect(broker.positions([CHANNEL])).rejects.toMatchObject(unavailable);
    await expect(broker.fork(CHANNEL, 'epoch')).rejects.toMatchObject(unavailable);
  });

  it('notices that Redis is frozen, and joins when it goes on', async () => {
    const { broker, sink } = await nodes.node(QUICK);
    await broker.watch(CHANNEL);
    nodes.server.freeze();
    const asked = broker.read(CHANNEL, null);
    await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await until(
      () => broker.health().state,
      (state) => state === 'degraded',
    );
    nodes.server.thaw();
    await until(isOk(broker), holds);
    expect(sink.signs).toEqual(['gone', 'rejoined']);
    await broker.publish(said(1), TERMS);
    await until(
      () => sink.frames.length,
      (count) => count === 1,
    );
  });

  it('notices a network that swallows everything, and joins when it works', async () => {
    const hole = await RedisProxy.before(nodes.server.port);
    const { broker, sink } = await nodes.node({ ...QUICK, url: hole.url });
    hole.passes = () => false;
    await until(
      () => broker.health().state,
      (state) => state === 'degraded',
    );
    hole.passes = () => true;
    await until(isOk(broker), holds);
    expect(sink.signs).toEqual(['gone', 'rejoined']);
    await broker.stop();
    hole.close();
  });

  it('delivers no event without history before it has obeyed what it missed, because its user may have been disconnected', async () => {
    const way = await RedisProxy.before(nodes.server.port);
    const { broker, sink } = await nodes.node({ url: way.url });
    const other = await nodes.node();
    await broker.watch(CHANNEL);
    // From when it asks for the commands that it missed, only what it has subscribed to comes.
    let hasAsked = false;
    way.passes = (bytes) => {
      hasAsked ||= bytes.includes(CONTROL_LOG);
      return !hasAsked || bytes.includes('message');
    };
    await nodes.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await until(() => hasAsked, holds);
    await until(isOk(other.broker), holds);
    await other.broker.publish(said(1));
    await until(() => broker.stats().skipped.behind === 1, holds);
    way.restore();
    await until(isOk(broker), holds);
    await other.broker.publish(said(2));
    await until(
      () => sink.events.length,
      (count) => count > 0,
    );
    expect(sink.events.map(({ json }) => json)).toEqual(['2']);
    await broker.stop();
    way.close();
  });

  it('starts without Redis, says so, and joins when there is one', async () => {
    const port = await freePort();
    const broker = new RedisRealtimeBroker({ url: `redis://127.0.0.1:${port}`, joinTimeout: '100ms', ...QUICK });
    const sink = new RecordingSink();
    await broker.start(sink);
    expect(broker.health()).toMatchObject({ state: 'joining', reason: expect.stringMatching(/ECONNREFUSED/) });
    expect(await broker.publish(said(1))).toBeNull();
    const server = await RedisServer.start(port);
    await until(isOk(broker), holds);
    // Clients were served before, and commands of that time are not known.
    expect(sink.signs).toEqual(['renewed']);
    await broker.publish(said(1), TERMS);
    await broker.stop();
    await server.stop();
  });

  it('takes events before it has started and after it has stopped, and counts them as lost', async () => {
    const broker = new RedisRealtimeBroker({ url: nodes.server.url });
    expect(broker.health()).toMatchObject({ state: 'joining', reason: 'not started' });
    expect(await broker.publish(said(1))).toBeNull();
    await expect(broker.publish(said(1), TERMS)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(broker.watch(CHANNEL)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await broker.start(new RecordingSink());
    await broker.stop();
    await broker.stop();
    expect(await broker.publish(said(1))).toBeNull();
    broker.unwatch(CHANNEL);
    expect(broker.stats().lost).toBe(2);
  });

  it('sends what waits before it stops', async () => {
    const { broker } = await nodes.node();
    const other = await nodes.node();
    await other.broker.watch(CHANNEL);
    for (let n = 1; n <= 100; n++) void broker.publish(said(n));
    const logged = broker.publish(said(101), TERMS);
    await broker.stop();
    expect(await logged).toMatchObject({ offset: 1 });
    await until(
      () => other.sink.events.length,
      (count) => count === 100,
    );
  });

  it('lets no more bytes wait than queueBytes', async () => {
    const { broker } = await nodes.node({ queueBytes: 1_000 });
    const big = (n: number) => ({ channels: [CHANNEL], event: 'said', json: JSON.stringify('x'.repeat(n)) });
    const first = broker.publish(big(800), TERMS);
    await expect(broker.publish(big(800), TERMS)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(await broker.publish(big(800))).toBeNull();
    expect(broker.stats()).toMatchObject({ lost: 2 });
    expect((await first)?.offset).toBe(1);
    expect(broker.stats().queuedBytes).toBe(0);
    expect((await broker.publish(big(800), TERMS))?.offset).toBe(2);
  });

  it('loses nothing acknowledged where Redis is killed and comes back with its file', async () => {
    const { broker } = await nodes.node(QUICK);
    const positions = await Promise.all([1, 2, 3].map((n) => broker.publish(said(n), TERMS)));
    const { port } = nodes.server;
    const kept = await nodes.server.kill();
    nodes.server = await RedisServer.start(port, PERSISTENT, kept);
    await until(isOk(broker), holds);
    expect(await broker.read(CHANNEL, 1)).toMatchObject({ epoch: positions[0]?.epoch, top: 3 });
    await nodes.server.stop();
    nodes.server = await RedisServer.start(port);
    await until(
      async () => (await broker.read(CHANNEL, 1).catch(() => null))?.top,
      (top) => top === 0,
    );
    const known = positions[2]!;
    const later = await broker.publish(said(4), { ...TERMS, known });
    expect(later?.epoch).not.toBe(known.epoch);
  });
});
