// What does garbage cost? A flood on a topic takes a node about as much work as the same number of events.
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';
import { strangerAt } from './applications.js';
import { Follower } from './follower.js';

const MANY = 10_000;
/** Texts a stranger may send in one call. */
const BATCH = 500;
const LINE = '1|e|stranger-1|tag|message|5|||||\n';
/** An event that the fixture declares, as text of the same length as the garbage. */
const EVENT = `${LINE}${JSON.stringify({ n: 0, text: 'x'.repeat(400) })}`;

describe('a flood of garbage on the topic of a channel', () => {
  let redis: RedisServer;
  let stranger: Redis;
  let node: FixtureProcess;
  /** Of a channel with history, whose topic gets the garbage. */
  let member: Follower;
  /** Of a channel whose events count as work. */
  let honest: Follower;
  const topics: string[] = [];

  beforeAll(async () => {
    redis = await RedisServer.start();
    stranger = strangerAt(redis);
    node = await FixtureProcess.start({ REDIS_URL: redis.url });
    const token = await node.login('ann');
    member = await new Follower('t.log.flood').join(node, token);
    honest = await new Follower('t.room.flood').join(node, token);
    for (const channel of ['t.log.flood', 't.room.flood']) {
      topics.push(
        ...(await until(
          async () => (await stranger.call('PUBSUB', 'CHANNELS', `rt:*:t:${channel}`)) as string[],
          ({ length }) => length === 1,
        )),
      );
    }
  });
  afterAll(async () => {
    member.leave();
    honest.leave();
    stranger.disconnect();
    await node.stop();
    await redis.stop();
  });

  /** Work of the node in milliseconds, until a client hears the event behind the flood. */
  async function workFor(topic: string, text: string, n: number): Promise<number> {
    const before = node.workedMs;
    for (let sent = 0; sent < MANY; sent += BATCH) {
      const batch = stranger.pipeline();
      for (let each = 0; each < BATCH; each++) batch.publish(topic, text);
      await batch.exec();
    }
    await stranger.publish(topics[1], `${LINE}{"n":${n}}`);
    await until(
      () => (honest.heard.at(-1) as { n: number } | undefined)?.n,
      (last) => last === n,
    );
    return node.workedMs - before;
  }

  it('costs a few times as much as events at most, and the member hears nothing of it', async () => {
    const [log, room] = topics;
    // the first flood is for the compiler
    await workFor(room, EVENT, 1);
    const workOfEvents = await workFor(room, EVENT, 2);
    const kinds = {
      braces: '{}'.repeat(220),
      bars: '|'.repeat(440),
      torn: LINE.slice(0, 12).padEnd(440, 'x'),
      broken: `${LINE}${'['.repeat(400)}`,
      position: `${'e'.repeat(32)} ${'9'.repeat(16)} ${'t'.repeat(32)} `.padEnd(440, 'x'),
    };
    let n = 2;
    for (const [kind, text] of Object.entries(kinds)) {
      const work = await workFor(log, text, ++n);
      expect([kind, work < 5 * workOfEvents]).toEqual([kind, true]);
    }
    const call = { channel: 't.log.{logId}', params: { logId: 'flood' }, payload: { n: 1 } };
    expect((await node.control('/publish', call)).status).toBe(200);
    await until(
      () => member.heard.length,
      (length) => length > 0,
    );
    expect(member.heard).toEqual([{ n: 1 }]);
    expect([member.wrong, member.evictions]).toEqual([[], []]);
    expect((await node.stats()).unhandled).toBe(0);
  });
});
