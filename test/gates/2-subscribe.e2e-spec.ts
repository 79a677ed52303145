// Which clients does gate 2 admit to which channel, and in which order do replies and events reach them, over a real socket?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RealtimeModule } from 'nestjs-realtime';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { Latch } from '../kit/latch.js';
import { bootRooms, Members, OnRoom, OnRoomToo, roomChannel } from './rooms.js';

describe('gate 2, subscribe', () => {
  let app: TestApp;
  let members: Members;

  beforeAll(async () => {
    app = await bootRooms();
    members = app.nest.get(Members);
  });
  beforeEach(() => members.reset());
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  async function connections(): Promise<Record<'anonymous' | 'ann' | 'root', Client>> {
    const [anonymous, ann, root] = await Promise.all([
      app.connect(),
      app.connect({ as: 'ann' }),
      app.connect({ as: 'root' }),
    ]);
    return { anonymous, ann, root };
  }

  it.each([
    ['news', { anonymous: true, ann: true, root: true }],
    ['inside', { anonymous: false, ann: true, root: true }],
    ['admin', { anonymous: false, ann: false, root: true }],
    ['inbox.ann', { anonymous: false, ann: true, root: false }],
    ['inbox.root', { anonymous: false, ann: false, root: true }],
    ['inbox.Ann', { anonymous: false, ann: false, root: false }],
  ])('admits to %s exactly the clients that its scope names', async (channel, expected) => {
    const clients = await connections();
    for (const [who, admitted] of Object.entries(expected)) {
      const reply = await clients[who as keyof typeof clients].subscribe(channel);
      const code = who === 'anonymous' ? 'UNAUTHENTICATED' : 'FORBIDDEN';
      expect([who, reply]).toEqual([
        who,
        admitted ? { ok: true, channel } : { ok: false, error: expect.objectContaining({ code }) },
      ]);
    }
  });

  it.each([
    ['a user', 'ann', '{"ok":false,"error":{"code":"FORBIDDEN","message":"Not allowed.","retryable":false}}'],
    [
      'an anonymous',
      undefined,
      '{"ok":false,"error":{"code":"UNAUTHENTICATED","message":"Authentication is required.","retryable":false}}',
    ],
  ])(
    'sends %s the same bytes for unknown, forbidden by scope and refused by any class guard',
    async (_w, as, bytes) => {
      members.allowed = new Set(['second-refuses', 'throws-http', 'throws-ws', 'throws-refusal']);
      const client = await app.connect({ as });
      const channels = [
        'no.such.channel',
        'unknown',
        'room',
        'room.1.2',
        'admin',
        'inbox.bob',
        'room.closed',
        'room.second-refuses',
        'room.throws-http',
        'room.throws-ws',
        'room.throws-refusal',
      ];
      for (const channel of channels) {
        expect([channel, JSON.stringify(await client.subscribe(channel))]).toEqual([channel, bytes]);
      }
      const batch = await client.request(
        'rt:subscribe',
        channels.map((channel) => ({ channel })),
      );
      expect(JSON.stringify(batch)).toBe(`[${channels.map(() => bytes).join(',')}]`);
    },
  );

  it('passes on an outage that a guard reports, and answers an accident as internal without its text', async () => {
    members.allowed = new Set(['throws-outage', 'throws-error']);
    const client = await app.connect({ as: 'ann' });
    expect(await client.subscribe('room.throws-outage')).toMatchObject({ error: { code: 'UNAVAILABLE' } });
    const reply = await client.subscribe('room.throws-error');
    expect(reply).toMatchObject({ ok: false, error: { code: 'INTERNAL', retryable: true } });
    expect(JSON.stringify(reply)).not.toContain('SECRET');
  });

  it.each([
    '',
    '.',
    'a..b',
    '.a',
    'a.',
    'a b',
    'a/b',
    'ä',
    'a\n',
    'a\u0000',
    '{roomId}',
    'room.{roomId}',
    '*',
    'a'.repeat(129),
    Array(80).fill('abcdef').join('.'),
  ])('refuses the illegal name %j as a malformed request', async (channel) => {
    const client = await app.connect({ as: 'ann' });
    const refusal = {
      ok: false,
      error: { code: 'BAD_REQUEST', message: 'The request is malformed.', retryable: false },
    };
    expect(await client.subscribe(channel)).toEqual(refusal);
    expect(await client.unsubscribe(channel)).toEqual(refusal);
    expect(await client.send(channel, 'message', 1)).toEqual(refusal);
  });

  it('runs the guards of every class that claims the channel, in order, and asks no more after a refusal', async () => {
    const client = await app.connect({ as: 'ann' });
    expect(await client.subscribe('room.closed')).toMatchObject({ ok: false });
    members.allowed = new Set(['open', 'second-refuses']);
    expect(await client.subscribe('room.second-refuses')).toMatchObject({ ok: false });
    expect(await client.subscribe('room.open')).toEqual({ ok: true, channel: 'room.open' });
    expect(members.asked).toEqual(['closed ann', 'second-refuses ann', 'open ann']);
  });

  it('asks no guard where the name or the scope has already refused', async () => {
    const client = await app.connect();
    await client.subscribe('room');
    await client.subscribe('inside');
    expect(members.asked).toEqual([]);
  });

  it('counts an admission once and forgets it on unsubscribe', async () => {
    const client = await app.connect({ as: 'ann' });
    await client.subscribe('inbox.ann');
    await client.subscribe('inbox.ann');
    expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 1, rooms: 1 });
    await client.unsubscribe('inbox.ann');
    expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 0, rooms: 0 });
  });

  it('grants an unsubscribe from a channel that was never subscribed, known or not', async () => {
    const client = await app.connect();
    expect(await client.unsubscribe('news')).toEqual({ ok: true, channel: 'news' });
    expect(await client.unsubscribe('no.such.channel')).toEqual({ ok: true, channel: 'no.such.channel' });
  });

  it('ends the admission when a second subscribe is denied', async () => {
    members.allowed = new Set(['open']);
    const client = await app.connect({ as: 'ann' });
    await client.subscribe('room.open');
    await app.broadcast(roomChannel.with({ roomId: 'open' }), { n: 1 });
    members.allowed.clear();
    expect(await client.subscribe('room.open')).toMatchObject({ error: { code: 'FORBIDDEN' } });
    await app.broadcast(roomChannel.with({ roomId: 'open' }), { n: 2 });
    expect(await client.send('room.open', 'message')).toMatchObject({ error: { code: 'NOT_SUBSCRIBED' } });
    expect(client.events.map((event) => event.payload)).toEqual([{ n: 1 }]);
  });

  it('leaves nothing behind of a connection that ends while a guard is slow', async () => {
    const verdict = new Latch();
    members.allowed = new Set(['slow']);
    members.answer = verdict.opened;
    const subscribed = app.record('subscribed');
    const client = await app.connect({ as: 'ann' });
    client.socket.emit('rt:subscribe', { channel: 'room.slow' });
    await members.arrived.opened;
    const disconnected = app.nextHook('disconnected');
    client.close();
    await disconnected;
    verdict.open();
    const other = await app.connect();
    await other.settle();
    expect(subscribed).toEqual([]);
    expect(app.stats()).toMatchObject({ connections: 1, subscriptions: 0, rooms: 0 });
  });

  it('refuses as unavailable when a guard does not answer within the request timeout', async () => {
    const hasty = await boot({
      imports: [RealtimeModule.forRoot({ requestTimeout: 50 })],
      providers: [Members, OnRoom, OnRoomToo],
    });
    hasty.nest.get(Members).answer = new Promise(() => undefined);
    const client = await hasty.connect();
    expect(await client.subscribe('room.1')).toMatchObject({ error: { code: 'UNAVAILABLE', retryable: true } });
    expect(hasty.stats().subscriptions).toBe(0);
  });

  it('answers that the channel lacks presence and history, and refuses outsiders as outsiders', async () => {
    const client = await app.connect({ as: 'ann' });
    await client.subscribe('news');
    for (const request of ['rt:members', 'rt:history']) {
      expect(await client.request(request, { channel: 'news' })).toMatchObject({ error: { code: 'BAD_REQUEST' } });
      const replies = [];
      for (const channel of ['inside', 'admin', 'no.such.channel']) {
        replies.push(JSON.stringify(await client.request(request, { channel })));
      }
      expect(new Set(replies).size).toBe(1);
      expect(JSON.parse(replies[0])).toMatchObject({ error: { code: 'NOT_SUBSCRIBED' } });
    }
  });

  it('recovers nothing on a channel without history, and says so', async () => {
    const client = await app.connect();
    const recover = { epoch: 'e', offset: 7 };
    expect(await client.request('rt:subscribe', { channel: 'news', recover })).toEqual({
      ok: true,
      channel: 'news',
      recovered: false,
    });
  });
});
