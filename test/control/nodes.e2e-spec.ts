// Are several fixtures on one Redis one application? Sessions, events, logs and authority, seen from outside, with plain clients.
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { connectClient, request } from '../hostile/honest-client.js';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';

describe('fixtures on one Redis', () => {
  let redis: RedisServer;
  let nodes: FixtureProcess[];
  const sockets: Socket[] = [];

  beforeAll(async () => {
    redis = await RedisServer.start();
    nodes = await Promise.all(
      ['a', 'b', 'c'].map((nodeId) => FixtureProcess.start({ REDIS_URL: redis.url, NODE_ID: nodeId })),
    );
  });
  afterAll(async () => {
    sockets.forEach((socket) => socket.disconnect());
    for (const node of nodes) await node.stop();
    await redis.stop();
  });

  async function connect(node: FixtureProcess, token: string): Promise<{ socket: Socket; heard: unknown[][] }> {
    const socket = await connectClient(node, { auth: { token } });
    const heard: unknown[][] = [];
    socket.on('rt:event', (...event: unknown[]) => heard.push(event));
    sockets.push(socket);
    return { socket, heard };
  }

  const health = async (node: FixtureProcess) => (await node.control<{ status: string }>('/health')).body.status;

  it('have all joined when they say that they are ready', async () => {
    for (const node of nodes) expect(await health(node)).toBe('ok');
  });

  it('know the sessions of one another, and bring an event of one to the clients of all', async () => {
    const token = await nodes[0].login('ann');
    const clients = await Promise.all(nodes.map((node) => connect(node, token)));
    for (const { socket } of clients)
      expect(await request(socket, 'rt:subscribe', { channel: 't.auth' })).toMatchObject({ ok: true });
    await nodes[1].control('/publish', { channel: 't.auth', payload: { n: 1 }, times: 50 });
    for (const { heard } of clients) {
      await until(
        () => heard.length,
        (count) => count >= 50,
      );
      expect(heard.map(([, , payload]) => (payload as { n: number }).n)).toEqual(
        Array.from({ length: 50 }, (_, n) => n + 1),
      );
    }
  });

  it('give a client of a killed node what it has missed on another', async () => {
    const doomed = await FixtureProcess.start({ REDIS_URL: redis.url });
    const token = await doomed.login('ann');
    const before = await connect(doomed, token);
    const first = await request(before.socket, 'rt:subscribe', { channel: 't.log.k' });
    expect(first).toMatchObject({ ok: true, position: { offset: 0 } });
    await doomed.kill();
    await nodes[0].control('/publish', {
      channel: 't.log.{logId}',
      params: { logId: 'k' },
      payload: { n: 1 },
      times: 20,
    });
    const after = await connect(nodes[2], token);
    const { position } = first as unknown as { position: object };
    const again = await request(after.socket, 'rt:subscribe', { channel: 't.log.k', recover: position });
    expect(again).toMatchObject({ ok: true, recovered: true, position: { offset: 20 } });
    await until(
      () => after.heard.length,
      (count) => count >= 20,
    );
    expect(after.heard.map((event) => event[3])).toEqual(Array.from({ length: 20 }, (_, offset) => offset + 1));
  });

  it.each([
    ['ban', { userId: 'eve' }, 'connections'],
    ['roles', { userId: 'eve', roles: [] }, 'subscriptions'],
    ['revoke', { userId: 'eve', channel: 't.admin' }, 'subscriptions'],
  ] as const)('obey %s of another node before the call returns', async (call, body, counted) => {
    const { socket } = await connect(nodes[2], await nodes[0].login('eve', 'admin'));
    expect(await request(socket, 'rt:subscribe', { channel: 't.admin' })).toMatchObject({ ok: true });
    const { [counted]: before } = await nodes[2].stats();
    await nodes[0].control(`/${call}`, body);
    expect((await nodes[2].stats())[counted]).toBe(before - 1);
  });

  it('say within five seconds that Redis is away, and that it is back', async () => {
    await redis.stop();
    for (const node of nodes)
      await until(
        () => health(node),
        (status) => status === 'degraded',
        5_000,
      );
    const publish = { channel: 't.log.{logId}', params: { logId: 'd' }, payload: { n: 1 } };
    expect((await nodes[0].control('/publish', publish)).status).toBe(503);
    redis = await RedisServer.start(redis.port);
    for (const node of nodes)
      await until(
        () => health(node),
        (status) => status === 'ok',
        5_000,
      );
    expect((await nodes[0].control('/publish', publish)).status).toBe(200);
  });
});
