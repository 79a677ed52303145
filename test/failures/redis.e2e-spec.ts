// What do members hear while Redis dies, freezes and forgets, and how long does each take with the defaults?
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { statSync, truncateSync } from 'node:fs';
import { range } from '../history/reader.js';
import { freePort } from '../kit/free-port.js';
import { PERSISTENT, RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';
import { Applications, haveHeard, log, room, strangerAt } from './applications.js';
import type { Follower } from './follower.js';
import { Timetable } from './timetable.js';

const times = new Timetable();
const RESET = 'INSUFFICIENT_STATE';

describe('a Redis', () => {
  let nodes: Applications;
  let members: Follower[];

  beforeEach(async () => {
    nodes = await Applications.start();
    members = await nodes.follow('1');
    await nodes.say('1', range(1, 20));
    await haveHeard(members, 20);
  });
  afterEach(() => nodes.stop());
  afterAll(() => times.print());

  /** Each member was told that it has missed events, once, and follows the new log from its beginning. */
  function expectReset(): void {
    for (const { evictions, recovered } of members) {
      expect(evictions).toEqual([RESET]);
      expect(recovered).toEqual([false]);
    }
  }

  function expectNothingMissed(last: number): void {
    for (const { heard, wrong, evictions } of members) {
      expect(heard).toEqual(range(1, last));
      expect([wrong, evictions]).toEqual([[], []]);
    }
  }

  const lastMember = (): boolean => members.every(({ recovered }) => recovered.length > 0);

  it('that is killed and keeps its file loses nothing that was acknowledged', async () => {
    const { port } = nodes.server;
    const plain = await nodes.all[0].app.connect({ as: 'ann' });
    await plain.subscribe('rooms.1');
    const clock = times.start('Redis killed, with its file');
    const kept = await nodes.server.kill();
    await nodes.areAll('degraded');
    clock.mark('noticed');
    await expect(nodes.all[0].app.broadcast(log.with({ id: '1' }), 0)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await nodes.all[0].app.broadcast(room.with({ id: '1' }), 5);
    expect(await plain.next('rt:event')).toEqual(['rooms.1', 'message', 5]);
    nodes.server = await RedisServer.start(port, PERSISTENT, kept);
    clock.again();
    await nodes.areAll('ok');
    clock.mark('well again, from its return');
    await nodes.say('1', range(21, 25));
    await haveHeard(members, 25);
    expectNothingMissed(25);
  });

  it('that is killed before the end of its file was written makes no gap that is not told', async () => {
    const { port, appendOnlyFile } = nodes.server;
    const { size } = statSync(appendOnlyFile);
    await nodes.say('1', range(21, 40));
    await haveHeard(members, 40);
    const clock = times.start('Redis killed, with a file that lacks its end');
    const kept = await nodes.server.kill();
    truncateSync(appendOnlyFile, size);
    nodes.server = await RedisServer.start(port, PERSISTENT, kept);
    clock.again();
    await until(lastMember, Boolean);
    clock.mark('every member told, from its return');
    await nodes.say('1', [41, 42]);
    await haveHeard(members, 42);
    expectReset();
    for (const { heard } of members) expect(heard).toEqual(range(1, 42));
  });

  it('that is killed and comes back empty begins new logs, and every member is told', async () => {
    const { port } = nodes.server;
    const clock = times.start('Redis killed, empty');
    await nodes.server.stop();
    await nodes.areAll('degraded');
    clock.mark('noticed');
    nodes.server = await RedisServer.start(port, PERSISTENT);
    clock.again();
    await until(lastMember, Boolean);
    clock.mark('every member told, from its return');
    await nodes.say('1', [21, 22]);
    await haveHeard(members, 22);
    expectReset();
  });

  it('that is frozen answers nothing, and all is as before when it goes on', async () => {
    const clock = times.start('Redis frozen');
    nodes.server.freeze();
    const asked = nodes.all[0].app.broadcast(log.with({ id: '1' }), 'message', 21, { idempotencyKey: '1 21' });
    await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    clock.mark('a publish under way is UNAVAILABLE');
    await nodes.areAll('degraded');
    clock.mark('noticed');
    nodes.server.thaw();
    clock.again();
    await nodes.areAll('ok');
    clock.mark('well again, from its return');
    await nodes.say('1', range(21, 25));
    await haveHeard(members, 25);
    expectNothingMissed(25);
  });

  it('that fails over and lacks the tail makes no gap that is not told', async () => {
    const replica = await RedisServer.start(await freePort(), PERSISTENT);
    const promoted = strangerAt(replica);
    await promoted.replicaof('127.0.0.1', nodes.server.port);
    await until(
      () => promoted.info('replication'),
      (info) => info.includes('master_link_status:up'),
    );
    await promoted.replicaof('NO', 'ONE');
    promoted.disconnect();
    await nodes.say('1', range(21, 40));
    await haveHeard(members, 40);
    const old = nodes.server;
    const clock = times.start('failover that loses the tail');
    await old.stop();
    nodes.become(replica);
    await until(lastMember, Boolean);
    clock.mark('every member told');
    await nodes.say('1', [41, 42]);
    await haveHeard(members, 42);
    expectReset();
    for (const { heard } of members) expect(heard).toEqual(range(1, 42));
  });

  it('that is emptied is found out by the next publish', async () => {
    const clock = times.start('FLUSHALL, with a publish');
    await nodes.redis.flushall();
    await nodes.say('1', [21]);
    await until(lastMember, Boolean);
    clock.mark('every member told');
    await nodes.say('1', [22]);
    await haveHeard(members, 22);
    expectReset();
  });

  it('that evicts a log is found out by the check of positions where no one publishes', async () => {
    const clock = times.start('a log is evicted, in silence');
    await nodes.redis.unlink(...(await nodes.redis.keys('rt:{*}:[ml]:logs.1')));
    await until(lastMember, Boolean);
    clock.mark('every member told');
    await nodes.say('1', [21]);
    await haveHeard(members, 21);
    expectReset();
  });
});
