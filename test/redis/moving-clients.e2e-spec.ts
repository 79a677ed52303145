// Does the client hear each event once and in order when its node is killed and it comes to another one?
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createRealtimeClient, type RealtimeClient } from '@nestjs-realtime/client';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { RedisRealtimeBroker } from 'nestjs-realtime/redis';
import { z } from 'zod';
import { range } from '../history/reader.js';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { RedisNodes } from '../kit/redis-nodes.js';
import { TcpBalancer } from '../kit/tcp-balancer.js';
import { until } from '../kit/until.js';

const log = defineRealtimeChannel({
  name: 'logs.{id}',
  scope: 'public',
  payload: z.number(),
  history: { size: 10_000 },
});

describe('clients of two nodes behind a balancer', () => {
  let redis: RedisNodes;
  let publisher: TestApp;
  let balancer: TcpBalancer;
  const children = new Map<string, ChildProcess>();
  const clients: RealtimeClient[] = [];

  beforeAll(async () => {
    redis = await RedisNodes.start();
    balancer = await TcpBalancer.start();
    publisher = await boot({
      imports: [
        RealtimeModule.forRoot({ broker: new RedisRealtimeBroker({ url: redis.server.url }) }),
        RealtimeModule.forFeature([log]),
      ],
    });
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    for (const url of [...children.keys()]) await kill(url);
  });
  afterAll(async () => {
    balancer?.close();
    await closeApps();
    await redis?.stop();
  });

  /** Resolves with the URL of a node that takes connections. */
  async function start(): Promise<string> {
    const env = { ...process.env, REDIS_URL: redis.server.url };
    const child = spawn(process.execPath, ['test/redis/node-app.mjs'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const died = once(child, 'close').then(() => Promise.reject(new Error('The node did not start.')));
    const [url] = (await Promise.race([once(createInterface(child.stdout), 'line'), died])) as [string];
    died.catch(() => undefined);
    children.set(url, child);
    balancer.nodes = [...children.keys()];
    return url;
  }

  async function kill(url: string): Promise<void> {
    const child = children.get(url)!;
    children.delete(url);
    balancer.nodes = [...children.keys()];
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  it('miss nothing, hear nothing twice and nothing out of order while one node after the other is killed', async () => {
    await Promise.all([start(), start()]);
    const all = range(1, 8).map((n) => {
      const client = createRealtimeClient({ url: balancer.url, retryDelay: 5, maxRetryDelay: 100 });
      clients.push(client);
      const handle = client.channel(log, { id: '1' });
      const heard: number[] = [];
      const gaps: boolean[] = [];
      handle.on('message', (payload) => heard.push(payload));
      handle.onStatus((status) => status.state === 'subscribed' && gaps.push(status.gap));
      return { n, handle, heard, gaps };
    });
    await Promise.all(all.map(({ handle }) => handle.ready()));
    let said = 0;
    let isOver = false;
    const saying = (async () => {
      while (!isOver) {
        await publisher.broadcast(log.with({ id: '1' }), ++said);
        // A pace at which no client can fall out of the log.
        await setTimeout(1);
      }
      await publisher.broadcast(log.with({ id: '1' }), ++said);
    })();
    const subscriptions = (): number => all.reduce((sum, { gaps }) => sum + gaps.length, 0);
    for (const _round of range(1, 4)) {
      const before = subscriptions();
      const [oldest] = children.keys();
      await kill(oldest);
      await until(subscriptions, (now) => now > before);
      await start();
    }
    isOver = true;
    await saying;
    for (const { heard, gaps } of all) {
      await until(
        () => heard.at(-1),
        (last) => last === said,
      );
      expect(heard).toEqual(range(1, said));
      expect(gaps).not.toContain(true);
    }
    expect(subscriptions()).toBeGreaterThanOrEqual(all.length + 4);
  });
});
