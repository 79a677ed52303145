import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { reached, reasonOf } from '../test/reached.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import { createRealtimeClient, type RealtimeClient } from './index.js';

const inbox = defineRealtimeChannel({
  name: 'inbox.{userId}',
  scope: { userScoped: 'userId' },
  events: { mail: null },
  messages: { seen: null },
  autoSubscribe: true,
});

describe('a channel that the server subscribes by itself', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;

  const announce = (channel: string) => server.socket.emit('rt:subscribed', { channel });
  const event = (channel: string, payload: unknown) => server.socket.emit('rt:event', channel, 'mail', payload);
  /** Resolves once the client has read what the server has sent. */
  let fences = 0;
  const flushed = () => client.channel(`fence-${++fences}`).ready();

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    server.announced = ['inbox.u1'];
    client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20 });
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it('needs no params and no request: the server gives the name', async () => {
    const channel = client.channel(inbox);
    expect([channel.name, channel.params, channel.status]).toEqual(['inbox.{userId}', {}, { state: 'subscribing' }]);
    const mails = channel.events('mail');
    await channel.ready();
    expect([channel.name, channel.params]).toEqual(['inbox.u1', { userId: 'u1' }]);
    expect(channel.status).toEqual({ state: 'subscribed', gap: false, replayed: 0 });
    event('inbox.u1', 1);
    expect((await mails.next()).value).toBe(1);
    await channel.send('seen');
    expect(server.requests.map(({ event: frame, body }) => [frame, body])).toEqual([
      ['rt:message', { channel: 'inbox.u1', event: 'seen' }],
    ]);
  });

  it('is found by its template alone', async () => {
    const channel = client.channel<typeof inbox>('inbox.{userId}');
    await channel.ready();
    expect(channel.name).toBe('inbox.u1');
  });

  it('gives params as values, not as they are spelled in the name', async () => {
    server.announced = ['other.auth0%7C507f', 'inbox', 'inbox.a.b', 'inbox.%FF', 'inbox.ada%40example%2Ecom'];
    client.disconnect();
    client.connect();
    const channel = client.channel(inbox);
    await channel.ready();
    expect([channel.name, channel.params]).toEqual(['inbox.ada%40example%2Ecom', { userId: 'ada@example.com' }]);
    expect(channel.params).toBe(channel.params);
  });

  it('keeps its params in a handle that has them', async () => {
    const address = inbox.with({ userId: 'u1' });
    const channels = [
      client.channel(inbox, { userId: 'u1' }),
      client.channel('inbox.{userId}', { userId: 'u1' }),
      client.channel(address),
    ];
    expect(channels.map(({ name, params }) => [name, params])).toEqual(
      Array.from({ length: 3 }, () => ['inbox.u1', { userId: 'u1' }]),
    );
  });

  it('is there for a handle that comes later, at once and without a request', async () => {
    await client.ready();
    await flushed();
    const [unnamed, named] = [client.channel(inbox), client.channel(inbox, { userId: 'u1' })];
    for (const { status } of [unnamed, named]) expect(status).toMatchObject({ state: 'subscribed', gap: false });
    const mails = unnamed.events('mail');
    event('inbox.u1', 'hello');
    expect((await mails.next()).value).toBe('hello');
    expect(server.bodies('rt:subscribe')).toHaveLength(1);
  });

  it('does not disturb a handle that has requested it as well', async () => {
    const statuses: unknown[] = [];
    const channel = client.channel(inbox, { userId: 'u1' });
    channel.onStatus((status) => statuses.push(status));
    await server.heard('rt:subscribe');
    await flushed();
    announce('inbox.u1');
    await flushed();
    expect(statuses).toEqual([{ state: 'subscribed', gap: false, replayed: 0 }]);
    channel.unsubscribe();
    await server.heard('rt:unsubscribe');
    expect(server.bodies('rt:unsubscribe')).toEqual([{ channel: 'inbox.u1' }]);
  });

  it.each([refuse('FORBIDDEN', false), refuse('RATE_LIMITED', true)])(
    'stays subscribed when the answer to a request for it is %j',
    async (refusal) => {
      await client.ready();
      server.on('rt:subscribe', ({ reply }) => {
        announce('room.1');
        reply(refusal);
      });
      const channel = client.channel('room.1');
      await channel.ready();
      server.on('rt:subscribe', ({ body }) => ({ ok: true, channel: (body as { channel: string }).channel }));
      await flushed();
      expect(channel.status.state).toBe('subscribed');
      expect(server.bodies('rt:subscribe')).toHaveLength(2);
    },
  );

  it('ends a retry: the server has subscribed it meanwhile', async () => {
    server.on('rt:subscribe', () => refuse('UNAVAILABLE', true, { retryAfterMs: 250 }));
    const [channel, other] = [client.channel('room.1'), client.channel('room.2')];
    await server.heard('rt:subscribe');
    await client.ready();
    announce('room.1');
    await channel.ready();
    server.on('rt:subscribe', ({ body }) => (Array.isArray(body) ? body.map(() => ({ ok: true })) : { ok: true }));
    await other.ready();
    expect(server.bodies('rt:subscribe').at(-1)).toEqual({ channel: 'room.2' });
    server.on('rt:message', () => ({ ok: true, data: 'heard' }));
    expect(await channel.send('m')).toBe('heard');
  });

  it('lasts without handles, and until the last handle has left it', async () => {
    await client.ready();
    await flushed();
    expect(server.bodies('rt:unsubscribe')).not.toContainEqual({ channel: 'inbox.u1' });
    const [one, two, named] = [client.channel(inbox), client.channel(inbox), client.channel(inbox, { userId: 'u1' })];
    one.unsubscribe();
    named.unsubscribe();
    expect([one.status, two.status.state]).toEqual([{ state: 'ended' }, 'subscribed']);
    await flushed();
    expect(server.bodies('rt:unsubscribe')).not.toContainEqual({ channel: 'inbox.u1' });
    two.unsubscribe();
    await flushed();
    await server.until(() => server.bodies('rt:unsubscribe').length > 0);
    expect(server.bodies('rt:unsubscribe')).toContainEqual({ channel: 'inbox.u1' });
  });

  it('is requested by its name when a handle without params comes back to it', async () => {
    const first = client.channel(inbox);
    await first.ready();
    first.unsubscribe();
    await server.heard('rt:unsubscribe');
    const second = client.channel(inbox);
    await second.ready();
    expect(second.name).toBe('inbox.u1');
    expect(server.bodies('rt:subscribe')).toEqual([{ channel: 'inbox.u1' }]);
  });

  it('sends nothing when a handle leaves and another comes within a tick', async () => {
    const first = client.channel(inbox);
    await first.ready();
    first.unsubscribe();
    const second = client.channel(inbox);
    expect(second.status.state).toBe('subscribed');
    await second.send('seen');
    expect(server.requests.map(({ event: frame }) => frame)).toEqual(['rt:message']);
  });

  it('is no longer subscribed by an announcement that an unsubscribe request is about to undo', async () => {
    server.announced = [];
    const first = client.channel('room.1');
    await first.ready();
    server.on('rt:unsubscribe', () => undefined);
    first.unsubscribe();
    const leaving = await server.heard('rt:unsubscribe');
    announce('room.1');
    await flushed();
    leaving.reply({ ok: true, channel: 'room.1' });
    const second = client.channel('room.1');
    expect(second.status.state).toBe('subscribing');
    await second.ready();
    expect(
      server.bodies('rt:subscribe').filter((body) => (body as { channel: string }).channel === 'room.1'),
    ).toHaveLength(2);
  });

  it('waits without a request until the server names it, however long that takes', async () => {
    server.announced = [];
    const channel = client.channel(inbox);
    const sent = channel.send('seen');
    await flushed();
    expect(channel.status.state).toBe('subscribing');
    await expect(channel.ready({ timeout: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    announce('inbox.u1');
    await sent;
    channel.unsubscribe();
    const unnamed = client.channel('never.{id}', undefined as never);
    unnamed.unsubscribe();
    await flushed();
    expect(unnamed.status).toEqual({ state: 'ended' });
    expect(server.bodies('rt:subscribe').flat()).not.toContainEqual({ channel: 'never.{id}' });
  });

  it('is followed under another name when the connection belongs to another user', async () => {
    const channel = client.channel(inbox);
    await channel.ready();
    const { params } = channel;
    server.drop();
    await reached(channel, 'subscribing');
    await channel.ready();
    expect(channel.params).toBe(params);
    const mails = channel.events('mail');
    const statuses: unknown[] = [];
    channel.onStatus((status) => statuses.push(status));
    server.announced = ['inbox.u2'];
    server.drop();
    await reached(channel, 'subscribing');
    expect(channel.name).toBe('inbox.u1');
    await channel.ready();
    expect([channel.name, channel.params]).toEqual(['inbox.u2', { userId: 'u2' }]);
    expect(statuses).toEqual([{ state: 'subscribing' }, { state: 'subscribed', gap: true, replayed: 0 }]);
    event('inbox.u1', 'of the other user');
    event('inbox.u2', 'mine');
    expect((await mails.next()).value).toBe('mine');
    expect(server.bodies('rt:subscribe')).toEqual([]);
  });

  it('is not remembered by another connection', async () => {
    await client.ready();
    await flushed();
    server.announced = [];
    server.drop();
    await reached(client, 'reconnecting');
    await client.ready();
    expect(client.channel(inbox).status.state).toBe('subscribing');
    await flushed();
    expect(server.bodies('rt:subscribe').flat()).not.toContainEqual({ channel: 'inbox.u1' });
  });

  it('ends when the server evicts it for good, and begins again with the next announcement', async () => {
    const channel = client.channel(inbox);
    await channel.ready();
    const mails = channel.events('mail');
    server.socket.emit('rt:evicted', { channel: 'inbox.u1', code: 'REVOKED', retryable: false });
    await expect(mails.next()).rejects.toMatchObject({ code: 'REVOKED' });
    expect(channel.status).toMatchObject({ state: 'ended', reason: { code: 'REVOKED' } });
    const next = client.channel(inbox);
    await flushed();
    expect(next.status).toEqual({ state: 'subscribing' });
    announce('inbox.u1');
    await next.ready();
    server.drop();
    await reached(next, 'subscribing');
    await next.ready();
    const { status } = channel;
    expect(status).toMatchObject({ state: 'ended', reason: { code: 'REVOKED' } });
    expect(server.bodies('rt:subscribe').flat()).not.toContainEqual({ channel: 'inbox.u1' });
    await client.close();
    expect(channel.status).toBe(status);
  });

  it('is requested by its name after a retryable eviction', async () => {
    const channel = client.channel(inbox);
    await channel.ready();
    server.socket.emit('rt:evicted', { channel: 'inbox.u1', code: 'INSUFFICIENT_STATE', retryable: true });
    await reached(channel, 'subscribing');
    expect(reasonOf(channel)?.code).toBe('INSUFFICIENT_STATE');
    await channel.ready();
    expect(channel.status).toMatchObject({ gap: true });
    expect(server.bodies('rt:subscribe')).toEqual([{ channel: 'inbox.u1' }]);
  });

  it.each([false, true])(
    'is forgotten when the server evicts it while no handle uses it (retryable: %p)',
    async (retryable) => {
      const other = client.channel('room.2');
      await other.ready();
      announce('room.1');
      for (const channel of ['room.1', 'room.2']) {
        server.socket.emit('rt:evicted', {
          channel,
          code: 'INSUFFICIENT_STATE',
          retryable: retryable || channel === 'room.2',
        });
      }
      await reached(other, 'subscribing');
      await other.ready();
      expect(server.bodies('rt:subscribe')).toEqual([{ channel: 'room.2' }, { channel: 'room.2' }]);
      await client.channel('room.1').ready();
      expect(server.bodies('rt:subscribe').at(-1)).toEqual({ channel: 'room.1' });
    },
  );

  it('keeps what it was when client.send() has used it', async () => {
    await client.ready();
    await flushed();
    await client.send(inbox.with({ userId: 'u1' }), 'seen');
    await flushed();
    expect(server.bodies('rt:unsubscribe')).not.toContainEqual({ channel: 'inbox.u1' });
    expect(server.bodies('rt:subscribe').flat()).not.toContainEqual({ channel: 'inbox.u1' });
    expect(client.channel(inbox).status.state).toBe('subscribed');
  });

  it('is announced again after a listener has closed the connection on admission', async () => {
    const channel = client.channel(inbox);
    const heard: string[] = [];
    const off = channel.onStatus(({ state }) => {
      heard.push(state);
      client.disconnect();
    });
    await reached(client, 'disconnected');
    off();
    expect(heard).toEqual(['subscribed', 'subscribing']);
    server.announced = ['inbox.u3'];
    client.connect();
    await channel.ready();
    expect(channel.name).toBe('inbox.u3');
  });
});
