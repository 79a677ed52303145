// Do clients on several nodes, connected by Redis, hear and obey as if there were one?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, IRealtimeConnections, RealtimeModule } from 'nestjs-realtime';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { z } from 'zod';
import { range, Reader } from '../history/reader.js';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { PATIENT, RedisNodes } from '../kit/redis-nodes.js';
import { until } from '../kit/until.js';

const log = defineRealtimeChannel({
  name: 'logs.{id}',
  scope: 'public',
  payload: z.number(),
  history: { size: 1_000 },
});
const room = defineRealtimeChannel({ name: 'rooms.{id}', scope: 'public', payload: z.number() });

describe('an application on three nodes', () => {
  let redis: RedisNodes;
  let nodes: TestApp[];

  beforeAll(async () => void (redis = await RedisNodes.start()));
  beforeEach(async () => {
    nodes = await Promise.all(
      range(1, 3).map(() => {
        const broker = new RedisRealtimeBroker({ url: redis.server.url, ...PATIENT });
        return boot({
          imports: [
            RealtimeModule.forRoot({ authenticator: KnownUsers, broker }),
            RealtimeModule.forFeature([log, room]),
          ],
        });
      }),
    );
  });
  afterEach(async () => {
    await closeApps();
    await redis.clear();
  });
  afterAll(() => redis.stop());

  it('brings members of every node each event once', async () => {
    const clients = await Promise.all(nodes.map((node) => node.connect({ as: 'ann' })));
    const target = room.with({ id: '1' });
    for (const client of clients) await client.subscribe(target.name);
    for (const n of range(1, 30)) await nodes[n % 3].broadcast(target, n);
    for (const client of clients) {
      const heard = await until(
        () => client.events.map(({ payload }) => payload as number),
        ({ length }) => length >= 30,
      );
      expect([...heard].sort((one, other) => one - other)).toEqual(range(1, 30));
    }
  });

  it('gives all members one log, also while Redis ends the subscriptions again and again', async () => {
    const target = log.with({ id: '1' });
    const readers: Reader[] = [];
    for (const node of nodes) readers.push(new Reader(await node.connect({ as: 'ann' }), target.name));
    for (const reader of readers) await reader.subscribe();
    for (const n of range(1, 200)) {
      await until(
        () =>
          nodes[n % 3].broadcast(target, n).then(
            () => true,
            () => false,
          ),
        Boolean,
      );
      if (n % 25 === 0) await redis.redis.call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    }
    for (const reader of readers) {
      await until(
        () => reader.offsets,
        (offsets) => offsets.at(-1) === 200,
      );
      expect(reader.offsets).toEqual(range(1, 200));
    }
  });

  it('lets a client recover on another node what it has missed', async () => {
    const target = log.with({ id: '1' });
    const ann = new Reader(await nodes[0].connect({ as: 'ann' }), target.name);
    const { position } = await ann.subscribe();
    for (const n of range(1, 20)) await nodes[1].broadcast(target, n);
    const back = new Reader(await nodes[2].connect({ as: 'ann' }), target.name);
    const reply = await back.subscribe(position);
    expect(reply).toMatchObject({ recovered: true });
    await until(
      () => back.offsets,
      (offsets) => offsets.length === 20,
    );
    expect(back.offsets).toEqual(range(1, 20));
  });

  it('disconnects a user wherever they are connected', async () => {
    const clients = await Promise.all(nodes.map((node) => node.connect({ as: 'ann' })));
    const bob = await nodes[1].connect({ as: 'bob' });
    await nodes[0].nest.get(IRealtimeConnections).disconnect({ userId: 'ann' });
    for (const client of clients) {
      await until(
        () => client.socket.connected,
        (connected) => !connected,
      );
    }
    expect(bob.socket.connected).toBe(true);
  });
});
