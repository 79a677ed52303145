import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SubscribeFrame } from '@nestjs-realtime/contract';
import { reached } from '../test/reached.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import { type ChannelHandle, createRealtimeClient, type RealtimeClient } from './index.js';

describe('a handle that comes after the state of its channel', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;
  let first: ChannelHandle;
  let heard: unknown[];
  const POSITION = { epoch: 'e', offset: 5 };
  const asked = (): SubscribeFrame[] => server.bodies('rt:subscribe').flat() as SubscribeFrame[];
  const event = (name: string, payload: unknown, offset?: number): unknown =>
    server.socket.emit('rt:event', 'a', name, payload, ...(offset === undefined ? [] : [offset]));
  const follow = (channel: ChannelHandle, log: unknown[]): void => {
    for (const name of ['snapshot', 'x']) channel.on(name, (payload) => log.push(payload));
  };

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20 });
    first = client.channel('a');
    heard = [];
    follow(first, heard);
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  /** Subscribes a first handle, which hears a state. */
  async function begin(more: object = {}): Promise<void> {
    server.on('rt:subscribe', ({ reply }) => {
      reply({ ok: true, channel: 'a', ...more });
      event('snapshot', 'first state');
    });
    await first.ready();
    await first.send('fence');
  }

  it.each([
    ['without history', {}],
    ['with history', { position: POSITION }],
  ])('hears the state, and what has come since, once, %s', async (_, more) => {
    await begin(more);
    const offset = 'position' in more ? 6 : undefined;
    event('x', 'since', offset);
    await first.send('fence');
    server.on('rt:subscribe', ({ reply }) => {
      event('x', 'before the reply', offset && 7);
      reply({ ok: true, channel: 'a', ...more, sinceSnapshot: 2 });
      event('snapshot', 'second state');
      event('x', 'since', offset);
      event('x', 'before the reply', offset && 7);
      event('x', 'live', offset && 8);
    });
    const later = client.channel('a');
    const log: unknown[] = [];
    const quiet = client.channel('a');
    expect(quiet.status.state).toBe('subscribed');
    follow(later, log);
    expect([first.status.state, later.status]).toEqual(['subscribed', { state: 'subscribing' }]);
    await later.ready();
    await later.send('fence');
    expect(later.status).toEqual({ state: 'subscribed', gap: false, replayed: 0 });
    expect(heard).toEqual(['first state', 'since', 'before the reply', 'live']);
    expect(log).toEqual(['second state', 'since', 'before the reply', 'live']);
    expect(asked()).toEqual([{ channel: 'a' }, { channel: 'a' }]);
    later.on('snapshot', () => undefined);
    await client.channel('b').ready();
    expect(asked()).toHaveLength(3);
  });

  it('asks nothing where the channel has no state, where it has a position, and where the state is still to come', async () => {
    server.on('rt:subscribe', ({ body }) => ({
      ok: true,
      channel: (body as SubscribeFrame).channel,
      position: POSITION,
    }));
    await first.ready();
    follow(client.channel('a'), []);
    event('x', 1, 6);
    await first.send('fence');
    follow(client.channel('a'), []);
    await client.channel('b').ready();
    expect(asked().map(({ channel }) => channel)).toEqual(['a', 'b']);
    event('snapshot', 'of the application', 7);
    await first.send('fence');
    follow(client.channel('a'), []);
    follow(client.channel('a', undefined, { since: { epoch: 'e', offset: 7 } }), []);
    await client.channel('c').ready();
    expect(asked().map(({ channel }) => channel)).toEqual(['a', 'b', 'c']);
  });

  it('gets the state where an earlier handle went on from a position, so that none was sent', async () => {
    await first.ready();
    server.on('rt:subscribe', ({ body, reply }) => {
      const { recover } = body as SubscribeFrame;
      if (recover) return { ok: true, channel: 'b', position: POSITION, recovered: true };
      reply({ ok: true, channel: 'b', position: POSITION, sinceSnapshot: 0 });
      return void server.socket.emit('rt:event', 'b', 'snapshot', 'state');
    });
    const rendered = client.channel('b', undefined, { since: POSITION });
    await rendered.ready();
    const later = client.channel('b');
    const [states, none] = [later.events('snapshot'), rendered.events('snapshot')];
    expect((await states.next()).value).toBe('state');
    expect(later.status).toEqual({ state: 'subscribed', gap: false, replayed: 0 });
    rendered.unsubscribe();
    expect(await none.next()).toEqual({ done: true, value: undefined });
  });

  it('gets the state after a retryable refusal, and keeps the others where they are meanwhile', async () => {
    await begin();
    const answers: object[] = [refuse('UNAVAILABLE', true), { ok: true, channel: 'a', sinceSnapshot: 0 }];
    server.on('rt:subscribe', ({ reply }) => {
      reply(answers.shift());
      if (answers.length === 0) event('snapshot', 'second state');
    });
    const later = client.channel('a');
    const log: unknown[] = [];
    follow(later, log);
    event('x', 'meanwhile');
    await later.ready();
    await later.send('fence');
    expect(first.status.state).toBe('subscribed');
    expect([heard, log]).toEqual([['first state', 'meanwhile'], ['second state']]);
  });

  it('gets the state with the next connection where this one is lost first, also where the others go on from their positions', async () => {
    await begin({ position: POSITION });
    server.on('rt:subscribe', () => undefined);
    const later = client.channel('a');
    const log: unknown[] = [];
    follow(later, log);
    await server.heard('rt:subscribe', 2);
    server.on('rt:subscribe', ({ body, reply }) => {
      const { recover } = body as SubscribeFrame;
      if (recover) return { ok: true, channel: 'a', position: POSITION, recovered: true };
      reply({ ok: true, channel: 'a', position: POSITION, sinceSnapshot: 0 });
      return void event('snapshot', 'second state');
    });
    server.drop();
    await reached(client, 'reconnecting');
    await later.ready();
    await later.send('fence');
    expect([heard, log]).toEqual([['first state'], ['second state']]);
    expect(first.status).toEqual({ state: 'subscribed', gap: false, replayed: 0 });
    expect(asked().slice(2)).toEqual([{ channel: 'a', recover: POSITION }, { channel: 'a' }]);
  });

  it('has a gap where the server gives no state after all', async () => {
    await begin();
    server.on('rt:subscribe', () => ({ ok: true, channel: 'a' }));
    const later = client.channel('a');
    follow(later, []);
    await later.ready();
    expect(later.status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
  });
});
