// Does a process without clients broadcast to those of the fixture, and say how it went?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { connectClient, request } from '../hostile/honest-client.js';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';

describe('the worker of the fixture', () => {
  let redis: RedisServer;
  let fixture: FixtureProcess;
  let ann: Socket;
  const heard: unknown[][] = [];

  beforeAll(async () => {
    redis = await RedisServer.start();
    fixture = await FixtureProcess.start({ REDIS_URL: redis.url });
    ann = await connectClient(fixture, { auth: { token: await fixture.login('ann') } });
    ann.on('rt:event', (...event: unknown[]) => heard.push(event));
  });
  afterAll(async () => {
    ann.disconnect();
    expect(await fixture.stop()).toBe(0);
    await redis.stop();
  });

  const log = { channel: 't.log.{logId}', params: { logId: 'w' } };
  const work = (body: object) => fixture.control('/worker/publish', body);

  it('reaches the clients of the node, with and without history', async () => {
    await request(ann, 'rt:subscribe', { channel: 't.log.w' });
    await request(ann, 'rt:subscribe', { channel: 't.auth' });
    const done = { status: 200, body: { exitCode: 0 } };
    expect(await work({ ...log, payload: { n: 1 }, times: 3 })).toEqual(done);
    expect(await work({ channel: 't.auth', event: 'posted', payload: { text: 'from a worker' } })).toEqual(done);
    await until(
      () => heard.length,
      (count) => count === 4,
    );
    expect(heard.map(([, event, payload]) => [event, payload])).toEqual([
      ...[1, 2, 3].map((n) => ['message', { n }]),
      ['posted', { text: 'from a worker' }],
    ]);
  });

  it('shares idempotency keys with the nodes', async () => {
    await work({ ...log, payload: { n: 4 }, idempotencyKey: 'order-1' });
    const again = await fixture.control('/publish', { ...log, payload: { n: 4 }, idempotencyKey: 'order-1' });
    expect(again.body).toMatchObject({ accepted: 1, position: { offset: 4 } });
    const next = await fixture.control('/publish', { ...log, payload: { n: 5 }, idempotencyKey: 'order-2' });
    expect(next.body).toMatchObject({ position: { offset: 5 } });
  });

  it('ends with another code where gate 4 refuses, and where Redis is away', async () => {
    expect((await work({ ...log, payload: { n: 'one' } })).body).toEqual({ exitCode: 2 });
    expect((await work({ channel: 't.unknown', payload: { n: 1 } })).body).toEqual({ exitCode: 2 });
    expect((await work({ ...log, times: 0 })).status).toBe(400);
    await redis.stop();
    expect((await work({ ...log, payload: { n: 6 } })).body).toEqual({ exitCode: 3 });
    expect(fixture.spoken).toBe(1);
  });

  it('does not start on a node of its own', async () => {
    const alone = await FixtureProcess.start();
    expect((await alone.control('/worker/publish', { ...log, payload: { n: 1 } })).body).toEqual({ exitCode: 1 });
    expect(alone.logged).toContain("mode: 'publisher' needs a broker");
    expect(await alone.stop()).toBe(0);
  });
});
