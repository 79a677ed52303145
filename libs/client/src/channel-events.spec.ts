import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AnyChannel } from '@nestjs-realtime/contract';
import { ScriptedServer } from '../test/scripted-server.js';
import { type ChannelPresence, createRealtimeClient, type RealtimeClient } from './index.js';

describe('the events of a channel', () => {
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

  it('go to every handle of the channel, by name', async () => {
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

  it('arrive from the first one after the reply', async () => {
    await client.ready();
    server.on('rt:subscribe', ({ reply }) => {
      event('a', 'early', 'before the reply');
      reply({ ok: true, channel: 'a' });
      for (let i = 0; i < 3; i++) event('a', 'early', i);
    });
    const early = client.channel('a').events('early');
    expect([await early.next(), await early.next(), await early.next()].map(({ value }) => value)).toEqual([0, 1, 2]);
  });

  it('reach a loop until it breaks', async () => {
    const channel = client.channel('a');
    const stream = channel.events('tick');
    await channel.ready();
    for (let i = 0; i < 5; i++) event('a', 'tick', i);
    const seen: unknown[] = [];
    for await (const tick of stream) if (seen.push(tick) === 3) break;
    expect(seen).toEqual([0, 1, 2]);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(channel.status.state).toBe('subscribed');
  });

  it('reach a loop until unsubscribe() ends it, after those that have arrived', async () => {
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
  });

  it('reach each listener with a payload of its own', async () => {
    const [one, two] = [client.channel('a'), client.channel('a')];
    const heard: unknown[] = [];
    const spoil = (payload: unknown): void => {
      const list = payload as { tags: string[] };
      heard.push([...list.tags]);
      list.tags.push('spoilt');
    };
    const stream = two.events('x');
    for (const handle of [one, one, two]) handle.on('x', spoil);
    await one.ready();
    event('a', 'x', { tags: ['as sent'] });
    expect(await stream.next()).toEqual({ done: false, value: { tags: ['as sent'] } });
    expect(heard).toEqual([['as sent'], ['as sent'], ['as sent']]);
  });

  it('wait for a loop, 10,000 of them where nothing else is said', async () => {
    const channel = client.channel('a');
    const [stream, unbounded] = [channel.events('x'), channel.events('x', { buffer: Infinity })];
    const last = new Promise((resolve) => channel.on('x', (n) => n === 10_000 && resolve(n)));
    await channel.ready();
    for (let n = 0; n <= 10_000; n++) event('a', 'x', n);
    await last;
    for (let n = 0; n < 10_000; n++) expect((await stream.next()).value).toBe(n);
    await expect(stream.next()).rejects.toMatchObject({ code: 'SLOW_CONSUMER' });
    for (let n = 0; n <= 10_000; n++) await unbounded.next();
  });

  it('have no listeners after unsubscribe(), and say so', async () => {
    const channel = client.channel('a');
    const { presence } = channel as unknown as { presence: ChannelPresence<AnyChannel> };
    const watch = client.watch(['ada']);
    channel.unsubscribe();
    watch.unwatch();
    const listener = (): void => undefined;
    for (const listen of [
      () => channel.on('x', listener),
      () => channel.events('x'),
      () => channel.onStatus(listener),
      () => presence.onMembers(listener),
      () => presence.onJoin(listener),
      () => presence.onLeave(listener),
      () => watch.onOnline(listener),
    ])
      expect(listen).toThrow(expect.objectContaining({ code: 'CLOSED', message: expect.stringContaining('again') }));
  });

  it('reach a handle to which others have added members', async () => {
    const channel = Object.assign(client.channel('a'), { received: [], statusChanged: null });
    const ticks = channel.events('tick');
    await channel.ready();
    event('a', 'tick', 1);
    expect((await ticks.next()).value).toBe(1);
  });
});
