import { afterEach, describe, expect, it } from '@jest/globals';
import { closeApps } from '../kit/boot.js';
import { LogBook } from '../kit/log-book.js';
import { LONG_ID } from '../kit/known-users.js';
import { bootDashboard, roomChannel, Viewer } from './dashboard-app.js';

describe('an admin', () => {
  afterEach(closeApps);

  it('disconnects a user, and the action is logged and shown to every viewer', async () => {
    const logger = new LogBook();
    const app = await bootDashboard({ boot: { logger } });
    const [viewer, other] = [await Viewer.of(app), await Viewer.of(app)];
    const ann = await app.connect({ as: 'ann' });
    expect(await viewer.send('disconnect', { userId: 'ann' })).toEqual({ ok: true });
    expect(await ann.next('rt:bye')).toEqual([{ code: 'REVOKED', reconnect: false }]);
    await ann.closed;
    const action = { userId: 'root', action: 'disconnect', target: 'ann', channel: null, story: null };
    expect(await viewer.row('action')).toMatchObject(action);
    expect(await other.row('action')).toMatchObject(action);
    expect(logger.lines.filter((line) => line.includes('disconnect "ann"'))).toEqual([
      expect.stringMatching(/^log User "root" \(connection \S+\): disconnect "ann" RealtimeDashboard$/),
    ]);
  });

  it('evicts a user from one channel, and the user stays on the others', async () => {
    const logger = new LogBook();
    const app = await bootDashboard({ boot: { logger } });
    const viewer = await Viewer.of(app);
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('news');
    await ann.subscribe('rooms.7');
    expect(await viewer.send('evict', { userId: 'ann', channel: 'rooms.7' })).toEqual({ ok: true });
    expect(await ann.next('rt:evicted')).toEqual([{ channel: 'rooms.7', code: 'REVOKED', retryable: false }]);
    expect(await viewer.row('action')).toMatchObject({ action: 'evict', target: 'ann', channel: 'rooms.7' });
    expect((await viewer.open()).connections.rows.map(({ channels }) => channels)).toEqual([['news']]);
    expect(logger.lines.filter((line) => line.includes('evict "ann" from channel "rooms.7"'))).toHaveLength(1);
  });

  it('acts on a channel and a user by what the rows hold, however long', async () => {
    const app = await bootDashboard();
    const viewer = await Viewer.of(app);
    const { name } = roomChannel.with({ roomId: `ada@example.com/${'é'.repeat(70)}` });
    expect(name.length).toBeGreaterThan(400);
    const client = await app.connect({ as: LONG_ID });
    await client.subscribe(name);
    await app.broadcast(roomChannel.with({ roomId: `ada@example.com/${'é'.repeat(70)}` }), 'said', 1);
    expect(await viewer.row('broadcast')).toMatchObject({ channel: name });
    const { channels, connections } = await viewer.open();
    const [{ userId, channels: names }] = connections.rows;
    expect([channels.rows[0].channel, names, userId]).toEqual([name, [name], LONG_ID]);

    expect(await viewer.send('evict', { userId, channel: channels.rows[0].channel })).toEqual({ ok: true });
    expect(await client.next('rt:evicted')).toEqual([{ channel: name, code: 'REVOKED', retryable: false }]);
    expect(await viewer.row('action')).toMatchObject({ action: 'evict', target: LONG_ID, channel: name });
    expect(await viewer.send('disconnect', { userId })).toEqual({ ok: true });
    expect(await client.next('rt:bye')).toEqual([{ code: 'REVOKED', reconnect: false }]);
  });

  it('learns that no channel has the name, and the user stays where they are', async () => {
    const app = await bootDashboard();
    const viewer = await Viewer.of(app);
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('rooms.7');
    for (const channel of ['rooms', 'rooms.7.8', 'room.7', 'rooms.{roomId}', 'ROOMS.7', 'rooms.%37']) {
      const refusal = { code: 'UNKNOWN_CHANNEL', message: 'No channel has this name.' };
      expect(await viewer.send('evict', { userId: 'ann', channel })).toMatchObject({ ok: false, error: refusal });
    }
    expect((await viewer.open()).connections.rows.map(({ channels }) => channels)).toEqual([['rooms.7']]);
    expect((await viewer.open()).totals.refusals).toBe(0);
  });

  it('cannot forge lines of the log', async () => {
    const logger = new LogBook();
    const app = await bootDashboard({ boot: { logger } });
    const viewer = await Viewer.of(app);
    await viewer.send('evict', { userId: `x\n[Nest] ERROR ${'y'.repeat(900)}`, channel: 'a\u001b[31m\r\n' });
    const [line] = logger.lines.filter((text) => text.includes('evict') && !text.includes('Mapped'));
    expect(line).toContain('"x\\u000a[Nest] ERROR yyy');
    expect(line).toContain('"a\\u001b[31m\\u000d\\u000a"');
    expect(line.length).toBeLessThan(400);
  });

  it('is the only user who may act', async () => {
    const app = await bootDashboard();
    const [ann, bob] = [await app.connect({ as: 'ann' }), await app.connect({ as: 'bob' })];
    for (const event of ['open', 'disconnect', 'evict']) {
      const reply = await ann.send('realtime-dashboard.live', event, { userId: 'bob', channel: 'news' });
      expect(reply).toMatchObject({ ok: false, error: { code: 'NOT_SUBSCRIBED' } });
    }
    await bob.settle();
    expect(bob.socket.connected).toBe(true);
  });
});
