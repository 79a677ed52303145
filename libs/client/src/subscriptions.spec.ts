import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { reached } from '../test/reached.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import { createRealtimeClient, type RealtimeClient } from './index.js';

describe('the subscriptions of a client', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;

  const event = (channel: string, name: string, payload: unknown) =>
    server.socket.emit('rt:event', channel, name, payload);

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20 });
  });
  afterEach(async () => {
    client.disconnect();
    await server.close();
  });

  it('sends the subscriptions of one tick in one frame, and a single one as an object', async () => {
    await client.ready();
    await client.channel('a').ready();
    client.channel('b');
    const c = client.channel('c');
    await c.ready();
    expect(server.bodies('rt:subscribe')).toEqual([{ channel: 'a' }, [{ channel: 'b' }, { channel: 'c' }]]);
    expect([c.name, c.status]).toEqual(['c', { state: 'subscribed', gap: false, replayed: 0 }]);
  });

  it('stops reading the answers of a batch when a listener closes the connection', async () => {
    const [a, b] = [client.channel('a'), client.channel('b')];
    a.onStatus(({ state }) => {
      if (state === 'subscribed') client.disconnect();
    });
    const heard: string[] = [];
    for (const other of [a, client.channel('a'), b]) other.onStatus(({ state }) => heard.push(state));
    client.onStatus(({ state }) => heard.push(state));
    await reached(client, 'disconnected');
    expect(heard).toEqual(['connected', 'subscribing', 'subscribing', 'disconnected']);
    expect([a.status.state, b.status.state]).toEqual(['subscribing', 'subscribing']);
    await expect(b.send('m', 1)).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('has ended for a handle that the listener of another leaves', async () => {
    const [one, two] = [client.channel('a'), client.channel('a')];
    one.onStatus(() => two.unsubscribe());
    await one.ready();
    expect([one.status.state, two.status]).toEqual(['subscribed', { state: 'ended' }]);
  });

  it('sends at most 100 subscriptions in a frame, also those made before the connection was open', async () => {
    const channels = Array.from({ length: 250 }, (_, i) => client.channel('n.{i}', { i: `${i}` }));
    expect(channels[0].status.state).toBe('subscribing');
    await Promise.all(channels.map((channel) => channel.ready()));
    expect(server.bodies('rt:subscribe').map((body) => (body as unknown[]).length)).toEqual([100, 100, 50]);
    expect(new Set(server.bodies('rt:subscribe').flat())).toHaveProperty('size', 250);
  });

  it('unsubscribes when the last handle of a name leaves', async () => {
    const [one, two] = [client.channel('a'), client.channel('a')];
    await Promise.all([one.ready(), two.ready()]);
    const three = client.channel('a');
    expect(three.status.state).toBe('subscribed');
    one.unsubscribe();
    one.unsubscribe();
    three.unsubscribe();
    await client.channel('b').ready();
    expect(server.bodies('rt:unsubscribe')).toEqual([]);
    expect(two.status.state).toBe('subscribed');
    two.unsubscribe();
    await server.heard('rt:unsubscribe');
    expect(server.bodies('rt:unsubscribe')).toEqual([{ channel: 'a' }]);
    expect(server.bodies('rt:subscribe')).toEqual([{ channel: 'a' }, { channel: 'b' }]);
  });

  it('keeps a subscription that is left and joined again within a tick', async () => {
    const first = client.channel('a');
    await first.ready();
    first.unsubscribe();
    const second = client.channel('a');
    client.channel('a').unsubscribe();
    await client.channel('b').ready();
    expect(server.requests.map(({ body }) => body)).toEqual([{ channel: 'a' }, { channel: 'b' }]);
    expect([first.status.state, second.status.state]).toEqual(['ended', 'subscribed']);
  });

  it('never requests a channel that is left before the request was sent', async () => {
    client.channel('a').unsubscribe();
    await client.channel('b').ready();
    expect(server.requests.map(({ body }) => body)).toEqual([{ channel: 'b' }]);
  });

  it('joins a channel again that was left before its answer arrived', async () => {
    server.on('rt:subscribe', () => undefined);
    const first = client.channel('a');
    const asked = await server.heard('rt:subscribe');
    first.unsubscribe();
    await server.heard('rt:unsubscribe');
    const second = client.channel('a');
    const heard = second.events('x');
    const again = await server.heard('rt:subscribe', 2);
    asked.reply({ ok: true, channel: 'a' });
    event('a', 'x', 'of the first subscription');
    again.reply({ ok: true, channel: 'a' });
    event('a', 'x', 'of the second');
    expect((await heard.next()).value).toBe('of the second');
    expect([first.status.state, second.status.state]).toEqual(['ended', 'subscribed']);
  });

  it('unsubscribes again after a retryable refusal', async () => {
    const answers = [refuse('RATE_LIMITED', true, { retryAfterMs: 10 }), { ok: true, channel: 'a' }];
    server.on('rt:unsubscribe', () => answers.shift());
    const channel = client.channel('a');
    await channel.ready();
    const changed = jest.fn();
    channel.onStatus(changed);
    channel.unsubscribe();
    expect(changed.mock.calls).toEqual([[{ state: 'ended' }]]);
    await server.heard('rt:unsubscribe', 2);
    expect(answers).toEqual([]);
  });

  it('does not unsubscribe again after a reconnect', async () => {
    server.on('rt:unsubscribe', () => refuse('RATE_LIMITED', true, { retryAfterMs: 60_000 }));
    const channel = client.channel('a');
    await channel.ready();
    channel.unsubscribe();
    await server.heard('rt:unsubscribe');
    await client.channel('b').ready();
    server.drop();
    await reached(client, 'reconnecting');
    await client.channel('c').ready();
    expect(server.bodies('rt:unsubscribe')).toHaveLength(1);
  });

  it('rejects what waits for a channel that is left', async () => {
    client.disconnect();
    server.welcome = null;
    client.connect();
    const channel = client.channel('a');
    const waiting = [channel.ready(), channel.send('m', 1)];
    channel.unsubscribe();
    waiting.push(channel.ready());
    for (const promise of waiting) await expect(promise).rejects.toMatchObject({ code: 'CLOSED', retryable: false });
  });

  it('accepts only params that fill the name template', () => {
    expect(client.channel('orders.{id}.{line}', { id: '1', line: 'a_b-C' }).name).toBe('orders.1.a_b-C');
    expect(client.channel('orders.{id}', { id: 'a.b' }).name).toBe('orders.a%2Eb');
    for (const id of [undefined, '', 'a\n', '\ud800', 'x'.repeat(129), 7 as unknown as string]) {
      expect(() => client.channel('orders.{id}', { id: id! })).toThrow('Param "id" of channel "orders.{id}"');
    }
    expect(() => client.channel('orders.{toString}', {} as never)).toThrow('Param "toString"');
  });
});
