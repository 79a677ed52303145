// What do the hooks report of the four gates?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type CanActivate, Injectable, UseGuards } from '@nestjs/common';
import { defineRealtimeChannel, RealtimeChannel, RealtimeHandler, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { LogBook } from '../kit/log-book.js';
import { Latch } from '../kit/latch.js';

const payload = z.object({ n: z.number() });
const openChannel = defineRealtimeChannel({ name: 'open', scope: 'public', payload, messages: { go: payload } });
const adminChannel = defineRealtimeChannel({ name: 'admin', scope: { role: 'admin' }, payload });
const shutChannel = defineRealtimeChannel({ name: 'shut.{id}', scope: 'public', payload });

@Injectable()
class Never implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

@RealtimeChannel(openChannel)
class OnOpen {
  @RealtimeHandler('go')
  go(): void {}
}

@RealtimeChannel(shutChannel)
@UseGuards(Never)
class OnShut {}

describe('hooks', () => {
  const log = new LogBook();
  let authenticating: Latch | null = null;
  let proceed: Promise<void> | null = null;
  let app: TestApp;

  @Injectable()
  class Authenticator extends KnownUsers {
    override async authenticate(...args: Parameters<KnownUsers['authenticate']>) {
      authenticating?.open();
      await proceed;
      return super.authenticate(...args);
    }
  }

  beforeAll(async () => {
    app = await boot(
      {
        imports: [RealtimeModule.forRoot({ authenticator: Authenticator }), RealtimeModule.forFeature([adminChannel])],
        providers: [OnOpen, OnShut],
      },
      { logger: log },
    );
  });
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  it('the hooks report a connection and its end', async () => {
    const connected = app.nextHook('connected');
    const disconnected = app.nextHook('disconnected');
    const client = await app.connect({ as: 'ann' });
    const connectionId = client.socket.id;
    const { connection } = await connected;
    expect(connection).toMatchObject({ connectionId, user: { userId: 'ann' }, closed: false });
    expect(connection.channels.size).toBe(0);
    client.close();
    expect(await disconnected).toMatchObject({ connection: { connectionId }, reason: 'client namespace disconnect' });
    expect((await disconnected).connection).toBe(connection);
  });

  it('the hooks report each admission once, and each end: an unsubscribe, a refusal, a disconnect', async () => {
    const subscribed = app.record('subscribed');
    const unsubscribed = app.record('unsubscribed');
    const client = await app.connect({ as: 'root' });
    await client.subscribe('open');
    await client.subscribe('open');
    await client.subscribe('admin');
    expect(subscribed.map(({ channel, by }) => [channel, by])).toEqual([
      [{ descriptor: openChannel, name: 'open', params: {} }, 'client'],
      [{ descriptor: adminChannel, name: 'admin', params: {} }, 'client'],
    ]);
    expect([...subscribed[0].connection.channels.keys()]).toEqual(['open', 'admin']);
    await client.unsubscribe('open');
    await client.unsubscribe('open');
    expect(unsubscribed.map(({ channel, by }) => [channel.name, by])).toEqual([['open', 'client']]);
    const disconnected = app.nextHook('disconnected');
    client.close();
    await disconnected;
    expect(unsubscribed.map(({ channel, by }) => [channel.name, by])).toEqual([
      ['open', 'client'],
      ['admin', 'disconnect'],
    ]);
    expect(unsubscribed[1].connection.user?.userId).toBe('root');
  });

  it('the hooks report the precise reason of a refusal, which the peer never sees', async () => {
    const refused = app.record('refused');
    const client = await app.connect({ as: 'ann' });
    await client.subscribe('no.such');
    await client.subscribe('admin');
    await client.subscribe('shut.1');
    await client.subscribe('open');
    await client.send('open', 'nope', 1);
    await client.send('open', 'go', 'x');
    await app.connect({ as: 'mallory' }).catch(() => undefined);
    expect(refused.map(({ gate, code, reason, name, message }) => [gate, code, reason, name, message])).toEqual([
      ['subscribe', 'FORBIDDEN', 'no registered channel matches', 'no.such', null],
      ['subscribe', 'FORBIDDEN', 'scope {"role":"admin"} forbids', 'admin', null],
      ['subscribe', 'FORBIDDEN', 'Never: said no', 'shut.1', null],
      ['message', 'UNKNOWN_EVENT', expect.any(String), 'open', 'nope'],
      ['message', 'INVALID_PAYLOAD', expect.any(String), 'open', 'go'],
      ['connect', 'UNAUTHENTICATED', 'no such session', null, null],
    ]);
    const open = { descriptor: openChannel, name: 'open', params: {} };
    expect(refused.slice(3).map(({ channel }) => channel)).toEqual([open, open, null]);
    expect(refused[0].connection?.user?.userId).toBe('ann');
  });

  it('the hooks report a broadcast once, however many members receive it', async () => {
    const broadcasts = app.record('broadcast');
    for (let i = 0; i < 2; i++) await (await app.connect()).subscribe('open');
    await app.broadcast(openChannel, { n: 1, secret: true });
    await app.broadcast(shutChannel.with({ id: '7' }), { n: 22 });
    const common = { event: 'message', cause: null, nodeId: expect.any(String) };
    expect(broadcasts).toEqual([
      {
        ...common,
        channel: { descriptor: openChannel, name: 'open', params: {} },
        payloadBytes: '{"n":1}'.length,
        recipients: 2,
        payload: { n: 1 },
      },
      {
        ...common,
        channel: { descriptor: shutChannel, name: 'shut.7', params: { id: '7' } },
        payloadBytes: '{"n":22}'.length,
        recipients: 0,
        payload: { n: 22 },
      },
    ]);
  });

  it('the hooks name the cause of a broadcast until it awaits', async () => {
    const broadcasts = app.record('broadcast');
    const [outer, inner] = [{}, {}];
    await app.hooks.causing(outer, async () => {
      const first = app.broadcast(openChannel, { n: 1 });
      const second = app.hooks.causing(inner, () => app.broadcast(openChannel, { n: 2 }));
      await Promise.all([first, second, app.broadcast(openChannel, { n: 3 })]);
      await app.broadcast(openChannel, { n: 4 });
    });
    expect(broadcasts.map(({ cause }) => cause)).toEqual([outer, inner, outer, null]);
    expect(() =>
      app.hooks.causing(outer, () => {
        throw new Error('no');
      }),
    ).toThrow('no');
    expect(app.hooks.cause).toBeNull();
  });

  it('the hooks name one cause for an answered message and the broadcasts that result from it', async () => {
    const causes: (object | null)[] = [];
    const off = app.hooks.on('handled', () => causes.push(app.hooks.cause));
    const client = await app.connect({ as: 'ann' });
    await client.subscribe('open');
    for (let n = 0; n < 2; n++) await client.send('open', 'go', { n });
    off();
    expect(causes).toHaveLength(2);
    expect(new Set([...causes, null]).size).toBe(3);
    expect(app.hooks.cause).toBeNull();
  });

  it('the hooks report every answered message with its outcome and its duration', async () => {
    const handled = app.record('handled');
    const client = await app.connect({ as: 'ann' });
    await client.send('open', 'go', { n: 1 });
    await client.subscribe('open');
    await client.send('open', 'go', { n: 1 });
    await client.send('open', 'go', 'x');
    const channel = { descriptor: openChannel, name: 'open', params: {} };
    expect(handled.map(({ channel, message, code }) => [channel, message, code])).toEqual([
      [channel, 'go', null],
      [channel, 'go', 'INVALID_PAYLOAD'],
    ]);
    expect(handled[0].connection.connectionId).toBe(client.socket.id);
    expect(handled[0].durationMs).toBeGreaterThan(0);
  });

  it('the hooks cause no harm when a listener throws or rejects', async () => {
    const offs = [
      app.hooks.on('subscribed', () => {
        throw new Error('a broken listener');
      }),
      app.hooks.on('unsubscribed', () => Promise.reject(new Error('a broken promise'))),
    ];
    const client = await app.connect();
    expect(await client.subscribe('open')).toEqual({ ok: true, channel: 'open' });
    await client.unsubscribe('open');
    await client.settle();
    for (const off of offs) off();
    expect(log.errors().join()).toContain('a broken listener');
    expect(log.errors().join()).toContain('a broken promise');
  });

  it('the hooks report as many ends as beginnings, also for a peer that leaves during authentication', async () => {
    const connected = app.record('connected');
    const disconnected = app.record('disconnected');
    const hold = new Latch();
    authenticating = new Latch();
    proceed = hold.opened;
    const client = app.connect({
      as: 'ann',
      prepare: (socket) => void authenticating!.opened.then(() => socket.io.engine.close()),
    });
    await expect(
      Promise.race([client, authenticating.opened.then(() => Promise.reject(new Error('left')))]),
    ).rejects.toThrow();
    proceed = null;
    const other = await app.connect();
    hold.open();
    await other.settle();
    other.close();
    await app.hangUp();
    expect(app.stats().pendingAuthentications).toBe(0);
    expect(connected.length).toBe(disconnected.length);
  });

  it('say at which gate a request was refused, also where no gate came to it', async () => {
    await app.close();
    app = await boot({
      imports: [RealtimeModule.forRoot({ limits: { messageBurst: 1, messagesPerSecond: 1 } })],
      providers: [OnOpen],
    });
    const refused = app.record('refused');
    for (const [request, gate] of [
      ['rt:subscribe', 'subscribe'],
      ['rt:unsubscribe', 'subscribe'],
      ['rt:members', 'message'],
      ['rt:history', 'message'],
      ['rt:message', 'message'],
      ['rt:authenticate', 'connect'],
      ['rt:unknown', 'message'],
    ]) {
      const client = await app.connect();
      await client.request(request, null);
      await client.request(request, null);
      expect(refused.splice(0).map((refusal) => [refusal.code, refusal.gate])).toEqual([
        ['BAD_REQUEST', gate],
        ['RATE_LIMITED', gate],
      ]);
    }
  });
});
