// Who hears a whisper, and what can its sender make others hear?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type CanActivate, type ExecutionContext, UseGuards } from '@nestjs/common';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  RealtimeException,
  RealtimeExecutionContext,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { KnownUsers } from '../kit/known-users.js';
import { LogBook } from '../kit/log-book.js';

const Typing = z.object({ on: z.boolean() });
const room = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'authenticated',
  messages: {
    typing: { payload: Typing, whisper: true },
    asked: { payload: Typing.refine(async () => true), whisper: true },
  },
});
const open = defineRealtimeChannel({
  name: 'open',
  scope: 'public',
  messages: { typing: { payload: Typing, whisper: true } },
});

const silenced = new Set<string>();
/** The error that the guard throws at a whisper; null if it throws none. */
let failure: Error | null = null;
class NotSilenced implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const realtime = RealtimeExecutionContext.create(context);
    if (realtime.getGate() === 'subscribe') return true;
    if (failure !== null) throw failure;
    return !silenced.has(realtime.getUser()!.userId);
  }
}

@RealtimeChannel(room)
@UseGuards(NotSilenced)
class RoomChannel {}

describe('a whisper', () => {
  const log = new LogBook();
  let app: TestApp;
  let ann: Client;
  let bob: Client;

  beforeAll(async () => {
    const realtime = RealtimeModule.forRoot({ authenticator: KnownUsers });
    const imports = [realtime, RealtimeModule.forFeature([open])];
    app = await boot({ imports, providers: [RoomChannel] }, { logger: log });
  });
  afterEach(async () => {
    silenced.clear();
    failure = null;
    await app.hangUp();
  });
  afterAll(closeApps);

  const meet = async (channel: string): Promise<void> => {
    [ann, bob] = await Promise.all([app.connect({ as: 'ann' }), app.connect({ as: 'bob' })]);
    await Promise.all([ann.subscribe(channel), bob.subscribe(channel)]);
  };
  const whisper = (from: Client, channel: string, event: string, payload: unknown): Promise<unknown> =>
    from.request('rt:message', { channel, event, payload });

  it.each(['typing', 'asked'])('reaches the other subscribers, with the id of its sender (%s)', async (event) => {
    await meet('rooms.1');
    const second = await app.connect({ as: 'ann' });
    await second.subscribe('rooms.1');
    const broadcast = app.record('broadcast');
    const heard = bob.next('rt:event');
    const alsoHeard = second.next('rt:event');
    expect(await whisper(ann, 'rooms.1', event, { on: true, userId: 'eve', secret: 1 })).toEqual({ ok: true });
    const arrived = ['rooms.1', event, { userId: 'ann', payload: { on: true } }];
    expect(await heard).toEqual(arrived);
    expect(await alsoHeard).toEqual(arrived);
    expect(broadcast).toMatchObject([{ channel: { params: { roomId: '1' } }, event, recipients: 2 }]);
    const answered = ann.next('rt:event');
    await whisper(bob, 'rooms.1', event, { on: false });
    await answered;
    expect(ann.events).toEqual([{ channel: 'rooms.1', event, payload: { userId: 'bob', payload: { on: false } } }]);
  });

  it('of an anonymous connection names no user', async () => {
    const [one, other] = await Promise.all([app.connect(), app.connect()]);
    await Promise.all([one.subscribe('open'), other.subscribe('open')]);
    const heard = other.next('rt:event');
    await whisper(one, 'open', 'typing', { on: true });
    expect(await heard).toEqual(['open', 'typing', { userId: null, payload: { on: true } }]);
  });

  it.each<[string, unknown, string]>([
    ['a payload that its schema refuses', { on: 'yes' }, 'INVALID_PAYLOAD'],
    ['a payload that is too deep', { on: { a: { b: {} } } }, 'INVALID_PAYLOAD'],
  ])('with %s reaches no client', async (_, payload, code) => {
    await meet('rooms.2');
    expect(await whisper(ann, 'rooms.2', 'typing', payload)).toMatchObject({ ok: false, error: { code } });
    await whisper(ann, 'rooms.2', 'typing', { on: true });
    await bob.next('rt:event');
    expect(bob.events).toHaveLength(1);
  });

  it('needs a subscription and the guards of the channel', async () => {
    await meet('rooms.3');
    expect(await whisper(ann, 'rooms.4', 'typing', { on: true })).toMatchObject({ error: { code: 'NOT_SUBSCRIBED' } });
    silenced.add('ann');
    expect(await whisper(ann, 'rooms.3', 'typing', { on: true })).toMatchObject({ error: { code: 'FORBIDDEN' } });
    silenced.clear();
    await whisper(ann, 'rooms.3', 'typing', { on: false });
    expect(await bob.next('rt:event')).toEqual(['rooms.3', 'typing', { userId: 'ann', payload: { on: false } }]);
  });

  it.each([
    ['a code that no message declares', new RealtimeException('ROOM_7_IS_FULL', { message: 'SECRET', data: 'SECRET' })],
    ['an unexpected error', new TypeError('SECRET')],
  ])('whose guard throws %s is refused with INTERNAL, in its answer and for hooks', async (_, thrown) => {
    await meet('rooms.5');
    const [refused, handled] = [app.record('refused'), app.record('handled')];
    failure = thrown;
    const answer = await whisper(ann, 'rooms.5', 'typing', { on: true });
    expect(answer).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    expect(JSON.stringify(answer)).not.toContain('SECRET');
    expect([refused, handled]).toMatchObject([[{ code: 'INTERNAL', message: 'typing' }], [{ code: 'INTERNAL' }]]);
    expect(Object.keys(app.stats().refusals)).not.toContain('ROOM_7_IS_FULL');
    expect(log.errors().at(-1)).toContain('realtime-message: channel rooms.5, message typing');
  });
});
