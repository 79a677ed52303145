import { describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { reached } from '../../test/reached.js';
import { type ChannelHandle } from '../index.js';
import { createMockRealtime } from './index.js';

const logged = defineRealtimeChannel({
  name: 'logged.{id}',
  scope: 'public',
  payload: z.number(),
  history: { size: 2 },
});
const plain = defineRealtimeChannel({
  name: 'plain',
  scope: 'public',
  payload: z.number(),
  messages: { say: z.string() },
});
const target = logged.with({ id: '1' });

function hearing(handle: Pick<ChannelHandle<typeof plain>, 'on'>): number[] {
  const heard: number[] = [];
  handle.on('message', (n) => heard.push(n));
  return heard;
}

describe('createMockRealtime', () => {
  it('connects as its user, and hears what is broadcast', async () => {
    const { client, server } = createMockRealtime({ user: { userId: 'ada', roles: [] } });
    const handle = client.channel(plain);
    const heard = hearing(handle);
    await handle.ready();
    expect(client.user).toEqual({ userId: 'ada', roles: [] });
    await server.broadcast(plain, 'message', 1);
    await server.broadcast(target, 'message', 2);
    expect(heard).toEqual([1]);
    handle.unsubscribe();
    await server.broadcast(plain, 'message', 3);
    expect(heard).toEqual([1]);
    await client.close();
  });

  it('brings a client back that goes on where it was, on channels with history', async () => {
    const { client, server } = createMockRealtime();
    const [handle, other] = [client.channel(target), client.channel(plain)];
    const [heard, atOther] = [hearing(handle), hearing(other)];
    await Promise.all([handle.ready(), other.ready()]);
    server.drop();
    expect([client.status.state, handle.status.state]).toEqual(['reconnecting', 'subscribing']);
    for (const n of [1, 2]) await server.broadcast(target, 'message', n);
    await server.broadcast(plain, 'message', 1);
    await server.reconnect();
    expect(handle.status).toEqual({ state: 'subscribed', gap: false, replayed: 2 });
    expect(other.status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
    await server.broadcast(target, 'message', 3);
    expect([heard, atOther]).toEqual([[1, 2, 3], []]);
    expect((await handle.history({ limit: 1 })).events).toEqual([{ offset: 3, event: 'message', payload: 3 }]);
    await client.close();
  });

  it('has a gap where more was broadcast than the history keeps', async () => {
    const { client, server } = createMockRealtime();
    const handle = client.channel(target);
    await handle.ready();
    server.drop();
    for (const n of [1, 2, 3]) await server.broadcast(target, 'message', n);
    await server.reconnect();
    expect(handle.status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
    expect(handle.position).toMatchObject({ offset: 3 });
    await client.close();
  });

  it('knows channels that are named by strings from its options', async () => {
    const { client, server } = createMockRealtime({ channels: [logged] });
    const handle = client.channel<typeof logged>('logged.{id}', { id: '1' });
    await handle.ready();
    await server.broadcast(target, 'message', 1);
    const page = client.channel(target, { since: { ...handle.position!, offset: 0 } });
    const heard = hearing(page);
    await page.ready();
    expect(page.status).toMatchObject({ gap: false, replayed: 1 });
    expect(heard).toEqual([1]);
    await client.close();
  });

  it('keeps what the client sends, and refuses when it is told to', async () => {
    const { client, server } = createMockRealtime();
    const handle = client.channel(plain);
    await handle.send('say', 'hello');
    expect(server.sent).toEqual([{ channel: 'plain', message: 'say', payload: 'hello' }]);
    server.refuse('FORBIDDEN');
    expect(await handle.trySend('say', 'again')).toMatchObject({
      ok: false,
      error: { code: 'FORBIDDEN', retryable: false },
    });
    server.refuse('UNAVAILABLE');
    await expect(client.channel(target).ready({ timeout: '1s' })).resolves.toBeUndefined();
    await client.close();
  });

  it('has no pages of a channel without history, and renews a login', async () => {
    const { client } = createMockRealtime({ user: { userId: 'ada', roles: [] } });
    const handle = client.channel(plain) as unknown as ChannelHandle<typeof logged>;
    await expect(handle.history()).rejects.toMatchObject({ code: 'BAD_REQUEST' });
    expect(await client.authenticate()).toEqual({ userId: 'ada', roles: [] });
    await client.close();
  });

  it('lets a user log in, become another one, and log out', async () => {
    const [ada, bob] = [
      { userId: 'ada', roles: [] },
      { userId: 'bob', roles: [] },
    ];
    const { client, server } = createMockRealtime();
    await client.ready();
    server.refuse('UNAUTHENTICATED');
    const handle = client.channel(plain);
    await reached(handle, 'ended');
    const first = client.connectionId;
    server.setUser(ada);
    expect(await client.authenticate()).toEqual(ada);
    await handle.ready();
    expect(client.connectionId).toBe(first);
    server.setUser(bob);
    expect(await client.authenticate()).toEqual(bob);
    server.setUser(null);
    expect(await client.authenticate()).toBeNull();
    expect(client.connectionId).not.toBe(first);
    await client.close();
  });

  it('lets a client in that was made while it was down', async () => {
    const { client, server } = createMockRealtime();
    server.drop();
    const handle = client.channel(plain);
    await reached(client, 'reconnecting');
    await server.reconnect();
    expect(handle.status.state).toBe('subscribed');
    await client.close();
  });
});
