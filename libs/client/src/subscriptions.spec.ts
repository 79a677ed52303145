import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { reached } from '../test/reached.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import { createRealtimeClient, type RealtimeClient, type RealtimeClientOptions } from './index.js';

describe('subscriptions', () => {
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

  describe('go out together', () => {
    it('in one frame per tick, as one object where there is one', async () => {
      await client.ready();
      await client.channel('a').ready();
      client.channel('b');
      const c = client.channel('c');
      await c.ready();
      expect(server.bodies('rt:subscribe')).toEqual([{ channel: 'a' }, [{ channel: 'b' }, { channel: 'c' }]]);
      expect(c).toMatchObject({ name: 'c', state: 'subscribed', reason: undefined });
    });

    it('and a listener may close the connection while the answers are read', async () => {
      const [a, b] = [client.channel('a'), client.channel('b')];
      a.onState(({ state }) => {
        if (state === 'subscribed') client.disconnect();
      });
      const heard: string[] = [];
      for (const other of [a, client.channel('a'), b]) other.onState(({ state }) => heard.push(state));
      client.onState(({ state }) => heard.push(state));
      await reached(client, 'disconnected');
      expect(heard).toEqual(['connected', 'subscribing', 'subscribing', 'disconnected']);
      expect([a.state, b.state]).toEqual(['subscribing', 'subscribing']);
      await expect(b.send('m', 1)).rejects.toMatchObject({ code: 'CLOSED' });
    });

    it('in frames of at most 100, also those asked for before the connection stood', async () => {
      const channels = Array.from({ length: 250 }, (_, i) => client.channel('n.{i}', { i: `${i}` }));
      expect(channels[0].state).toBe('subscribing');
      await Promise.all(channels.map((channel) => channel.ready()));
      expect(server.bodies('rt:subscribe').map((body) => (body as unknown[]).length)).toEqual([100, 100, 50]);
      expect(new Set(server.bodies('rt:subscribe').flat())).toHaveProperty('size', 250);
    });
  });

  describe('are shared by name', () => {
    it('so that the last to leave unsubscribes', async () => {
      const [one, two] = [client.channel('a'), client.channel('a')];
      await Promise.all([one.ready(), two.ready()]);
      const three = client.channel('a');
      expect(three.state).toBe('subscribed');
      one.unsubscribe();
      one.unsubscribe();
      three.unsubscribe();
      await client.channel('b').ready();
      expect(server.bodies('rt:unsubscribe')).toEqual([]);
      expect(two.state).toBe('subscribed');
      two.unsubscribe();
      await server.heard('rt:unsubscribe');
      expect(server.bodies('rt:unsubscribe')).toEqual([{ channel: 'a' }]);
      expect(server.bodies('rt:subscribe')).toEqual([{ channel: 'a' }, { channel: 'b' }]);
    });

    it('and one left and joined again within a tick stays as it is', async () => {
      const first = client.channel('a');
      await first.ready();
      first.unsubscribe();
      const second = client.channel('a');
      client.channel('a').unsubscribe();
      await client.channel('b').ready();
      expect(server.requests.map(({ body }) => body)).toEqual([{ channel: 'a' }, { channel: 'b' }]);
      expect([first.state, second.state]).toEqual(['ended', 'subscribed']);
    });

    it('and one left before it was sent is never asked for', async () => {
      client.channel('a').unsubscribe();
      await client.channel('b').ready();
      expect(server.requests.map(({ body }) => body)).toEqual([{ channel: 'b' }]);
    });
  });

  describe('bring events', () => {
    it('to every handle of the channel, under their names', async () => {
      const [one, two, other] = [client.channel('a'), client.channel('a'), client.channel('b')];
      const heard: unknown[] = [];
      one.on('shipped', (payload) => heard.push(['one', payload]));
      const off = one.on('shipped', (payload) => heard.push(['once', payload]));
      two.on('shipped', (payload) => heard.push(['two', payload]));
      two.on('note', (payload) => heard.push(['note', payload]));
      other.on('shipped', (payload) => heard.push(['other', payload]));
      const notes = two.events('note');
      await Promise.all([one.ready(), other.ready()]);
      event('a', 'shipped', 1);
      event('a', 'unheard', 2);
      event('unknown', 'shipped', 3);
      event('a', 'note', 4);
      await notes.next();
      off();
      one.unsubscribe();
      event('a', 'shipped', 5);
      event('a', 'note', undefined);
      await notes.next();
      expect(heard).toEqual([
        ['one', 1],
        ['once', 1],
        ['two', 1],
        ['note', 4],
        ['two', 5],
        ['note', null],
      ]);
    });

    it('from the very first, right behind the reply', async () => {
      await client.ready();
      server.on('rt:subscribe', ({ reply }) => {
        event('a', 'early', 'before the reply');
        reply({ ok: true, channel: 'a' });
        for (let i = 0; i < 3; i++) event('a', 'early', i);
      });
      const early = client.channel('a').events('early');
      expect([await early.next(), await early.next(), await early.next()].map(({ value }) => value)).toEqual([0, 1, 2]);
    });

    it('to a loop, until it breaks', async () => {
      const channel = client.channel('a');
      const stream = channel.events('tick');
      await channel.ready();
      for (let i = 0; i < 5; i++) event('a', 'tick', i);
      const seen: unknown[] = [];
      for await (const tick of stream) if (seen.push(tick) === 3) break;
      expect(seen).toEqual([0, 1, 2]);
      expect(await stream.next()).toEqual({ done: true, value: undefined });
      expect(channel.state).toBe('subscribed');
    });

    it('to a loop, which unsubscribe() ends after what has come', async () => {
      const channel = client.channel('a');
      const [stream, fence] = [channel.events('tick'), channel.events('fence')];
      await channel.ready();
      event('a', 'tick', 1);
      event('a', 'fence', null);
      await fence.next();
      const waiting = fence.next();
      channel.unsubscribe();
      const seen: unknown[] = [];
      for await (const tick of stream) seen.push(tick);
      expect(seen).toEqual([1]);
      expect(await waiting).toEqual({ done: true, value: undefined });
      for await (const tick of channel.events('tick')) seen.push(tick);
      expect(seen).toEqual([1]);
    });
  });

  describe('that are refused', () => {
    it('for good end with the reason, and only a new handle asks again', async () => {
      server.on('rt:subscribe', () => refuse('FORBIDDEN', false));
      const channel = client.channel('a');
      const stream = channel.events('x');
      const heard: unknown[] = [];
      channel.onState((status) => heard.push(status));
      await expect(channel.ready()).rejects.toMatchObject({ code: 'FORBIDDEN' });
      await expect(stream.next()).rejects.toBe(channel.reason);
      expect(await stream.next()).toEqual({ done: true, value: undefined });
      await expect(channel.events('x').next()).rejects.toBe(channel.reason);
      await expect(channel.ready()).rejects.toBe(channel.reason);
      await expect(channel.send('m', 1)).rejects.toBe(channel.reason);
      expect(heard).toEqual([{ state: 'ended', reason: channel.reason }]);
      server.on('rt:subscribe', () => ({ ok: true, channel: 'a' }));
      await client.channel('a').ready();
      channel.unsubscribe();
      expect(channel.state).toBe('ended');
      expect(server.bodies('rt:subscribe')).toHaveLength(2);
      expect(server.bodies('rt:unsubscribe')).toEqual([]);
    });

    it.each(['UNAVAILABLE', 'OVERLOADED', 'INTERNAL', 'TIMEOUT', 'RATE_LIMITED'])(
      'with %s are asked for again',
      async (code) => {
        const answers = [refuse(code, true), refuse(code, true), { ok: true, channel: 'a' }];
        server.on('rt:subscribe', () => answers.shift());
        const channel = client.channel('a');
        const heard: unknown[] = [];
        channel.onState(({ state, reason }) => heard.push([state, reason?.code]));
        await channel.ready();
        expect(heard).toEqual([
          ['subscribing', code],
          ['subscribing', code],
          ['subscribed', undefined],
        ]);
      },
    );

    it('are answered each for itself in a batch', async () => {
      server.on('rt:subscribe', ({ body }) =>
        Array.isArray(body)
          ? [{ ok: true, channel: 'a' }, refuse('FORBIDDEN', false), refuse('UNAVAILABLE', true), 'nonsense']
          : { ok: true },
      );
      const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((name) => client.channel(name));
      await a.ready();
      expect(b.reason?.code).toBe('FORBIDDEN');
      expect(c.reason?.code).toBe('UNAVAILABLE');
      expect(d.reason?.code).toBe('INTERNAL');
      server.on('rt:subscribe', () => [{ ok: true }, { ok: true }]);
      await Promise.all([c.ready(), d.ready()]);
      expect(server.bodies('rt:subscribe')[1]).toEqual([{ channel: 'c' }, { channel: 'd' }]);
    });

    it('as a whole batch are asked for again in one frame, no sooner than the refusal says', async () => {
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

    it('by several answers wait for the most patient of them', async () => {
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
      'in a form the protocol does not know (%j) are asked for again',
      async (answer) => {
        server.on('rt:subscribe', () => {
          server.on('rt:subscribe', () => ({ ok: true, channel: 'a' }));
          return answer;
        });
        const channel = client.channel('a');
        const reasons: unknown[] = [];
        channel.onState(({ reason }) => reasons.push(reason?.code));
        await channel.ready();
        expect(reasons).toEqual(['INTERNAL', undefined]);
      },
    );

    it('by silence are asked for again, and a late answer changes nothing', async () => {
      client.disconnect();
      connect({ requestTimeout: 50 });
      server.on('rt:subscribe', () => undefined);
      const channel = client.channel('a');
      const first = await server.heard('rt:subscribe');
      await server.heard('rt:subscribe', 2);
      expect(channel.reason?.code).toBe('TIMEOUT');
      first.reply(refuse('FORBIDDEN', false));
      server.on('rt:subscribe', () => ({ ok: true, channel: 'a' }));
      await channel.ready();
    });
  });

  describe('that the server ends', () => {
    it.each(['REVOKED', 'EXPIRED'])('for good are over: %s', async (code) => {
      const channel = client.channel('a');
      await channel.ready();
      const stream = channel.events('x');
      server.socket.emit('rt:evicted', { channel: 'unknown', code, retryable: false });
      server.socket.emit('rt:evicted', { channel: 'a', code, retryable: false });
      event('a', 'x', 1);
      await expect(stream.next()).rejects.toMatchObject({ code, retryable: false });
      expect(channel).toMatchObject({ state: 'ended', reason: { code } });
      server.drop();
      await reached(client, 'reconnecting');
      await client.channel('b').ready();
      expect(server.bodies('rt:subscribe')).toEqual([{ channel: 'a' }, { channel: 'b' }]);
    });

    it('are not those asked for anew meanwhile', async () => {
      await client.ready();
      server.on('rt:subscribe', ({ reply }) => {
        server.socket.emit('rt:evicted', { channel: 'a', code: 'REVOKED', retryable: false });
        reply({ ok: true, channel: 'a' });
      });
      await client.channel('a').ready();
    });

    it('for the moment are asked for again', async () => {
      const channel = client.channel('a');
      await channel.ready();
      const changed = jest.fn();
      channel.onState(changed);
      server.socket.emit('rt:evicted', { channel: 'a', code: 'INSUFFICIENT_STATE', retryable: true });
      await reached(channel, 'subscribing');
      expect(channel.reason?.code).toBe('INSUFFICIENT_STATE');
      await channel.ready();
      expect(changed).toHaveBeenCalledTimes(2);
    });
  });

  describe('over a reconnect', () => {
    it('are asked for again in one frame, without those that ended or left', async () => {
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

    it('end where the new identity may not have them', async () => {
      const channel = client.channel('a');
      await channel.ready();
      server.on('rt:subscribe', () => refuse('FORBIDDEN', false));
      client.disconnect();
      expect(channel.state).toBe('subscribing');
      client.connect();
      await reached(channel, 'ended');
      expect(channel.reason?.code).toBe('FORBIDDEN');
    });

    it('are asked for again when the answer was lost with the connection', async () => {
      server.on('rt:subscribe', () => undefined);
      const channel = client.channel('a');
      await server.heard('rt:subscribe');
      server.on('rt:subscribe', () => ({ ok: true, channel: 'a' }));
      server.drop();
      await channel.ready();
      expect(server.bodies('rt:subscribe')).toHaveLength(2);
    });

    it('break the loops of a connection that failed, and come back with connect()', async () => {
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
      expect(channel.state).toBe('subscribing');
      client.connect();
      await channel.ready();
      const next = channel.events('x').next();
      event('a', 'x', 1);
      await next;
      expect(heard).toEqual([1]);
    });
  });

  describe('that are left', () => {
    it('while the answer is under way can be joined anew', async () => {
      server.on('rt:subscribe', () => undefined);
      const first = client.channel('a');
      const asked = await server.heard('rt:subscribe');
      first.unsubscribe();
      await server.heard('rt:unsubscribe');
      const second = client.channel('a');
      const heard = second.events('x');
      const again = await server.heard('rt:subscribe', 2);
      asked.reply({ ok: true, channel: 'a' });
      event('a', 'x', 'of the first admission');
      again.reply({ ok: true, channel: 'a' });
      event('a', 'x', 'of the second');
      expect((await heard.next()).value).toBe('of the second');
      expect([first.state, second.state]).toEqual(['ended', 'subscribed']);
    });

    it('are left again where the server had no time for it', async () => {
      const answers = [refuse('RATE_LIMITED', true, { retryAfterMs: 10 }), { ok: true, channel: 'a' }];
      server.on('rt:unsubscribe', () => answers.shift());
      const channel = client.channel('a');
      await channel.ready();
      const changed = jest.fn();
      channel.onState(changed);
      channel.unsubscribe();
      expect(changed.mock.calls).toEqual([[{ state: 'ended' }]]);
      await server.heard('rt:unsubscribe', 2);
      expect(answers).toEqual([]);
    });

    it('need not be left again after a reconnect', async () => {
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

    it('reject what waits for them', async () => {
      client.disconnect();
      server.welcome = null;
      client.connect();
      const channel = client.channel('a');
      const waiting = [channel.ready(), channel.send('m', 1)];
      channel.unsubscribe();
      waiting.push(channel.ready());
      for (const promise of waiting) await expect(promise).rejects.toMatchObject({ code: 'CLOSED', retryable: false });
    });
  });

  it('takes only names that fill the template', () => {
    expect(client.channel('orders.{id}.{line}', { id: '1', line: 'a_b-C' }).name).toBe('orders.1.a_b-C');
    for (const id of [undefined, '', 'a.b', ' ', 'é', 'x'.repeat(65), 7 as unknown as string]) {
      expect(() => client.channel('orders.{id}', { id: id! })).toThrow('Param "id" of channel "orders.{id}"');
    }
    expect(() => client.channel('orders.{toString}')).toThrow('Param "toString"');
  });
});
