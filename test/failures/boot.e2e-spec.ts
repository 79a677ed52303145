// What do clients get from an application that has booted without Redis, and when does it join?
import { afterAll, afterEach, describe, expect, it } from '@jest/globals';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { range } from '../history/reader.js';
import { closeApps } from '../kit/boot.js';
import { freePort } from '../kit/free-port.js';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';
import { bootOn, haveHeard, log, room } from './applications.js';
import { Follower } from './follower.js';
import { Timetable } from './timetable.js';

const times = new Timetable();

describe('two nodes that boot before Redis does', () => {
  let server: RedisServer | undefined;
  const members: Follower[] = [];

  afterEach(async () => {
    for (const member of members) member.leave();
    await closeApps();
    await server?.stop();
  });
  afterAll(() => times.print());

  it('serve clients of their own, say why they have not joined, and join when there is one', async () => {
    const port = await freePort();
    const url = `redis://127.0.0.1:${port}`;
    const clock = times.start('Redis away at boot');
    const brokers = range(1, 2).map(() => new RedisRealtimeBroker({ url }));
    const apps = await Promise.all(brokers.map(bootOn));
    clock.mark('both take clients');
    for (const broker of brokers) {
      expect(broker.health()).toMatchObject({ state: 'joining', reason: expect.stringContaining('ECONNREFUSED') });
    }
    const [ann, bob] = await Promise.all(apps.map((app) => app.connect({ as: 'ann' })));
    for (const client of [ann, bob]) expect(await client.subscribe('rooms.1')).toMatchObject({ ok: true });
    await apps[0].broadcast(room.with({ id: '1' }), 1);
    expect(await ann.next('rt:event')).toEqual(['rooms.1', 'message', 1]);
    expect(await ann.subscribe('logs.1')).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE', retryable: true } });
    await expect(apps[0].broadcast(log.with({ id: '1' }), 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    server = await RedisServer.start(port);
    clock.again();
    for (const broker of brokers) {
      await until(
        () => broker.health().state,
        (state) => state === 'ok',
      );
    }
    clock.mark('both have joined, since Redis is there');
    await apps[0].broadcast(room.with({ id: '1' }), 2);
    expect(await bob.next('rt:event')).toEqual(['rooms.1', 'message', 2]);
    for (const app of apps) members.push(await new Follower('logs.1').join(app, 'ann'));
    for (const n of range(1, 5)) await apps[n % 2].broadcast(log.with({ id: '1' }), n);
    await haveHeard(members, 5);
    for (const { heard, wrong } of members) expect([heard, wrong]).toEqual([range(1, 5), []]);
  });
});
