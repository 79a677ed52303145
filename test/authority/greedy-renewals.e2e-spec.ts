// Do slow guards of some users end what other users are allowed? Renewals have places, and each user may take only a part of them.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Socket } from 'socket.io-client';
import { FixtureProcess } from '../fixture/fixture.process.js';
import { connectClient, request } from '../hostile/honest-client.js';

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

  /** Resolves after this many leases, by the server's own clock. */
  const leases = (count: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, count * LEASE));

  it("one user's renewals take an eighth of the places and evict no other user", async () => {
    const evicted: string[] = [];
    const greedy: string[] = [];
    const rooms = Array.from({ length: 50 }, (_, n) => `t.room.${n}`);
    await Promise.all(Array.from({ length: 60 }, () => member('greedy', rooms, greedy)));
    await Promise.all(Array.from({ length: 40 }, (_, n) => member(`user-${n}`, ['t.auth', 't.room.x'], evicted)));
    await fixture.control('/guard', { delayMs: 300 });
    await fixture.stats();
    await leases(2);
    const { guardsInFlightMax, subscriptions } = await fixture.stats();
    // four connections of the greedy user, and the connections of the others
    expect(guardsInFlightMax).toBeLessThanOrEqual(4 * rooms.length + 32);
    expect(evicted).toEqual([]);
    expect(subscriptions).toBeGreaterThanOrEqual(80);
  });

  it('renewals of many users evict no allowed subscription', async () => {
    const evicted: string[] = [];
    await Promise.all(Array.from({ length: 100 }, (_, n) => member(`user-${n}`, ['t.room.1'], evicted)));
    await member('bystander', ['t.auth'], evicted);
    await fixture.control('/guard', { delayMs: 200 });
    await leases(2);
    expect(evicted).toEqual([]);
    // Each member has asked for one, and the server adds t.mine and t.plain.
    expect((await fixture.stats()).subscriptions).toBe(3 * 101);
  });
});
