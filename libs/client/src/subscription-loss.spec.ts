import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { reached, reasonOf } from '../test/reached.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import { createRealtimeClient, type RealtimeClient, type RealtimeClientOptions } from './index.js';

describe('a subscription that is refused or lost', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;

  function connect(options: Partial<RealtimeClientOptions> = {}): RealtimeClient {
    return (client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20, ...options }));
  }
  const event = (channel: string, name: string, payload: unknown) =>
    server.socket.emit('rt:event', channel, name, payload);

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    connect();
  });
  afterEach(async () => {
    client.disconnect();
    await server.close();
  });

  it('ends with the reason of a terminal refusal, and only a new handle subscribes again', async () => {
    server.on('rt:subscribe', () => refuse('FORBIDDEN', false));
    const channel = client.channel('a');
    const stream = channel.events('x');
    const heard: unknown[] = [];
    channel.onStatus((status) => heard.push(status));
    await expect(channel.ready()).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(stream.next()).rejects.toBe(reasonOf(channel));
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    await expect(channel.events('x').next()).rejects.toBe(reasonOf(channel));
    await expect(channel.ready()).rejects.toBe(reasonOf(channel));
    await expect(channel.send('m', 1)).rejects.toBe(reasonOf(channel));
    expect(heard).toEqual([{ state: 'ended', reason: reasonOf(channel) }]);
    server.on('rt:subscribe', () => ({ ok: true, channel: 'a' }));
    await client.channel('a').ready();
    channel.unsubscribe();
    expect(channel.status.state).toBe('ended');
    expect(server.bodies('rt:subscribe')).toHaveLength(2);
    expect(server.bodies('rt:unsubscribe')).toEqual([]);
  });

  it.each(['UNAVAILABLE', 'OVERLOADED', 'INTERNAL', 'TIMEOUT', 'RATE_LIMITED'])(
    'is requested again after the refusal %s',
    async (code) => {
      const answers = [refuse(code, true), refuse(code, true), { ok: true, channel: 'a' }];
      server.on('rt:subscribe', () => answers.shift());
      const channel = client.channel('a');
      const heard: unknown[] = [];
      channel.onStatus((status) => heard.push([status.state, reasonOf({ status })?.code]));
      await channel.ready();
      expect(heard).toEqual([
        ['subscribing', code],
        ['subscribing', code],
        ['subscribed', undefined],
      ]);
    },
  );

  it('gets its own answer in a batch', async () => {
    server.on('rt:subscribe', ({ body }) =>
      Array.isArray(body)
        ? [{ ok: true, channel: 'a' }, refuse('FORBIDDEN', false), refuse('UNAVAILABLE', true), 'nonsense']
        : { ok: true },
    );
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => client.channel(name));
    await a.ready();
    expect(reasonOf(b)?.code).toBe('FORBIDDEN');
    expect(reasonOf(c)?.code).toBe('UNAVAILABLE');
    expect(reasonOf(d)?.code).toBe('INTERNAL');
    server.on('rt:subscribe', () => [{ ok: true }, { ok: true }]);
    await Promise.all([c.ready(), d.ready()]);
    expect(server.bodies('rt:subscribe')[1]).toEqual([{ channel: 'c' }, { channel: 'd' }]);
  });

  it('is requested again with its refused batch, in one frame, no sooner than the refusal says', async () => {
    let at = 0;
    server.on('rt:subscribe', () => {
      at = Date.now();
      server.on('rt:subscribe', () => [{ ok: true }, { ok: true }]);
      return refuse('RATE_LIMITED', true, { retryAfterMs: 120 });
    });
    const channels = [client.channel('a'), client.channel('b')];
    await Promise.all(channels.map((channel) => channel.ready()));
    expect(Date.now() - at).toBeGreaterThanOrEqual(119);
    expect(server.bodies('rt:subscribe')).toHaveLength(2);
  });

  it('waits for the longest delay when several refusals ask for one', async () => {
    const answers = [10, 150, 20].map((retryAfterMs) => refuse('RATE_LIMITED', true, { retryAfterMs }));
    let at = 0;
    server.on('rt:subscribe', () => {
      at = Date.now();
      server.on('rt:subscribe', ({ body }) => (body as unknown[]).map(() => ({ ok: true })));
      return answers;
    });
    await Promise.all(['a', 'b', 'c'].map((name) => client.channel(name).ready()));
    expect(Date.now() - at).toBeGreaterThanOrEqual(149);
    expect(server.bodies('rt:subscribe')).toHaveLength(2);
  });

  it.each([null, 'ok', 42, {}, { ok: 'true' }, { ok: false }, { ok: false, error: null }])(
    'is requested again after the malformed answer %j',
    async (answer) => {
      server.on('rt:subscribe', () => {
        server.on('rt:subscribe', () => ({ ok: true, channel: 'a' }));
        return answer;
      });
      const channel = client.channel('a');
      const reasons: unknown[] = [];
      channel.onStatus((status) => reasons.push(reasonOf({ status })?.code));
      await channel.ready();
      expect(reasons).toEqual(['INTERNAL', undefined]);
    },
  );

  it('is requested again when no answer arrives, and ignores a late one', async () => {
    client.disconnect();
    connect({ requestTimeout: 50 });
    server.on('rt:subscribe', () => undefined);
    const channel = client.channel('a');
    const first = await server.heard('rt:subscribe');
    await server.heard('rt:subscribe', 2);
    expect(reasonOf(channel)?.code).toBe('TIMEOUT');
    first.reply(refuse('FORBIDDEN', false));
    server.on('rt:subscribe', () => ({ ok: true, channel: 'a' }));
    await channel.ready();
  });

  it.each(['REVOKED', 'EXPIRED'])('ends when the server evicts it for good with %s', async (code) => {
    const channel = client.channel('a');
    await channel.ready();
    const stream = channel.events('x');
    server.socket.emit('rt:evicted', { channel: 'unknown', code, retryable: false });
    server.socket.emit('rt:evicted', { channel: 'a', code, retryable: false });
    event('a', 'x', 1);
    await expect(stream.next()).rejects.toMatchObject({ code, retryable: false });
    expect(channel.status).toMatchObject({ state: 'ended', reason: { code } });
    server.drop();
    await reached(client, 'reconnecting');
    await client.channel('b').ready();
    expect(server.bodies('rt:subscribe')).toEqual([{ channel: 'a' }, { channel: 'b' }]);
  });

  it('is not ended by an eviction that arrives while it is requested', async () => {
    await client.ready();
    server.on('rt:subscribe', ({ reply }) => {
      server.socket.emit('rt:evicted', { channel: 'a', code: 'REVOKED', retryable: false });
      reply({ ok: true, channel: 'a' });
    });
    await client.channel('a').ready();
  });

  it('is requested again after a retryable eviction', async () => {
    const channel = client.channel('a');
    await channel.ready();
    const changed = jest.fn();
    channel.onStatus(changed);
    server.socket.emit('rt:evicted', { channel: 'a', code: 'INSUFFICIENT_STATE', retryable: true });
    await reached(channel, 'subscribing');
    expect(reasonOf(channel)?.code).toBe('INSUFFICIENT_STATE');
    await channel.ready();
    expect(changed).toHaveBeenCalledTimes(2);
  });

  it('is requested again after a reconnect, in one frame, without channels that ended or were left', async () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => client.channel(name));
    await c.ready();
    c.unsubscribe();
    await server.heard('rt:unsubscribe');
    const ticks = a.events('tick');
    server.drop();
    await reached(a, 'subscribing');
    b.unsubscribe();
    client.channel('d');
    await a.ready();
    expect(server.bodies('rt:subscribe')).toEqual([
      [{ channel: 'a' }, { channel: 'b' }, { channel: 'c' }],
      [{ channel: 'a' }, { channel: 'd' }],
    ]);
    expect(server.bodies('rt:unsubscribe')).toEqual([{ channel: 'c' }]);
    event('a', 'tick', 1);
    expect((await ticks.next()).value).toBe(1);
  });

  it('ends when the new user of the connection is refused', async () => {
    const channel = client.channel('a');
    await channel.ready();
    server.on('rt:subscribe', () => refuse('FORBIDDEN', false));
    client.disconnect();
    expect(channel.status.state).toBe('subscribing');
    client.connect();
    await reached(channel, 'ended');
    expect(reasonOf(channel)?.code).toBe('FORBIDDEN');
  });

  it('is requested again when the answer was lost with the connection', async () => {
    server.on('rt:subscribe', () => undefined);
    const channel = client.channel('a');
    await server.heard('rt:subscribe');
    server.on('rt:subscribe', () => ({ ok: true, channel: 'a' }));
    server.drop();
    await channel.ready();
    expect(server.bodies('rt:subscribe')).toHaveLength(2);
  });

  it('ends its loops when the connection fails, and is requested again by connect()', async () => {
    const channel = client.channel('a');
    await channel.ready();
    const stream = channel.events('x');
    const heard: unknown[] = [];
    channel.on('x', (payload) => heard.push(payload));
    server.socket.emit('rt:bye', { code: 'REVOKED', reconnect: false });
    server.socket.disconnect(true);
    await expect(stream.next()).rejects.toMatchObject({ code: 'REVOKED' });
    await expect(channel.ready()).rejects.toMatchObject({ code: 'REVOKED' });
    await expect(channel.events('x').next()).rejects.toMatchObject({ code: 'REVOKED' });
    expect(channel.status.state).toBe('subscribing');
    client.connect();
    await channel.ready();
    const next = channel.events('x').next();
    event('a', 'x', 1);
    await next;
    expect(heard).toEqual([1]);
  });

  it('is requested again when its listener connects again', async () => {
    const channel = client.channel('a');
    await channel.ready();
    const off = channel.onStatus(({ state }) => {
      if (state === 'subscribing') client.connect();
    });
    client.disconnect();
    await channel.ready();
    off();
    expect(client.status.state).toBe('connected');
    await channel.send('m', 1);
  });

  it('has a gap after each loss, for handles that were there before', async () => {
    const old = client.channel('a');
    const statuses: unknown[] = [];
    old.onStatus((status) => statuses.push(status));
    await old.ready();
    const { status } = old;
    expect(old.status).toBe(status);
    server.drop();
    await reached(old, 'subscribing');
    const during = client.channel('a');
    await old.ready();
    const after = client.channel('a');
    expect([old, during, after].map((handle) => (handle.status as { gap?: boolean }).gap)).toEqual([
      true,
      false,
      false,
    ]);
    client.disconnect();
    client.connect();
    await Promise.all([old, during, after].map((handle) => reached(handle, 'subscribed')));
    expect([old, during, after].map((handle) => (handle.status as { gap?: boolean }).gap)).toEqual([true, true, true]);
    expect(old.status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
    expect(old.status).toBe(old.status);
    expect(statuses).toEqual([
      { state: 'subscribed', gap: false, replayed: 0 },
      { state: 'subscribing' },
      { state: 'subscribed', gap: true, replayed: 0 },
      { state: 'subscribing' },
      { state: 'subscribed', gap: true, replayed: 0 },
    ]);
    expect(new Set(statuses).size).toBe(5);
  });
});
