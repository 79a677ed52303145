// What do the clients and the other nodes see when a node dies, or stands still, and how long does that take with the defaults?
import type { Redis } from 'ioredis';
import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { range } from '../history/reader.js';
import { PERSISTENT, RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';
import { strangerAt } from './applications.js';
import { Follower } from './follower.js';
import { Timetable } from './timetable.js';

const times = new Timetable();
const CHANNEL = 't.log.f';

describe('one of two nodes', () => {
  let redis: RedisServer;
  let stranger: Redis;
  let doomed: FixtureProcess;
  let other: FixtureProcess;
  let followers: Follower[];

  beforeEach(async () => {
    redis = await RedisServer.start(undefined, PERSISTENT);
    stranger = strangerAt(redis);
    const start = (nodeId: string) => FixtureProcess.start({ REDIS_URL: redis.url, NODE_ID: nodeId });
    [doomed, other] = await Promise.all([start('doomed'), start('other')]);
    followers = [];
  });
  afterEach(async () => {
    for (const follower of followers) follower.leave();
    stranger.disconnect();
    doomed.thaw();
    await Promise.all([doomed.stop(), other.stop()]);
    await redis.stop();
  });
  afterAll(() => times.print());

  async function follow(node: FixtureProcess, userId: string): Promise<Follower> {
    const follower = await new Follower(CHANNEL).join(node, await other.login(userId));
    followers.push(follower);
    return follower;
  }

  /** At the other node: events with the numbers from `n` on. */
  async function say(n: number, times: number): Promise<void> {
    const call = { channel: 't.log.{logId}', params: { logId: 'f' }, payload: { n }, times };
    expect((await other.control('/publish', call)).status).toBe(200);
  }

  const numbers = ({ heard }: Follower): number[] => heard.map((payload) => (payload as { n: number }).n);
  const hasHeard = (follower: Follower, n: number) => until(() => numbers(follower).at(-1), (last) => last === n); // prettier-ignore

  /** Asks the other node to disconnect a user until every live node has acted. */
  const ban = (userId: string) =>
    until(
      async () => (await other.control('/ban', { userId })).status,
      (status) => status === 200,
    );

  it('that is killed loses no event of a log, and is waited for no longer than its lease', async () => {
    const ann = await follow(doomed, 'ann');
    await say(1, 20);
    await hasHeard(ann, 20);
    const clock = times.start('node killed');
    await doomed.kill();
    await until(
      () => ann.isConnected,
      (isConnected) => !isConnected,
    );
    clock.mark('its client knows');
    await say(21, 20);
    await ann.join(other, await other.login('ann'));
    await hasHeard(ann, 40);
    clock.mark('its client has all, at the other node');
    expect(numbers(ann)).toEqual(range(1, 40));
    expect([ann.wrong, ann.recovered]).toEqual([[], [true]]);
    await ban('eve');
    clock.mark('commands wait for it no longer');
  });

  it.each([
    ['keeps its connections', async () => undefined],
    ['loses its subscriptions', (stranger: Redis) => stranger.call('CLIENT', 'KILL', 'TYPE', 'pubsub')],
  ] as const)(
    'that is frozen over its lease and %s catches up, and obeys first what it was told',
    async (what, cut) => {
      const [ann, eve] = [await follow(doomed, 'ann'), await follow(doomed, 'eve')];
      await say(1, 20);
      await Promise.all([hasHeard(ann, 20), hasHeard(eve, 20)]);
      const clock = times.start(`node that is frozen over its lease and ${what}`);
      doomed.freeze();
      await cut(stranger);
      // answered when the lease of the frozen node is over
      await ban('eve');
      clock.mark('commands wait for it no longer');
      await say(21, 30);
      clock.again();
      doomed.thaw();
      await hasHeard(ann, 50);
      clock.mark('its members have all, from its return');
      await until(
        () => eve.isConnected,
        (isConnected) => !isConnected,
      );
      clock.mark('who was banned is gone, from its return');
      expect(numbers(ann)).toEqual(range(1, 50));
      expect([ann.wrong, ann.evictions]).toEqual([[], []]);
      // Events that were published after the ban.
      expect(numbers(eve)).toEqual(range(1, 20));
      expect((await doomed.stats()).unhandled).toBe(0);
    },
  );
});
