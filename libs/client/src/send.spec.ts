import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { reached, reasonOf } from '../test/reached.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import { type ChannelHandle, createRealtimeClient, RealtimeError, type RealtimeClient } from './index.js';

describe('send', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;
  let channel: ChannelHandle;

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20 });
    channel = client.channel('orders.{orderId}', { orderId: '42' });
  });
  afterEach(async () => {
    client.disconnect();
    await server.close();
  });

  it('resolves with what the handler returned, in the order of the calls', async () => {
    server.on('rt:message', ({ body }) => ({ ok: true, data: body }));
    const early = channel.send('addNote', { text: 'early' });
    const second = channel.send('addNote', { text: 'second' });
    expect(await early).toEqual({ channel: 'orders.42', event: 'addNote', payload: { text: 'early' } });
    await Promise.all([second, channel.send('addNote', 3), channel.send('addNote', undefined)]);
    expect(server.bodies('rt:message').map((body) => (body as { payload?: unknown }).payload)).toEqual([
      { text: 'early' },
      { text: 'second' },
      3,
      undefined,
    ]);
    server.on('rt:message', () => ({ ok: true }));
    expect(await channel.send('addNote', {})).toBeUndefined();
  });

  it('rejects with the refusal and its issues', async () => {
    const issues = [{ path: 'items.0.n', message: 'Expected number' }];
    server.on('rt:message', () => refuse('INVALID_PAYLOAD', false, { issues }));
    const error = await channel.send('addNote', {}).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(RealtimeError);
    expect(error).toMatchObject({
      name: 'RealtimeError',
      code: 'INVALID_PAYLOAD',
      message: 'INVALID_PAYLOAD.',
      retryable: false,
      issues,
    });
    server.on('rt:message', () => refuse('RATE_LIMITED', true, { retryAfterMs: 250 }));
    await expect(channel.send('addNote', {})).rejects.toMatchObject({
      code: 'RATE_LIMITED',
      retryable: true,
      retryAfterMs: 250,
      issues: [],
    });
    expect(server.bodies('rt:message')).toHaveLength(2);
  });

  it.each([null, 'ok', { ok: false }, {}])('rejects when the server sends the malformed answer %j', async (answer) => {
    server.on('rt:message', () => answer);
    await expect(channel.send('addNote', {})).rejects.toMatchObject({ code: 'INTERNAL', retryable: true });
  });

  it('rejects with TIMEOUT when no answer comes, and ignores a late one', async () => {
    server.on('rt:message', () => undefined);
    await channel.ready();
    const sent = channel.send('addNote', {}, { timeout: 50 });
    await expect(sent).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
    (await server.heard('rt:message')).reply({ ok: true });
    server.on('rt:message', () => ({ ok: true, data: 'next' }));
    expect(await channel.send('addNote', {}, { timeout: Infinity })).toBe('next');
  });

  it('rejects with TIMEOUT when there is no connection in time, and then sends nothing', async () => {
    await channel.ready();
    server.welcome = null;
    server.drop();
    await reached(client, 'reconnecting');
    await expect(channel.send('addNote', 'late', { timeout: 50 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    server.welcome = { protocol: 1, connectionId: 'c2', user: null };
    await server.until(() => server.socket !== undefined);
    server.drop();
    await channel.send('addNote', 'in time');
    expect(server.bodies('rt:message')).toMatchObject([{ payload: 'in time' }]);
  });

  it('waits during a reconnect until the channel is subscribed again', async () => {
    await channel.ready();
    server.drop();
    await reached(client, 'reconnecting');
    await channel.send('addNote', {});
    expect(server.requests.map(({ event }) => event)).toEqual(['rt:subscribe', 'rt:subscribe', 'rt:message']);
  });

  it('rejects a message that was in flight when the connection broke, and does not send it twice', async () => {
    server.on('rt:message', () => undefined);
    const sent = channel.send('addNote', {});
    await server.heard('rt:message');
    server.drop();
    const error = await sent.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'DISCONNECTED', retryable: true, cause: { code: 'DISCONNECTED' } });
    await channel.ready();
    expect(server.bodies('rt:message')).toHaveLength(1);
  });

  it('resolves with an answer that arrives after a goodbye', async () => {
    server.on('rt:message', ({ socket, reply }) => {
      socket.emit('rt:bye', { code: 'SHUTDOWN', reconnect: true });
      reply({ ok: true, data: 'done' });
      socket.disconnect(true);
    });
    expect(await channel.send('addNote', {})).toBe('done');
  });

  it('rejects with the reason of its signal: before, while waiting, and in flight', async () => {
    await expect(channel.send('addNote', {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    const waiting = new AbortController();
    const early = channel.send('addNote', 'early', { signal: waiting.signal });
    waiting.abort();
    await expect(early).rejects.toMatchObject({ name: 'AbortError' });
    server.on('rt:message', () => undefined);
    const flying = new AbortController();
    const sent = channel.send('addNote', 'in flight', { signal: flying.signal });
    const request = await server.heard('rt:message');
    flying.abort(new Error('enough'));
    await expect(sent).rejects.toThrow('enough');
    request.reply({ ok: true });
    expect(server.bodies('rt:message')).toMatchObject([{ payload: 'in flight' }]);
  });

  it('rejects with CLOSED on disconnect(), and at once until connect() is called', async () => {
    server.on('rt:message', () => undefined);
    const flying = channel.send('addNote', {});
    await server.heard('rt:message');
    client.disconnect();
    await expect(flying).rejects.toMatchObject({ code: 'CLOSED', retryable: false });
    await expect(channel.send('addNote', {})).rejects.toMatchObject({ code: 'CLOSED' });
    server.on('rt:message', () => ({ ok: true }));
    client.connect();
    await channel.send('addNote', {});
  });

  it('rejects waiting and new messages with the reason of a failed connection', async () => {
    await client.ready();
    client.disconnect();
    server.refusals.push({ code: 'UNAUTHENTICATED', message: 'No.', retryable: false });
    client.connect();
    await expect(channel.send('addNote', {})).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(channel.send('addNote', {})).rejects.toBe(reasonOf(client));
  });

  it('resolves after unsubscribe() when the message was sent before', async () => {
    server.on('rt:message', () => ({ ok: true, data: 'done' }));
    await channel.ready();
    const sent = channel.send('addNote', {});
    channel.unsubscribe();
    expect(await sent).toBe('done');
    expect(server.requests.map(({ event }) => event)).toEqual(['rt:subscribe', 'rt:message', 'rt:unsubscribe']);
  });

  it('sends waiting messages before those that a listener sends on admission', async () => {
    channel.onStatus(({ state }) => {
      if (state === 'subscribed') void channel.send('addNote', 'second');
    });
    await channel.send('addNote', 'first');
    await server.heard('rt:message', 2);
    expect(server.bodies('rt:message')).toMatchObject([{ payload: 'first' }, { payload: 'second' }]);
  });

  it('rejects a payload that JSON cannot hold, and sends nothing', async () => {
    const cycle: { self?: unknown } = {};
    cycle.self = cycle;
    for (const payload of [cycle, { n: 1n }]) {
      await expect(channel.send('addNote', payload)).rejects.toMatchObject({
        code: 'INVALID_PAYLOAD',
        retryable: false,
      });
    }
    await channel.send('addNote', 'fine');
    expect(server.bodies('rt:message')).toMatchObject([{ payload: 'fine' }]);
  });
});
