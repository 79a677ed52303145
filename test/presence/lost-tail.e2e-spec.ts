// Who is here after a failover that has lost the newest changes? Those who are connected, also in channels that the node does not follow any more.
import { afterEach, expect, it } from '@jest/globals';
import { PresenceCounts } from 'nestjs-realtime/adapters';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { Redis } from 'ioredis';
import { closeApps } from '../kit/boot.js';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';
import { MemberBook } from './member-book.js';
import { bootPresence, kept } from './presence-app.js';

let redis: RedisServer;
afterEach(async () => {
  await closeApps();
  await redis.stop();
});

it('are right again once the node has joined', async () => {
  redis = await RedisServer.start();
  const stranger = new Redis(redis.url);
  const node = await bootPresence({ broker: new RedisRealtimeBroker({ url: redis.url }), presenceGrace: 20 });
  const other = await bootPresence({ broker: new RedisRealtimeBroker({ url: redis.url }), presenceGrace: 20 });
  const target = kept.with({ roomId: '1' });
  const ann = new MemberBook(await node.app.connect({ as: 'ann' }), target.name);
  await ann.subscribe();
  await until(() => other.presence.count(target), (count) => count === 1); // prettier-ignore
  const presenceKeys = async () => (await stranger.keys('*')).filter((key) => /:(pv|pu|pn|ph|pc|on|ou):/.test(key));
  const keys = await presenceKeys();
  const dumps = await Promise.all(keys.map((key) => stranger.dumpBuffer(key)));
  ann.client.close();
  await node.app.connect({ as: 'bob' });
  await until(
    async () => [await other.presence.count(target), ...(await other.presence.onlineAmong(['ann', 'bob']))],
    (found) => found.join() === '0,bob',
  );
  // The channel is followed for a while longer.
  await until(
    () => [...node.app.nest.get(PresenceCounts).followed].length,
    (followed) => followed === 0,
  );
  for (const [index, key] of keys.entries()) await stranger.restore(key, 0, dumps[index], 'REPLACE');
  await stranger.del(...(await presenceKeys()).filter((key) => !keys.includes(key)));
  expect(await other.presence.count(target)).toBe(1);
  expect(await other.presence.onlineAmong(['ann', 'bob'])).toEqual(['ann']);
  await stranger.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
  await until(
    async () => [await other.presence.count(target), ...(await other.presence.onlineAmong(['ann', 'bob']))],
    (found) => found.join() === '0,bob',
  );
  stranger.disconnect();
});
