import { afterEach, describe, expect, it } from '@jest/globals';
import { closeApps } from '../kit/boot.js';
import { DeafClient } from '../limits/deaf-client.js';
import { until } from '../kit/until.js';
import { bootDashboard, LIVE, newsChannel, roomChannel, Viewer } from './dashboard-app.js';

const SCRIPT = '<img src=x onerror=alert(1)>';

describe('the dashboard and hostile input', () => {
  afterEach(closeApps);

  it('sends hostile names as data, cut to a maximum length', async () => {
    const app = await bootDashboard();
    const viewer = await Viewer.of(app);
    const ann = await app.connect({ as: 'ann', headers: { 'user-agent': `${SCRIPT}${'u'.repeat(1_000)}` } });
    await ann.subscribe('news');
    await ann.send('news', `${SCRIPT}${'e'.repeat(1_000)}`, {});
    const message = await viewer.row('message');
    expect(message.message).toHaveLength(201);
    expect(message.message.startsWith(SCRIPT)).toBe(true);
    const { connections, handlers } = await viewer.open();
    expect(connections.rows[0].userAgent).toHaveLength(201);
    expect(connections.rows[0].userAgent.startsWith(SCRIPT)).toBe(true);
    expect(handlers).toEqual([]);
  });

  it('keeps its memory and frames bounded under a flood of 50,000 names', async () => {
    const app = await bootDashboard();
    const viewer = await Viewer.of(app);
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('news');
    for (let n = 0; n < 50_000; n++) void app.broadcast(roomChannel.with({ roomId: `r${n}` }), 'said', n);
    const { channels, rows } = await viewer.open();
    expect(channels.rows).toHaveLength(200);
    expect(channels.more).toBe(800);
    expect(rows.length).toBeLessThanOrEqual(200);
    await app.broadcast(newsChannel, 'item', {});
    const again = await viewer.open();
    expect(again.channels.rows.length + again.channels.more).toBe(1_000);
    const { skipped } = await viewer.frame((frame) => frame.skipped > 0);
    expect(skipped).toBeGreaterThan(49_000);
    await until(
      () => viewer.frames.at(-1)?.totals.broadcastsPerSecond,
      (rate) => rate === 0,
    );
    expect(viewer.frames.flatMap((frame) => frame.rows).length).toBeLessThan(1_000);
  });

  it('disconnects a viewer that does not read, and no other client is affected', async () => {
    const app = await bootDashboard({
      realtime: { limits: { queuedBytes: 20_000, messagesPerSecond: 100_000, messageBurst: 100_000 } },
    });
    const deaf = await DeafClient.subscribed(app.url, LIVE, 'root');
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('news');
    const cut = app.nextHook('overflowed');
    let asked = 0;
    const pressing = until(
      () => {
        for (let n = 0; n < 200; n++)
          deaf.send(`42${asked++}["rt:message",{"channel":"${LIVE}","event":"open","payload":{}}]`);
        return app.stats().connections;
      },
      (connections) => connections === 1,
    );
    expect(await cut).toMatchObject({ connection: { user: { userId: 'root' } }, policy: 'disconnect' });
    await pressing;
    await app.broadcast(newsChannel, 'item', { still: 'here' });
    await ann.settle();
    expect(ann.events).toEqual([{ channel: 'news', event: 'item', payload: { still: 'here' } }]);
    const viewer = await Viewer.of(app);
    expect((await viewer.open()).totals).toMatchObject({ connections: 1, slowConsumers: 0 });
  });
});
