import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { closeApps } from '../kit/boot.js';
import type { ClientOptions } from '../kit/client.js';
import { until } from '../kit/until.js';
import { bootDashboard, LIVE, newsChannel, UsersOnly, Viewer } from './dashboard-app.js';

describe('the dashboard', () => {
  afterEach(closeApps);

  it('counts no connection, subscription, message, broadcast, delivery or refusal of a viewer', async () => {
    const app = await bootDashboard();
    const [first, second] = [await Viewer.of(app), await Viewer.of(app)];
    await first.open();
    await second.open();
    await first.send('disconnect', {});
    await first.send('disconnect', { userId: 'nobody' });
    const { totals, connections, channels, handlers, nodes } = await second.open();
    expect(totals).toMatchObject({ connections: 0, users: 0, subscriptions: 0, messagesPerSecond: 0, refusals: 0 });
    expect(connections).toEqual({ rows: [], more: 0 });
    expect(channels).toEqual({ rows: [], more: 0 });
    expect([handlers, nodes.map(({ figures }) => figures)]).toMatchObject([
      [],
      [{ connections: 0, subscriptions: 0, deliveries: 0 }],
    ]);
    await second.row('action');
    await app.broadcast(newsChannel, 'item', {});
    await second.row('broadcast');
    const counted = await second.frame((frame) => frame.totals.broadcastsPerSecond > 0);
    expect(counted.totals).toMatchObject({ broadcastsPerSecond: 1, deliveriesPerSecond: 0, messagesPerSecond: 0 });
    expect([...new Set(second.rows.map(({ kind }) => kind))]).toEqual(['action', 'broadcast']);
  });

  it('does not show that a page without credentials is refused at gate 1, and shows any other client', async () => {
    const app = await bootDashboard({ realtime: { guards: { connect: [UsersOnly] } } });
    const viewer = await Viewer.of(app);
    const auth = { realtimeDashboard: true };
    const refusedOf = (options: ClientOptions): Promise<unknown> => expect(app.connect(options)).rejects.toThrow();
    await refusedOf({ auth });
    await refusedOf({ auth: { ...auth, token: 'forged' } });
    await refusedOf({ auth: { realtimeDashboard: 'true' } });
    await refusedOf({ auth, headers: { cookie: 'theme=dark', origin: app.url } });
    await refusedOf({ auth, headers: { authorization: 'Bearer x' } });
    await refusedOf({});
    await until(
      () => viewer.rows.length,
      (rows) => rows === 5,
    );
    expect(viewer.rows.every(({ kind }) => kind === 'refusal')).toBe(true);
    expect((await viewer.open()).totals.refusals).toBe(5);
  });

  it('counts a viewer that is subscribed to another channel too', async () => {
    const app = await bootDashboard();
    const viewer = await Viewer.of(app);
    await viewer.client.subscribe('news');
    const { totals, connections } = await viewer.open();
    expect(totals).toMatchObject({ connections: 1, users: 1, subscriptions: 1 });
    expect(connections.rows[0].channels).toEqual([LIVE, 'news']);
  });

  it('sends frames only while there are viewers, and never a broadcast, which would go to other nodes', async () => {
    const app = await bootDashboard();
    const broadcasts = app.record('broadcast');
    const sent = jest.spyOn(app.nest.get(IRealtimeServer), 'deliver');
    const viewer = await Viewer.of(app);
    await app.broadcast(newsChannel, 'item', {});
    await viewer.row('broadcast');
    viewer.client.close();
    await app.nextHook('disconnected');
    expect(broadcasts.map(({ channel }) => channel.name)).toEqual(['news']);
    sent.mockClear();
    const next = await Viewer.of(app);
    expect((await next.open()).rows).toHaveLength(1);
    expect(next.rows).toEqual([]);
    expect(sent).not.toHaveBeenCalled();
    expect(broadcasts).toHaveLength(1);
  });

  it('shows the refusal of a user without the role, and not that of an anonymous page that then asks for a token', async () => {
    const app = await bootDashboard();
    const viewer = await Viewer.of(app);
    await (await app.connect()).subscribe(LIVE);
    await (await app.connect({ as: 'ann' })).subscribe(LIVE);
    await viewer.row('refusal');
    const { totals, rows } = await viewer.open();
    expect(totals.refusals).toBe(1);
    expect(rows.filter(({ kind }) => kind === 'refusal')).toMatchObject([{ userId: 'ann', channel: LIVE }]);
  });
});
