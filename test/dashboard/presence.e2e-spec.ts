// Does the dashboard show who is in the channels, and how many come and go, to admins alone?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RealtimeException } from 'nestjs-realtime';
import { InMemoryRealtimeBroker, PresenceCounts } from 'nestjs-realtime/adapters';
import { RealtimeDashboardModule, type RealtimeDashboardModuleOptions } from '@nestjs-realtime/dashboard';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { closeApps } from '../kit/boot.js';
import { PATIENT, RedisNodes } from '../kit/redis-nodes.js';
import { until } from '../kit/until.js';
import { bootPresence, type PresenceApp } from '../presence/presence-app.js';
import { LIVE, Viewer } from './dashboard-app.js';

const ADMIN = { as: 'root/admin' };

const bootShown = (dashboard: RealtimeDashboardModuleOptions = {}, broker = new InMemoryRealtimeBroker()) =>
  bootPresence({ presenceGrace: 0, broker }, [RealtimeDashboardModule.forRoot(dashboard)]);

async function join({ app }: PresenceApp, as: string, ...channels: string[]) {
  const client = await app.connect({ as });
  for (const channel of channels) await client.subscribe(channel);
  return client;
}

describe('the dashboard of an application with presence', () => {
  afterEach(closeApps);

  it('counts the members of each channel, and none where a channel has no presence', async () => {
    const node = await bootShown();
    await join(node, 'ann', 'rooms.1', 'rooms.2');
    await join(node, 'ann', 'rooms.1');
    const bob = await join(node, 'bob', 'rooms.1', 'hidden');
    const viewer = await Viewer.of(node.app, ADMIN);
    const members = ({ channels }: Pick<Awaited<ReturnType<Viewer['open']>>, 'channels'>) =>
      Object.fromEntries(channels.rows.map((row) => [row.channel, row.members]));
    expect(members(await viewer.open())).toEqual({ 'rooms.1': 2, 'rooms.2': 1, hidden: 1 });
    bob.close();
    await viewer.frame((frame) => frame.channels !== undefined && members(frame as never)['rooms.1'] === 1);
  });

  it('counts joins and leaves a second, and the users of the node', async () => {
    const node = await bootShown();
    const viewer = await Viewer.of(node.app, ADMIN);
    const { totals } = await viewer.open();
    expect(totals).toMatchObject({ joinsPerSecond: 0, leavesPerSecond: 0 });
    const ann = await join(node, 'ann', 'rooms.1');
    await join(node, 'ann', 'rooms.2');
    await join(node, 'bob', 'hidden');
    await viewer.frame((frame) => frame.totals.joinsPerSecond > 0);
    await viewer.frame((frame) => frame.nodes?.[0].figures?.users === 2);
    ann.close();
    await viewer.frame((frame) => frame.totals.leavesPerSecond > 0);
    await viewer.frame((frame) => frame.totals.joinsPerSecond === 0 && frame.totals.leavesPerSecond === 0);
  });

  it('lists the members of one channel when it is asked, without their data', async () => {
    const node = await bootShown();
    await join(node, 'ann', 'rooms.1');
    await join(node, 'ann', 'rooms.1');
    await join(node, 'bob', 'rooms.1', 'rooms.2');
    const viewer = await Viewer.of(node.app, ADMIN);
    const { data } = await viewer.send('members', { channel: 'rooms.1' });
    expect(data).toEqual({
      rows: [
        { userId: 'ann', connections: 2, since: expect.any(Number) },
        { userId: 'bob', connections: 1, since: expect.any(Number) },
      ],
      more: 0,
    });
    for (const frame of viewer.frames) expect(JSON.stringify(frame)).not.toContain('mood');
  });

  it('shows data of members, redacted, where payloads are shown', async () => {
    const node = await bootShown({ payloads: 'shown', redact: ['mood'] });
    await join(node, 'ann', 'rooms.1', 'hidden');
    const viewer = await Viewer.of(node.app, ADMIN);
    const shown = async (channel: string) =>
      ((await viewer.send('members', { channel })).data as { rows: { data?: string }[] }).rows[0].data;
    expect(await shown('rooms.1')).toBe('{"mood":"[redacted]"}');
    expect(await shown('hidden')).toBeUndefined();
  });

  it('lists 100 members of a large channel, and says how many more there are', async () => {
    const node = await bootShown();
    const clients = await Promise.all(Array.from({ length: 105 }, (_, n) => node.app.connect({ as: `user-${n}` })));
    await Promise.all(clients.map((client) => client.subscribe('rooms.1')));
    const viewer = await Viewer.of(node.app, ADMIN);
    const { rows, more } = (await viewer.send('members', { channel: 'rooms.1' })).data as {
      rows: { userId: string }[];
      more: number;
    };
    expect([rows.length, more]).toEqual([100, 5]);
    expect(new Set(rows.map(({ userId }) => userId)).size).toBe(100);
  });

  it('says which channel does not exist, has no members, or cannot be read', async () => {
    const broker = new InMemoryRealtimeBroker();
    const node = await bootShown({}, broker);
    const viewer = await Viewer.of(node.app, ADMIN);
    const ask = async (channel: string) => (await viewer.send('members', { channel })).error?.code;
    expect(await ask('rooms')).toBe('UNKNOWN_CHANNEL');
    expect(await ask(LIVE)).toBe('NO_PRESENCE');
    expect(await ask('rooms.9')).toBeUndefined();
    broker.presenceStore().read = () => Promise.reject(new RealtimeException('UNAVAILABLE'));
    expect(await ask('rooms.9')).toBe('UNAVAILABLE');
    expect((await viewer.send('members', {})).error?.code).toBe('INVALID_PAYLOAD');
  });

  it('tells members to users with the role alone', async () => {
    const node = await bootShown();
    const ann = await join(node, 'ann', 'rooms.1');
    expect((await ann.subscribe(LIVE)).ok).toBe(false);
    expect(await ann.send(LIVE, 'members', { channel: 'rooms.1' })).toMatchObject({
      ok: false,
      error: { code: 'NOT_SUBSCRIBED' },
    });
  });
});

describe('the dashboard of an application with presence on two nodes', () => {
  let redis: RedisNodes;
  beforeAll(async () => void (redis = await RedisNodes.start()));
  afterEach(closeApps);
  afterAll(() => redis.stop());

  const bootNode = (nodeId: string): Promise<PresenceApp> => {
    const broker = new RedisRealtimeBroker({ url: redis.server.url, beatInterval: '100ms', ...PATIENT });
    return bootPresence({ presenceGrace: 0, broker, nodeId }, [RealtimeDashboardModule.forRoot()]);
  };

  it('has members of all nodes, users of each node, and each join once', async () => {
    const [here, there] = [await bootNode('here'), await bootNode('there')];
    const viewers = [await Viewer.of(here.app, ADMIN), await Viewer.of(there.app, ADMIN)];
    await Promise.all(viewers.map((viewer) => viewer.open()));
    await join(here, 'ann', 'rooms.1');
    await join(there, 'bob', 'rooms.1');
    await join(there, 'ann', 'rooms.1');
    await join(there, 'eve', 'hidden');
    for (const viewer of viewers) {
      await viewer.frame(
        ({ channels }) => channels?.rows.some((row) => row.channel === 'rooms.1' && row.members === 2) === true,
      );
      const users = new Map([
        ['here', 1],
        ['there', 3],
      ]);
      await viewer.frame(
        ({ nodes = [] }) =>
          nodes.length === 2 &&
          nodes.every(({ nodeId, figures }) => figures?.users === users.get(nodeId.replace(/-.*/, ''))),
      );
      const { data } = await viewer.send('members', { channel: 'rooms.1' });
      expect(data).toMatchObject({ rows: [{ userId: 'ann', connections: 2 }, { userId: 'bob' }], more: 0 });
    }
    const joins = () =>
      [here, there]
        .flatMap(({ app }) => [...app.nest.get(PresenceCounts).byTemplate.values()])
        .reduce((sum, { joined }) => sum + joined, 0);
    await until(joins, (sum) => sum === 3);
  });
});
