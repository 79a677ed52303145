import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { reached } from '../test/reached.js';
import { refuse, type HeardRequest, ScriptedServer } from '../test/scripted-server.js';
import { type ChannelHandle, createRealtimeClient, type RealtimeClient } from './index.js';

const inbox = defineRealtimeChannel({ name: 'inbox.{userId}', scope: { userScoped: 'userId' }, autoSubscribe: true });
const ANONYMOUS = { protocol: 1, connectionId: 'c1', user: null };
const ADA = { protocol: 1, connectionId: 'c2', user: { userId: 'ada', roles: [] } };

describe('rights that are regained', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;
  /** With which codes the server refuses channels for good. */
  const refused = new Map<string, string>();
  const asked = () => server.bodies('rt:subscribe').flat().map((item) => (item as { channel: string }).channel); // prettier-ignore

  function answerOf({ channel }: { channel: string }): object {
    const code = refused.get(channel);
    return code ? refuse(code, false) : { ok: true, channel };
  }

  /** @returns a handle whose channel the server has refused. */
  async function ended(name: string, code = 'UNAUTHENTICATED'): Promise<ChannelHandle> {
    refused.set(name, code);
    const handle = client.channel(name);
    await reached(handle, 'ended');
    return handle;
  }

  beforeEach(async () => {
    refused.clear();
    server = await ScriptedServer.listen();
    server.welcome = ANONYMOUS;
    server.on('rt:subscribe', ({ body }: HeardRequest) =>
      Array.isArray(body) ? body.map(answerOf) : answerOf(body as { channel: string }),
    );
    client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20 });
    await client.ready();
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it.each(['UNAUTHENTICATED', 'FORBIDDEN', 'REVOKED', 'EXPIRED'])(
    'by authenticate() bring back the handles that had ended with %s',
    async (code) => {
      const handle = await ended('orders', code);
      const statuses: string[] = [];
      const heard: unknown[] = [];
      handle.onStatus(({ state }) => statuses.push(state));
      handle.on('message', (payload) => heard.push(payload));
      refused.clear();
      await client.authenticate();
      await handle.ready();
      server.socket.emit('rt:event', 'orders', 'message', 1);
      await client.channel('flush').ready();
      expect(statuses).toEqual(['subscribing', 'subscribed']);
      expect(handle.status).toEqual({ state: 'subscribed', gap: false, replayed: 0 });
      expect(heard).toEqual([1]);
    },
  );

  it('bring back what the server had taken, with a gap', async () => {
    const handle = client.channel('orders');
    await handle.ready();
    server.socket.emit('rt:evicted', { channel: 'orders', code: 'REVOKED', retryable: false });
    await reached(handle, 'ended');
    await client.authenticate();
    await handle.ready();
    expect(handle.status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
  });

  it('are asked for once: the channel ends again where they are still missing', async () => {
    const handle = await ended('orders', 'FORBIDDEN');
    await client.authenticate();
    await server.heard('rt:subscribe', 2);
    await client.channel('flush').ready();
    expect(handle.status).toMatchObject({ state: 'ended', reason: { code: 'FORBIDDEN' } });
    expect(asked()).toEqual(['orders', 'orders', 'flush']);
    // The same user, with a token that allows more.
    refused.clear();
    await client.authenticate();
    await handle.ready();
  });

  it('do not bring back a channel that has ended for another reason, or that was left', async () => {
    const [broken, left] = [await ended('broken', 'BAD_REQUEST'), await ended('left')];
    left.unsubscribe();
    refused.clear();
    await client.authenticate();
    await client.channel('flush').ready();
    expect([broken.status.state, left.status.state]).toEqual(['ended', 'ended']);
    expect(asked()).toEqual(['broken', 'left', 'flush']);
  });

  it('count for a request that was under way, too', async () => {
    const requests: HeardRequest[] = [];
    server.on('rt:subscribe', (request) => void requests.push(request));
    const handle = client.channel('orders');
    await server.heard('rt:subscribe');
    await client.authenticate();
    requests[0].reply(refuse('UNAUTHENTICATED', false));
    await server.heard('rt:subscribe', 2);
    requests[1].reply({ ok: true, channel: 'orders' });
    await handle.ready();
    expect(handle.status).toEqual({ state: 'subscribed', gap: false, replayed: 0 });
  });

  it('bring back a channel that the server announces', async () => {
    const handle = client.channel(inbox);
    const announce = () => server.socket.emit('rt:subscribed', { channel: 'inbox.ada' });
    announce();
    await handle.ready();
    server.socket.emit('rt:evicted', { channel: 'inbox.ada', code: 'REVOKED', retryable: false });
    await reached(handle, 'ended');
    server.on('rt:authenticate', () => {
      announce();
      return { ok: true, user: ADA.user };
    });
    await client.authenticate();
    await handle.ready();
    expect(handle.name).toBe('inbox.ada');
    expect(asked()).toEqual([]);
  });

  it('let a listener leave the channel that comes back', async () => {
    const handle = await ended('orders');
    handle.onStatus(() => handle.unsubscribe());
    await client.authenticate();
    await client.channel('flush').ready();
    expect(handle.status.state).toBe('ended');
    expect(asked()).toEqual(['orders', 'flush']);
  });

  it('with another user of a new connection bring channels back; the same user has no others', async () => {
    const handle = await ended('orders');
    server.drop();
    await reached(client, 'reconnecting');
    await client.ready();
    await client.channel('flush').ready();
    expect(handle.status.state).toBe('ended');
    expect(asked()).toEqual(['orders', 'flush']);
    refused.clear();
    server.welcome = ADA;
    client.disconnect();
    client.connect();
    await reached(handle, 'subscribed');
  });

  it('may come with the connection that follows a failure', async () => {
    const handle = await ended('orders', 'FORBIDDEN');
    server.socket.emit('rt:bye', { code: 'REVOKED', reconnect: false });
    server.socket.disconnect(true);
    await reached(client, 'failed');
    refused.clear();
    await client.authenticate();
    await reached(handle, 'subscribed');
  });

  it('send a watch list again that the server had refused', async () => {
    const lists: unknown[] = [];
    let may = false;
    server.on('rt:watch', ({ body }) => {
      lists.push((body as { userIds: string[] }).userIds);
      return may ? { ok: true, online: ['bob'] } : refuse('FORBIDDEN', false);
    });
    const watch = client.watch(['bob']);
    await server.heard('rt:watch');
    await client.channel('flush').ready();
    expect(watch.online.size).toBe(0);
    may = true;
    const told = new Promise((resolve) => watch.onOnline(resolve));
    await client.authenticate();
    await told;
    expect([...watch.online]).toEqual(['bob']);
    expect(lists).toEqual([['bob'], ['bob']]);
    watch.unwatch();
    await server.heard('rt:watch', 3);
    await client.authenticate();
    await client.channel('flush-2').ready();
    expect(lists).toHaveLength(3);
  });
});
