import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { pipeline } from 'node:stream';
import { Queue, Worker } from 'bullmq';
import { Redis, type RedisOptions } from 'ioredis';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeApps, type TestApp } from '../kit/boot.js';
import { LogBook } from '../kit/log-book.js';
import { freePort } from '../kit/free-port.js';
import { Latch } from '../kit/latch.js';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';
import { bootDashboard, newsChannel, Viewer } from './dashboard-app.js';

describe('the queues', () => {
  let redis: RedisServer | null = null;
  let queue: Queue | null = null;
  let worker: Worker | null = null;
  let logger: LogBook;
  let isOver: boolean;

  beforeEach(() => {
    logger = new LogBook();
    isOver = false;
  });
  afterEach(async () => {
    await closeApps();
    await worker?.close(true).catch(() => undefined);
    // `close` of BullMQ would wait for Redis for ever: from now on the client stops retrying.
    isOver = true;
    if (redis !== null) await queue?.close();
    await redis?.stop();
    [redis, queue, worker] = [null, null, null];
  });

  /** The application's own queue, with a listener for errors. */
  const queueOn = (connection: Redis | { readonly port: number }): Queue => {
    const retryStrategy = (): number | null => (isOver ? null : 50);
    queue = new Queue('mails', {
      connection: connection instanceof Redis ? connection : { ...connection, retryStrategy },
    });
    queue.on('error', () => undefined);
    return queue;
  };
  const start = (provided: Queue): Promise<TestApp> =>
    bootDashboard({
      boot: { logger },
      module: {
        providers: [
          { provide: 'mails', useFactory: () => provided },
          { provide: 'nothing', useValue: null },
        ],
      },
    });
  const redisLines = (): string[] => logger.lines.filter((line) => line.includes('Redis of queue'));

  it('are found among the providers, and are shown with their counts and a row for each state of a job', async () => {
    redis = await RedisServer.start();
    const mails = queueOn({ port: redis.port });
    const app = await start(mails);
    const viewer = await Viewer.of(app);
    expect((await viewer.open()).queues).toMatchObject([{ name: 'mails' }]);
    worker = new Worker(
      'mails',
      async ({ data }: { data: { secret: string } }) => {
        if (data.secret === 'bad') throw new Error('no such address');
      },
      { connection: { port: redis.port } },
    );
    const { id: good } = await mails.add('send', { secret: 'good' });
    const { id: bad } = await mails.add('send', { secret: 'bad' });
    await viewer.row('job', ({ jobId, state }) => jobId === good && state === 'completed');
    const failed = await viewer.row('job', ({ jobId, state }) => jobId === bad && state === 'failed');
    expect(failed).toMatchObject({ queue: 'mails', reason: 'no such address', story: null });
    await viewer.frame(({ queues }) => queues?.[0]?.completed === 1 && queues[0].failed === 1);
    expect(JSON.stringify(viewer.frames)).not.toContain('good"');
    expect(redisLines()).toEqual([]);
  });

  it('are shown as down while their Redis is down, and recover by themselves', async () => {
    const port = await freePort();
    const app = await start(queueOn({ port }));
    const viewer = await Viewer.of(app);
    await viewer.open();
    await viewer.frame(({ queues }) => queues?.[0]?.state === 'down');
    await app.broadcast(newsChannel, 'item', {});
    await viewer.row('broadcast');
    expect(redisLines()).toHaveLength(1);

    redis = await RedisServer.start(port);
    await viewer.frame(({ queues }) => queues?.[0]?.state === 'up');
    await queue!.add('send', {});
    await viewer.row('job', ({ state }) => state === 'waiting');
    await viewer.frame(({ queues }) => queues?.[0]?.waiting === 1);

    const before = viewer.frames.length;
    await redis.stop();
    redis = null;
    await viewer.frame((frame) => viewer.frames.indexOf(frame) >= before && frame.queues?.[0]?.state === 'down');
    expect(redisLines().map((line) => line.slice(0, 40))).toEqual([
      'warn Redis of queue "mails" cannot be re',
      'log Redis of queue "mails" is back Realt',
      'warn Redis of queue "mails" cannot be re',
    ]);
  });

  it('are up once nothing that happens from then on is missed', async () => {
    redis = await RedisServer.start();
    const { port } = redis;
    const [gate, late] = [new Latch(), new Latch()];
    // Only the connection for the rows goes through it. What it sends after its question for the newest event comes late.
    const slow = createServer((client) => {
      client.on('error', () => undefined);
      void gate.opened.then(async () => {
        const server = connect(port, '127.0.0.1');
        pipeline(server, client, () => undefined);
        for await (const sent of client as AsyncIterable<Buffer>) {
          server.write(sent);
          if (sent.includes('xrevrange')) await late.opened;
        }
      });
    }).listen(0, '127.0.0.1');
    await once(slow, 'listening');
    class SlowForRows extends Redis {
      override duplicate(override?: Partial<RedisOptions>): Redis {
        return new Redis({ ...override, port: (slow.address() as AddressInfo).port });
      }
    }
    const client = new SlowForRows(port, { maxRetriesPerRequest: null });
    const mails = queueOn(client);
    const viewer = await Viewer.of(await start(mails));
    await viewer.open();
    await mails.add('before', {});
    const answered = await viewer.frame(({ queues }) => queues?.[0]?.waiting === 1);
    expect(answered.queues![0].state).toBe('down');
    gate.open();
    await viewer.frame(({ queues }) => queues?.[0]?.state === 'up');
    const { id } = await mails.add('after', {});
    late.open();
    await viewer.row('job', ({ jobId, state }) => jobId === id && state === 'waiting');
    expect(viewer.rows.filter(({ kind }) => kind === 'job')).toHaveLength(1);
    expect(redisLines()).toEqual([]);
    await closeApps();
    await mails.close();
    client.disconnect();
    slow.close();
  });

  it('do not stop the application from closing while their Redis is down', async () => {
    const port = await freePort();
    const app = await start(queueOn({ port }));
    await Viewer.of(app);
    await app.close();
    expect(logger.errors()).toEqual([]);
  });

  it('leave a Redis client open that they share with the application', async () => {
    redis = await RedisServer.start();
    const client = new Redis(redis.port, { maxRetriesPerRequest: null });
    const mails = queueOn(client);
    const app = await start(mails);
    const viewer = await Viewer.of(app);
    await until(
      () => mails.add('send', {}).then(() => viewer.rows.length),
      (rows) => rows > 0,
    );
    await app.close();
    expect(await client.ping()).toBe('PONG');
    await mails.close();
    client.disconnect();
  });

  it('are those of the option, if it is set', async () => {
    const port = await freePort();
    const mails = queueOn({ port });
    const app = await bootDashboard({
      dashboard: { queues: [] },
      module: { providers: [{ provide: 'm', useFactory: () => mails }] },
    });
    expect((await (await Viewer.of(app)).open()).queues).toEqual([]);
  });
});
