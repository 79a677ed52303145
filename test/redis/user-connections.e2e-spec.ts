// How many connections may one user have on all nodes together? As many as the limit says, wherever they are, and those of the dead do not count.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ConnectionsPerUser, RealtimeModule } from 'nestjs-realtime';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { range } from '../history/reader.js';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { Latch } from '../kit/latch.js';
import { RawSocket } from '../kit/raw-socket.js';
import { PATIENT, RedisNodes } from '../kit/redis-nodes.js';
import { until } from '../kit/until.js';

describe('connectionsPerUser across the cluster', () => {
  let redis: RedisNodes;

  beforeAll(async () => void (redis = await RedisNodes.start()));
  afterEach(async () => {
    await closeApps();
    await redis.clear();
  });
  afterAll(() => redis.stop());

  async function nodes(count: number, limit: ConnectionsPerUser, options: object = PATIENT): Promise<TestApp[]> {
    const limits = { connectionsPerUser: { across: 'cluster', ...limit } } as const;
    return Promise.all(
      range(1, count).map(() => {
        const broker = new RedisRealtimeBroker({ url: redis.server.url, ...options });
        return boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, broker, limits })] });
      }),
    );
  }

  const refusal = (node: TestApp) =>
    node.connect({ as: 'ann' }).then(
      () => null,
      (error: { data?: { code?: string; retryable?: boolean } }) => error.data,
    );

  it('refuses one more on any node, for as long as the others are open', async () => {
    const [one, two, three] = await nodes(3, { max: 2 });
    const first = await one.connect({ as: 'ann' });
    await two.connect({ as: 'ann' });
    expect(await refusal(three)).toMatchObject({ code: 'LIMIT_EXCEEDED', retryable: true });
    await three.connect({ as: 'bob' });
    first.socket.disconnect();
    await until(
      () => refusal(three),
      (answer) => answer === null,
    );
    expect(await refusal(one)).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('closes the oldest, on whichever node it is', async () => {
    const [one, two, three] = await nodes(3, { max: 2, over: 'close-oldest' });
    const oldest = await one.connect({ as: 'ann' });
    const second = await two.connect({ as: 'ann' });
    const bye = new Promise((resolve) => oldest.socket.once('rt:bye', resolve));
    const third = await three.connect({ as: 'ann' });
    expect(await bye).toEqual({ code: 'POLICY', reconnect: false });
    expect([second.socket.connected, third.socket.connected]).toEqual([true, true]);
  });

  it('does not count connections of a node that no longer lives, nor what a stranger has written', async () => {
    const [one, two] = await nodes(2, { max: 1 });
    const [key] = await connectionKeys(one);
    await redis.redis.zadd(key, 1, 'a-dead-node c1', 2, 'garbage', 3, '{}');
    expect(await refusal(two)).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(await redis.redis.zcard(key)).toBe(1);
    await redis.redis.set(key, 'a string in its place');
    expect(await refusal(two)).toBeNull();
  });

  /** The keys that hold connections, once a first one is open. */
  async function connectionKeys(node: TestApp): Promise<string[]> {
    await node.connect({ as: 'ann' });
    return redis.redis.keys('*:connections:ann');
  }

  it('counts a connection once more after it has failed to authenticate again', async () => {
    const [one, two] = await nodes(2, { max: 1 });
    const ann = await one.connect({ as: 'ann' });
    expect(await ann.request('rt:authenticate', { token: 'nobody' })).toMatchObject({ ok: false });
    expect(ann.socket.connected).toBe(true);
    expect(await refusal(two)).toMatchObject({ code: 'LIMIT_EXCEEDED' });
  });

  it('keeps nothing of a client that leaves while it is counted', async () => {
    const [asked, answer, left] = [new Latch(), new Latch(), new Latch()];
    class SlowBroker extends RedisRealtimeBroker {
      override async noteConnection(...call: Parameters<RedisRealtimeBroker['noteConnection']>) {
        asked.open();
        await answer.opened;
        return super.noteConnection(...call);
      }

      override forgetConnection(userId: string, connectionId: string): void {
        super.forgetConnection(userId, connectionId);
        left.open();
      }
    }
    const limits = { connectionsPerUser: { max: 1, across: 'cluster' } } as const;
    const broker = new SlowBroker({ url: redis.server.url, ...PATIENT });
    const app = await boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, broker, limits })] });
    const leaver = await RawSocket.open(app.url);
    leaver.send('40{"token":"ann"}');
    await asked.opened;
    leaver.close();
    const stats = () => app.nest.get(IRealtimeServer).stats();
    await until(
      () => stats().holdings.transports,
      (transports) => transports === 0,
    );
    answer.open();
    await left.opened;
    expect(stats()).toMatchObject({ connections: 0, holdings: { directory: 0 } });
    await until(
      () => redis.redis.keys('*:connections:ann'),
      ({ length }) => length === 0,
    );
  });

  it('counts on each node while Redis is away', async () => {
    const quick = { silenceTimeout: '500ms', commandTimeout: '300ms', connectTimeout: '300ms' };
    const [one, two] = await nodes(2, { max: 1 }, quick);
    await one.connect({ as: 'ann' });
    redis.server.freeze();
    try {
      await two.connect({ as: 'ann' });
      expect(await refusal(two)).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    } finally {
      redis.server.thaw();
    }
  });

  it.each([
    ['that ends', (one: TestApp) => one],
    ['of which Redis has heard too late', (_one: TestApp, two: TestApp) => two],
  ])('keeps no place for a connection %s while Redis is away', async (_which, nodeOf) => {
    const quick = { silenceTimeout: '500ms', commandTimeout: '300ms', connectTimeout: '300ms' };
    const [one, two] = await nodes(2, { max: 3 }, quick);
    const gone = [await one.connect({ as: 'ann' })];
    const [key] = await connectionKeys(one);
    redis.server.freeze();
    try {
      gone.push(await nodeOf(one, two).connect({ as: 'ann' }));
      for (const { socket } of gone) socket.disconnect();
      await until(
        () => one.stats().connections + two.stats().connections,
        (open) => open === 1,
      );
    } finally {
      redis.server.thaw();
    }
    await until(
      () => redis.redis.zcard(key),
      (counted) => counted === 1,
    );
    expect(await refusal(two)).toBeNull();
  });
});
