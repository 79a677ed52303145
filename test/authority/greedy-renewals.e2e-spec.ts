// Do slow guards of some users end what other users are allowed? Renewals have places, and each user may take only a part of them.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { connectClient, request } from '../hostile/honest-client.js';
import { until } from '../kit/until.js';

const LEASE = 3_000;

describe('slow guards', () => {
  let fixture: FixtureProcess;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    const limits = { renewalsInFlight: 32, messageBurst: 1_000, messagesPerSecond: 1_000 };
    fixture = await FixtureProcess.start({ REALTIME_OPTIONS: JSON.stringify({ lease: LEASE, limits }) });
  });

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.disconnect();
    await fixture.stop();
  });

  async function member(userId: string, channels: readonly string[], evicted: string[]): Promise<Socket> {
    const socket = await connectClient(fixture, { auth: { token: await fixture.login(userId) } });
    sockets.push(socket);
    socket.on('rt:evicted', ({ channel }: { channel: string }) => evicted.push(channel));
    await request(
      socket,
      'rt:subscribe',
      channels.map((channel) => ({ channel })),
    );
    return socket;
  }

  /**
   * Resolves once two leases or more have passed for each of the users: the server has begun six renewals of each, and between two of them
   * are at least two and a half of the six visits of a lease.
   */
  async function twoLeases(users: readonly string[]): Promise<void> {
    const refreshes = async (): Promise<Readonly<Record<string, number>>> =>
      (await fixture.control<Record<string, number>>('/refreshes')).body;
    const before = await refreshes();
    await until(refreshes, (now) => users.every((user) => (now[user] ?? 0) - (before[user] ?? 0) >= 6));
  }

  it("one user's renewals take an eighth of the places and evict no other user", async () => {
    const evicted: string[] = [];
    const greedy: string[] = [];
    const rooms = Array.from({ length: 50 }, (_, n) => `t.room.${n}`);
    await Promise.all(Array.from({ length: 60 }, () => member('greedy', rooms, greedy)));
    const others = Array.from({ length: 40 }, (_, n) => `user-${n}`);
    await Promise.all(others.map((user) => member(user, ['t.auth', 't.room.x'], evicted)));
    await fixture.control('/guard', { delayMs: 300 });
    await fixture.stats();
    await twoLeases(others);
    const { guardsInFlightMax, subscriptions } = await fixture.stats();
    // four connections of the greedy user, and the connections of the others
    expect(guardsInFlightMax).toBeLessThanOrEqual(4 * rooms.length + 32);
    expect(evicted).toEqual([]);
    expect(subscriptions).toBeGreaterThanOrEqual(80);
  });

  it('renewals of many users evict no allowed subscription', async () => {
    const evicted: string[] = [];
    const users = Array.from({ length: 100 }, (_, n) => `user-${n}`);
    await Promise.all(users.map((user) => member(user, ['t.room.1'], evicted)));
    await member('bystander', ['t.auth'], evicted);
    await fixture.control('/guard', { delayMs: 200 });
    await twoLeases([...users, 'bystander']);
    expect(evicted).toEqual([]);
    // Each member has asked for one, and the server adds t.mine and t.plain.
    expect((await fixture.stats()).subscriptions).toBe(3 * 101);
  });
});
