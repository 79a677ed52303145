import { afterEach, describe, expect, it } from '@jest/globals';
import { closeApps } from '../kit/boot.js';
import { bootDashboard, LIVE, newsChannel, roomChannel, Viewer } from './dashboard-app.js';

describe('the dashboard', () => {
  afterEach(closeApps);

  it('gives an admin a snapshot, and then the changes', async () => {
    const app = await bootDashboard();
    const ann = await app.connect({ as: 'ann', headers: { 'user-agent': 'Ann/1' } });
    await ann.subscribe('news');
    const viewer = await Viewer.of(app);
    const snapshot = await viewer.open();
    expect(snapshot).toMatchObject({
      payloads: 'hidden',
      totals: { connections: 1, users: 1, subscriptions: 1, refusals: 0, slowConsumers: 0 },
      nodes: [{ figures: { state: 'accepting', broker: null, connections: 1, subscriptions: 1, deliveries: 0 } }],
      connections: {
        rows: [{ userId: 'ann', roles: [], userAgent: 'Ann/1', address: '127.0.0.1', channels: ['news'] }],
        more: 0,
      },
      channels: { rows: [{ channel: 'news', template: 'news', subscribers: 1 }], more: 0 },
      handlers: [],
      queues: [],
      rows: [],
    });
    expect(snapshot.channels.rows[0].sparkline).toHaveLength(60);
    await app.broadcast(newsChannel, 'item', { title: 'rain' });
    expect(await viewer.row('broadcast')).toMatchObject({
      channel: 'news',
      event: 'item',
      deliveries: 1,
      payloadBytes: 16,
    });
    expect(await ann.send('news', 'say', { text: 'ha' })).toEqual({ ok: true });
    expect(await viewer.row('message')).toMatchObject({ channel: 'news', message: 'say', userId: 'ann', code: null });
    const { handlers } = await viewer.frame((frame) => frame.handlers !== undefined && frame.handlers.length > 0);
    expect(handlers).toMatchObject([{ template: 'news', message: 'say', count: 1, failures: 0 }]);
    const { totals } = await viewer.frame((frame) => frame.totals.broadcastsPerSecond > 0);
    expect(totals).toMatchObject({ broadcastsPerSecond: 1, deliveriesPerSecond: 1 });
  });

  it('refuses a user without the role and an anonymous user, and shows an admin what the user was refused', async () => {
    const app = await bootDashboard();
    const viewer = await Viewer.of(app);
    const ann = await app.connect({ as: 'ann' });
    expect(await ann.subscribe(LIVE)).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    expect(await ann.send(LIVE, 'open', {})).toMatchObject({ ok: false, error: { code: 'NOT_SUBSCRIBED' } });
    const visitor = await app.connect();
    // A page that has no token yet is anonymous, too: what it is refused of the dashboard is not shown.
    expect(await visitor.subscribe(LIVE)).toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
    expect(await visitor.subscribe('no.such')).toMatchObject({ ok: false, error: { code: 'UNAUTHENTICATED' } });
    const refused = await viewer.row('refusal', ({ userId }) => userId === null);
    expect(refused).toMatchObject({ gate: 'subscribe', code: 'UNAUTHENTICATED', channel: 'no.such' });
    const refusals = viewer.rows.filter(({ kind }) => kind === 'refusal');
    expect(refusals).toMatchObject([
      { userId: 'ann', gate: 'subscribe', code: 'FORBIDDEN' },
      { userId: 'ann', gate: 'message', code: 'NOT_SUBSCRIBED' },
      { userId: null },
    ]);
    expect((await viewer.open()).totals.refusals).toBe(3);
  });

  it('requires the configured role', async () => {
    const app = await bootDashboard({ dashboard: { role: 'editor' } });
    expect((await Viewer.of(app, { as: 'bob' })).frames).toEqual([]);
    await expect(Viewer.of(app, { as: 'root' })).rejects.toThrow('FORBIDDEN');
  });

  it('explains why a request was refused', async () => {
    const app = await bootDashboard();
    const viewer = await Viewer.of(app);
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('news');
    await ann.subscribe('editors');
    await ann.send('news', 'say', { text: 'no' });
    expect(await viewer.row('refusal', ({ gate }) => gate === 'subscribe')).toMatchObject({
      code: 'FORBIDDEN',
      userId: 'ann',
      channel: 'editors',
      reason: expect.stringContaining('editor'),
    });
    expect(await viewer.row('refusal', ({ gate }) => gate === 'message')).toMatchObject({
      code: 'UNAVAILABLE',
      channel: 'news',
      message: 'say',
      reason: 'the press is closed',
    });
  });

  it('shows a refusal of the application with its own code, and one that a handler made up as an accident', async () => {
    const app = await bootDashboard();
    const viewer = await Viewer.of(app);
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('news');
    for (const text of ['late', 'ANN', 'BOB']) await ann.send('news', 'vote', { text });
    await viewer.row('refusal', ({ code }) => code === 'INTERNAL');
    await viewer.row('message', ({ code }) => code === 'INTERNAL');
    const seen = viewer.rows.filter((row) => row.kind === 'refusal');
    const place = { gate: 'message', channel: 'news', message: 'vote', userId: 'ann' };
    expect(seen[0]).toMatchObject({ ...place, code: 'VOTE_CLOSED', reason: 'the polls closed at six' });
    const codes = viewer.rows.flatMap((row) => (row.kind === 'refusal' || row.kind === 'message' ? [row.code] : []));
    expect([...new Set(codes)]).toEqual(['VOTE_CLOSED', 'INTERNAL']);
    const { handlers } = await viewer.frame((frame) => frame.handlers !== undefined && frame.handlers.length > 0);
    expect(handlers).toMatchObject([{ template: 'news', message: 'vote' }]);
  });

  it('shows the present user of a connection', async () => {
    const app = await bootDashboard();
    const viewer = await Viewer.of(app);
    const visitor = await app.connect();
    await visitor.subscribe('news');
    expect((await viewer.open()).connections.rows).toMatchObject([{ userId: null, roles: [] }]);
    await visitor.request('rt:authenticate', { token: 'bob' });
    const { connections } = await viewer.frame((frame) => frame.connections?.rows[0]?.userId === 'bob');
    expect(connections!.rows).toMatchObject([{ userId: 'bob', roles: ['editor'], channels: ['news'] }]);
  });

  it('counts the recipients of a broadcast to several channels once, and no broadcast as subscribers', async () => {
    const app = await bootDashboard();
    const viewer = await Viewer.of(app);
    const [ann, bob] = [await app.connect({ as: 'ann' }), await app.connect({ as: 'bob' })];
    for (const [client, channel] of [
      [ann, 'rooms.1'],
      [ann, 'rooms.2'],
      [bob, 'rooms.2'],
    ] as const) {
      await client.subscribe(channel);
    }
    const rooms = ['1', '2', '3'].map((roomId) => roomChannel.with({ roomId }));
    await app.broadcast(rooms, 'said', 'all');
    await app.broadcast(rooms[1], 'said', 'but one', { except: { userId: 'bob' } });
    await viewer.row('broadcast', ({ id }) => id === 4);
    const broadcasts = viewer.rows.filter((row) => row.kind === 'broadcast');
    expect(broadcasts.map(({ channel, deliveries }) => [channel, deliveries])).toEqual([
      ['rooms.1', 2],
      ['rooms.2', 0],
      ['rooms.3', 0],
      ['rooms.2', 1],
    ]);
    const { channels } = await viewer.open();
    const subscribers = channels.rows.map((row) => [row.channel, row.subscribers]).sort();
    expect(subscribers).toEqual([
      ['rooms.1', 1],
      ['rooms.2', 2],
      ['rooms.3', 0],
    ]);
  });

  it('accepts only valid messages', async () => {
    const app = await bootDashboard();
    const viewer = await Viewer.of(app);
    for (const [event, payload] of [
      ['open', { all: true }],
      ['open', {}],
      ['disconnect', {}],
      ['disconnect', { userId: '' }],
      ['disconnect', { userId: ['ann'] }],
      ['evict', { userId: 'ann' }],
      ['evict', { userId: 'ann', channel: 7 }],
    ] as const) {
      expect(await viewer.send(event, payload)).toMatchObject({ ok: false, error: { code: 'INVALID_PAYLOAD' } });
    }
    expect(await viewer.send('burn', {})).toMatchObject({ ok: false, error: { code: 'UNKNOWN_EVENT' } });
  });
});
