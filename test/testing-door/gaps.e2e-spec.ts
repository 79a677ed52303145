// Can the test of an application ask what its client does after a gap? With a client that is away for a while.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { defineRealtimeChannel, IRealtimeBroadcaster, IRealtimeHistory, RealtimeModule } from 'nestjs-realtime';
import { connectTestClient, type TestClient } from 'nestjs-realtime/testing';
import { z } from 'zod';

const logged = defineRealtimeChannel({ name: 'logged', scope: 'public', payload: z.number(), history: { size: 2 } });
const plain = defineRealtimeChannel({ name: 'plain', scope: 'public', payload: z.number() });

describe('a test client that was away', () => {
  let app: INestApplication;
  let client: TestClient;

  beforeEach(async () => {
    const module = await Test.createTestingModule({
      imports: [RealtimeModule.forRoot(), RealtimeModule.forFeature([logged, plain])],
    }).compile();
    app = module.createNestApplication({ logger: false });
    client = await connectTestClient(app);
  });
  afterEach(() => app.close());

  it.each([
    [2, { gap: false, replayed: 2 }, [1, 2]],
    [3, { gap: true, replayed: 0 }, []],
  ])('is told what it has missed after %i events, and hears what the log still has', async (count, expected, heard) => {
    const channel = await client.subscribe(logged);
    const other = await client.subscribe(plain);
    client.realtime.disconnect();
    for (let n = 1; n <= count; n++) await app.get(IRealtimeBroadcaster).broadcast(logged, n);
    client.realtime.connect();
    await Promise.all([channel.reached('subscribed'), other.reached('subscribed')]);
    await client.settled();
    expect(channel.status).toMatchObject(expected);
    expect(channel.received.map(({ payload }) => payload)).toEqual(heard);
    expect(other.status).toMatchObject({ gap: true, replayed: 0 });
  });

  it('goes on from the position of a page', async () => {
    const since = await app.get(IRealtimeHistory).position(logged);
    await app.get(IRealtimeBroadcaster).broadcast(logged, 1);
    const channel = await client.subscribe(logged, {}, { since });
    expect(await channel.next('message')).toBe(1);
    expect(channel.position).toEqual({ ...since, offset: 1 });
  });
});
