// What do the members of a node hear that reads its topics more slowly than they are written? Redis cuts it off.
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { range } from '../history/reader.js';
import type { Redis } from 'ioredis';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';
import { strangerAt } from './applications.js';
import { Follower } from './follower.js';
import { Timetable } from './timetable.js';

const times = new Timetable();
/** Far below what the sockets of this machine take by themselves. */
const SMALL_BUFFER = ['--client-output-buffer-limit', 'pubsub 256kb 128kb 1'];
const BALLAST = 'x'.repeat(40_000);

describe('a node that is slower than its topics', () => {
  let redis: RedisServer;
  let stranger: Redis;
  let slow: FixtureProcess;
  let other: FixtureProcess;
  const followers: Follower[] = [];

  beforeEach(async () => {
    redis = await RedisServer.start(undefined, SMALL_BUFFER);
    stranger = strangerAt(redis);
    const start = (nodeId: string) => FixtureProcess.start({ REDIS_URL: redis.url, NODE_ID: nodeId });
    [slow, other] = await Promise.all([start('slow'), start('other')]);
  });
  afterEach(async () => {
    for (const follower of followers) follower.leave();
    stranger.disconnect();
    slow.thaw();
    await Promise.all([slow.stop(), other.stop()]);
    await redis.stop();
  });
  afterAll(() => times.print());

  /** Connections with subscriptions: one of each node that is not cut off. */
  const subscribed = async (): Promise<number> =>
    String(await stranger.call('CLIENT', 'LIST', 'TYPE', 'pubsub'))
      .trim()
      .split('\n').length;

  it('is cut off by Redis, and reads from the logs what it has not heard', async () => {
    const token = await other.login('ann');
    const ann = await new Follower('t.log.slow').join(slow, token);
    const ballast = await new Follower('t.room.ballast').join(slow, token);
    followers.push(ann, ballast);
    const say = async (n: number) =>
      expect(
        (
          await other.control('/publish', {
            channel: 't.log.{logId}',
            params: { logId: 'slow' },
            payload: { n },
            times: 10,
          })
        ).status,
      ).toBe(200);
    await say(1);
    const numbers = (): number[] => ann.heard.map((payload) => (payload as { n: number }).n);
    await until(numbers, (all) => all.at(-1) === 10);
    expect(await subscribed()).toBe(2);
    const clock = times.start('node slower than its topics');
    slow.freeze();
    await say(11);
    const fill = {
      channel: 't.room.{roomId}',
      params: { roomId: 'ballast' },
      payload: { n: 1, text: BALLAST },
      times: 50,
      perTick: 5,
    };
    await until(
      async () => {
        await other.control('/publish', fill);
        return subscribed();
      },
      (count) => count === 1,
    );
    clock.mark('cut off');
    await say(21);
    slow.thaw();
    clock.again();
    await until(numbers, (all) => all.at(-1) === 30);
    clock.mark('its members have all, since it is fast again');
    expect(numbers()).toEqual(range(1, 30));
    expect([ann.wrong, ann.evictions]).toEqual([[], []]);
    expect((await slow.stats()).unhandled).toBe(0);
  });
});
