// Does the dashboard on one node show all nodes, and what happens on them, within bounds?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IRealtimeBroadcaster, RealtimeModule } from 'nestjs-realtime';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { type ElsewhereFrame, RealtimeDashboardModule, type StreamRow } from '@nestjs-realtime/dashboard';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { OtherNodes } from '../kit/other-nodes.js';
import { RedisNodes } from '../kit/redis-nodes.js';
import { until } from '../kit/until.js';
import { roomChannel, Viewer } from './dashboard-app.js';

const room = roomChannel.with({ roomId: '1' });

describe('the dashboard of an application on two nodes', () => {
  let redis: RedisNodes;
  let here: TestApp;
  let there: TestApp;

  const bootNode = (nodeId: string): Promise<TestApp> => {
    const broker = new RedisRealtimeBroker({ url: redis.server.url, beatInterval: '100ms', nodeLease: '2s' });
    const realtime = RealtimeModule.forRoot({ authenticator: KnownUsers, broker, nodeId });
    const features = RealtimeModule.forFeature([roomChannel]);
    return boot({ imports: [realtime, features, RealtimeDashboardModule.forRoot()] });
  };
  const elsewhere = (viewer: Viewer): ElsewhereFrame[] =>
    viewer.client.events.filter(({ event }) => event === 'elsewhere').map(({ payload }) => payload as ElsewhereFrame);
  const framesOf = (viewer: Viewer) => viewer.frames.filter((each) => 'totals' in each);
  const rowsFrom = (viewer: Viewer, fits: (row: StreamRow) => boolean): Promise<StreamRow[]> =>
    until(
      () => elsewhere(viewer).flatMap(({ rows }) => rows.filter(fits)),
      (rows) => rows.length > 0,
    );
  /** Resolves with the newest list of nodes that fits. */
  const nodesOf = async (viewer: Viewer, fits: (nodes: readonly any[]) => boolean): Promise<readonly any[]> => {
    const lists = await until(
      () => framesOf(viewer).flatMap(({ nodes }) => (nodes !== undefined && fits(nodes) ? [nodes] : [])),
      ({ length }) => length > 0,
    );
    return lists.at(-1)!;
  };

  const everyNodeBeats = async (): Promise<void> => {
    const [leases] = await redis.redis.keys('*:nodes');
    const before = await redis.redis.zrange(leases, '0', '-1', 'WITHSCORES');
    await until(
      () => redis.redis.zrange(leases, '0', '-1', 'WITHSCORES'),
      (now) => now.every((entry) => !(Number(entry) > 0) || !before.includes(entry)),
    );
  };

  beforeAll(async () => void (redis = await RedisNodes.start()));
  beforeEach(async () => {
    [here, there] = [await bootNode('here'), await bootNode('there')];
  });
  afterEach(async () => {
    await closeApps();
    await redis.clear();
  });
  afterAll(() => redis.stop());

  it('lists both with their figures', async () => {
    const ann = await there.connect({ as: 'ann' });
    await ann.subscribe('rooms.1');
    await there.broadcast(room, 'said', 1);
    const viewer = await Viewer.of(here);
    const { nodeId } = await viewer.open();
    expect(nodeId).toMatch(/^here-/);
    const [own, other] = await nodesOf(viewer, (nodes) => nodes[1]?.figures?.deliveries === 1);
    expect(own).toMatchObject({
      nodeId,
      figures: { connections: 0, users: 0, subscriptions: 0, deliveries: 0, broker: 'ok' },
    });
    expect(other).toMatchObject({
      nodeId: expect.stringMatching(/^there-/),
      figures: {
        ...{ state: 'accepting', broker: 'ok', connections: 1, users: 1, subscriptions: 1 },
        ...{ version: expect.any(String), rssBytes: expect.any(Number), loopLagMs: expect.any(Number) },
      },
    });
    await there.close();
    await nodesOf(viewer, ({ length }) => length === 1);
  });

  it('shows what happens on the other, and by which node, but not its lists and totals', async () => {
    const viewer = await Viewer.of(here);
    const { nodeId } = await viewer.open();
    await nodesOf(viewer, (nodes) => nodes[1]?.figures !== null && nodes.length === 2);
    const ann = await there.connect({ as: 'ann' });
    await ann.subscribe('rooms.1');
    await ann.subscribe('rooms.denied%');
    await there.broadcast(room, 'said', 1);
    await rowsFrom(viewer, ({ kind }) => kind === 'broadcast');
    await rowsFrom(viewer, ({ kind }) => kind === 'refusal');
    for (const frame of elsewhere(viewer)) {
      expect(Object.keys(frame).sort()).toEqual(['nodeId', 'rows', 'skipped']);
      expect(frame.nodeId).toMatch(/^there-/);
    }
    await here.broadcast(room, 'said', 2);
    const own = await until(
      () => framesOf(viewer).flatMap(({ rows }) => rows),
      ({ length }) => length > 0,
    );
    for (const { totals } of framesOf(viewer)) expect(totals).toMatchObject({ connections: 0, refusals: 0 });
    expect(own.map(({ kind }) => kind)).toEqual(['broadcast']);
    expect((await viewer.open()).nodeId).toBe(nodeId);
  });

  it('sends no more rows of a node than a page of many nodes can follow, and counts the rest', async () => {
    const viewer = await Viewer.of(here);
    await nodesOf(viewer, (nodes) => nodes[1]?.figures !== null && nodes.length === 2);
    const broadcaster = there.nest.get(IRealtimeBroadcaster);
    const total = 500;
    for (let n = 0; n < total; n++) await broadcaster.broadcast(room, 'said', { text: 'x'.repeat(100) });
    const counted = (): number => elsewhere(viewer).reduce((sum, { rows, skipped }) => sum + rows.length + skipped, 0);
    await until(counted, (count) => count === total);
    for (const frame of elsewhere(viewer)) {
      expect(frame.rows.length).toBeLessThanOrEqual(30);
      expect(JSON.stringify(frame).length).toBeLessThan(40_000);
    }
  });

  it('costs the engine nothing while no page is open', async () => {
    const reports = (): Promise<string[]> => redis.redis.keys('*:reports');
    await there.broadcast(room, 'said', 1);
    expect(await reports()).toEqual([]);
    const viewer = await Viewer.of(here);
    await nodesOf(viewer, (nodes) => nodes[1]?.figures !== null && nodes.length === 2);
    const [key] = await reports();
    expect(await redis.redis.hlen(key)).toBe(2);
    viewer.client.close();
    await until(
      () => redis.redis.exists(key.replace(':reports', ':asked')),
      (isAsked) => isAsked === 0,
    );
    // The last beat that has heard of the question brings a report; those behind it bring none.
    await everyNodeBeats();
    await redis.redis.del(key);
    await everyNodeBeats();
    expect(await reports()).toEqual([]);
  });

  it('shows nodes whose report is hostile without figures, and skips forged frames of no form', async () => {
    const viewer = await Viewer.of(here);
    await nodesOf(viewer, (nodes) => nodes[1]?.figures !== null && nodes.length === 2);
    const [leases] = await redis.redis.keys('*:nodes');
    const [reports] = await redis.redis.keys('*:reports');
    const strange: Record<string, string> = {
      garbled: '{"state":',
      huge: 'x'.repeat(1_000_000),
      odd: JSON.stringify({ state: '<img>', connections: 1e308 }),
    };
    for (const [node, report] of Object.entries(strange)) {
      await redis.redis.zadd(leases, Date.now() + 60_000, node);
      await redis.redis.hset(reports, node, report);
    }
    await redis.redis.zadd(leases, Date.now() + 60_000, 'no node\n');
    const nodes = await nodesOf(viewer, ({ length }) => length === 5);
    for (const { nodeId, figures } of nodes) {
      expect(figures === null).toBe(Object.hasOwn(strange, nodeId));
    }
    await redis.redis.multi().del(reports).lpush(reports, 'of another type').exec();
    await until(
      () => redis.redis.type(reports),
      (type) => type === 'hash',
    );
    expect(viewer.client.socket.connected).toBe(true);
  });
});

describe('the dashboard over a broker that cannot list nodes', () => {
  afterEach(closeApps);

  it('shows the own node', async () => {
    const app = await boot({
      imports: [
        RealtimeModule.forRoot({ authenticator: KnownUsers, broker: new OtherNodes() }),
        RealtimeDashboardModule.forRoot(),
      ],
    });
    const viewer = await Viewer.of(app);
    const { nodes } = await viewer.open();
    expect(nodes).toMatchObject([{ figures: { broker: 'ok' } }]);
  });
});
