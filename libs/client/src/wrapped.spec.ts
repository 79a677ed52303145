// Does a client work wherever an application keeps it: in a store of Vue, behind any proxy, and with its methods taken off?
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { reactive, ref, shallowReactive } from '@vue/reactivity';
import type { AnyChannel } from '@nestjs-realtime/contract';
import { observable } from 'mobx';
import { reached } from '../test/reached.js';
import { ScriptedServer } from '../test/scripted-server.js';
import { type ChannelHandle, type ChannelPresence, createRealtimeClient, type RealtimeClient } from './index.js';

const { get: read } = Reflect;

/** Another proxy at every access, of everything, with methods that are called on it. */
function deepProxy<T extends object>(target: T): T {
  return new Proxy(target, {
    get: (object, name, receiver) => behindProxy(read(object, name, receiver)),
    apply: (call, self, args: unknown[]) => behindProxy(Reflect.apply(call as never, self, args)),
  });
}

function behindProxy(value: unknown): unknown {
  // What has an inner state works behind no simple proxy.
  if (value instanceof Promise || value instanceof Set || Object.isFrozen(value)) return value;
  return typeof value === 'object' || typeof value === 'function' ? deepProxy(value as object) : value;
}

const WRAPPERS: [name: string, wrap: <T extends object>(value: T) => T][] = [
  ['as it is', (value) => value],
  ['in reactive()', (value) => reactive({ value }).value as typeof value],
  ['as reactive()', (value) => reactive(value) as typeof value],
  ['in ref()', (value) => ref({ value }).value.value as typeof value],
  ['in shallowReactive()', (value) => shallowReactive(value)],
  ['in a store of MobX', (value) => observable({ value }).value],
  ['behind a deep proxy', deepProxy],
];

describe.each(WRAPPERS)('a client that is kept %s', (_name, wrap) => {
  let server: ScriptedServer;
  let client: RealtimeClient;
  const wrapped = (name: string): ChannelHandle => wrap(client.channel(name));
  const event = (channel: string, name: string, payload: unknown) =>
    server.socket.emit('rt:event', channel, name, payload);

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    server.on('rt:message', ({ body }) => ({ ok: true, data: (body as { payload: unknown }).payload }));
    client = wrap(createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20, autoConnect: false }));
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it('connects, hears, sends, comes back and ends', async () => {
    const states: string[] = [];
    const off = client.onStatus(({ state }) => states.push(state));
    client.connect();
    await client.ready();
    const channel = wrapped('a');
    const heard: unknown[] = [];
    const offs = [channel.on('x', (payload) => heard.push(payload)), channel.on('x', (payload) => heard.push(payload))];
    const stream = wrap(channel.events('y'));
    await channel.ready();
    expect([channel.status.state, channel.name, client.connectionId]).toEqual(['subscribed', 'a', 'c1']);
    event('a', 'x', { n: 1 });
    event('a', 'y', { n: 2 });
    expect((await stream.next()).value).toEqual({ n: 2 });
    expect(heard).toEqual([{ n: 1 }, { n: 1 }]);
    expect(await channel.send('m', wrap({ deep: { n: 3 } }))).toEqual({ deep: { n: 3 } });
    server.drop();
    await reached(client, 'reconnecting');
    await channel.ready();
    for (const each of offs) each();
    event('a', 'x', 4);
    event('a', 'y', 5);
    for await (const payload of stream) {
      expect(payload).toBe(5);
      break;
    }
    channel.unsubscribe();
    await server.heard('rt:unsubscribe');
    off();
    expect(heard).toHaveLength(2);
    expect(channel.status).toEqual({ state: 'ended' });
    expect(states).toEqual(['connecting', 'connected', 'reconnecting', 'connected']);
    await client.close();
    expect(client.status).toEqual({ state: 'closed' });
    expect(server.handshakes).toHaveLength(2);
  });

  it('shares one subscription and one list of members', async () => {
    client.connect();
    const members = [{ userId: 'ada', connections: 1, since: '2026-01-01T00:00:00.000Z' }];
    server.on('rt:subscribe', () => ({ ok: true, channel: 'a', members }));
    const [one, two] = ['a', 'a'].map(wrapped);
    const presence = wrap((one as unknown as { presence: ChannelPresence<AnyChannel> }).presence);
    const lists: unknown[] = [];
    const off = presence.onMembers((list) => lists.push(list));
    await Promise.all([one.ready(), two.ready()]);
    expect(server.bodies('rt:subscribe')).toEqual([{ channel: 'a' }]);
    server.socket.emit('rt:presence', { channel: 'a', joined: [], left: members });
    await two.send('m', 1);
    expect(lists).toEqual([members, []]);
    off();
    const watch = wrap(client.watch(['ada']));
    server.on('rt:watch', () => ({ ok: true, online: ['ada'] }));
    await new Promise((resolve) => watch.onOnline(resolve));
    expect([...watch.online]).toEqual(['ada']);
    watch.unwatch();
    one.unsubscribe();
    await client.channel('b').ready();
    expect(server.bodies('rt:unsubscribe')).toEqual([]);
  });

  it('works with its methods taken off', async () => {
    const { connect, ready, channel, onStatus, disconnect, send: sendOnce, close } = client;
    const states: string[] = [];
    onStatus(({ state }) => states.push(state));
    connect();
    await ready();
    const handle = wrap(channel('a'));
    const { on, onStatus: onChannel, ready: subscribed, send, trySend, events, unsubscribe } = handle;
    const heard: unknown[] = [];
    on('x', (payload) => heard.push(payload));
    onChannel(({ state }) => heard.push(state));
    const { next } = events('x');
    await subscribed();
    event('a', 'x', 1);
    expect(await next()).toEqual({ done: false, value: 1 });
    expect(await send('m', 2)).toBe(2);
    expect(await trySend('m', 3)).toEqual({ ok: true, data: 3 });
    await expect(sendOnce('no target' as never, 'm' as never)).rejects.toThrow(TypeError);
    unsubscribe();
    expect(heard).toEqual(['subscribed', 1, 'ended']);
    disconnect();
    await close();
    expect(states).toEqual(['connecting', 'connected', 'disconnected', 'closed']);
  });
});
