// What do members hear when strangers and later releases write to Redis, and how long does it take?
import { afterEach, beforeEach, describe, expect, it, afterAll } from '@jest/globals';
import { range } from '../history/reader.js';
import { until } from '../kit/until.js';
import { Applications, haveHeard } from './applications.js';
import type { Follower } from './follower.js';
import { Timetable } from './timetable.js';

const times = new Timetable();

describe('two nodes', () => {
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

  /** The keys and the topic of the log. */
  async function names(): Promise<{ meta: string; log: string; topic: string }> {
    const [meta] = await nodes.redis.keys('rt:{*}:m:logs.1');
    return { meta, log: meta.replace(':m:', ':l:'), topic: meta.replace(':m:', ':t:') };
  }

  const skipped = (reason: string): number[] => nodes.all.map(({ broker }) => broker.stats().skipped[reason] ?? 0);

  it('begin a new epoch where a stranger has written ahead in a log, and go on with the others', async () => {
    const { log } = await names();
    const clock = times.start('a foreign entry ahead in a log');
    await nodes.redis.xadd(log, '99-0', 'd', '{}');
    await nodes.say('1', [21]);
    await until(() => members.every(({ recovered }) => recovered.length > 0), Boolean);
    clock.mark('every member told, from the write to the publish that finds it');
    await nodes.say('1', [22]);
    await haveHeard(members, 22);
    for (const { evictions, recovered } of members) {
      expect([evictions, recovered]).toEqual([['INSUFFICIENT_STATE'], [false]]);
    }
  });

  it('skip garbage on the topic of a log, and miss nothing', async () => {
    const { topic } = await names();
    const clock = times.start('garbage on a topic');
    for (const text of ['', '{}', '\0', '1|e|a', 'x 1 y  z']) await nodes.redis.publish(topic, text);
    await nodes.say('1', [21]);
    await haveHeard(members, 21);
    clock.mark('the next event heard');
    for (const { heard, wrong, evictions } of members) {
      expect(heard).toEqual(range(1, 21));
      expect([wrong, evictions]).toEqual([[], []]);
    }
  });

  it('read what a later release adds to an entry, and skip a version that they do not know', async () => {
    const { meta, log, topic } = await names();
    const [epoch, top, prev] = await nodes.redis.hmget(meta, 'e', 's', 't');
    const clock = times.start('two releases side by side');
    await nodes.redis.publish(topic, '2|e|later-1|newer|message|5|||||\n0');
    const text = '1|e|later-1|latertag|message|5||||||added by a later release|\n21';
    const offset = String(Number(top) + 1);
    await nodes.redis.xadd(log, `${offset}-0`, 't', 'latertag', 'd', text);
    await nodes.redis.hset(meta, { s: offset, t: 'latertag' });
    await nodes.redis.publish(topic, `${epoch} ${offset} latertag ${prev} ${text}`);
    await haveHeard(members, 21);
    clock.mark('the event of the later release heard');
    await nodes.say('1', [22]);
    await haveHeard(members, 22);
    expect(skipped('version')).toEqual([1, 1]);
    for (const { heard, wrong, evictions } of members) {
      expect(heard).toEqual(range(1, 22));
      expect([wrong, evictions]).toEqual([[], []]);
    }
  });
});
