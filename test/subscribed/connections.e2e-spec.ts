// How does an application move connections in and out of channels, as it did with rooms?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type CanActivate, type ExecutionContext, UseGuards } from '@nestjs/common';
import {
  defineRealtimeChannel,
  IRealtimeConnections,
  RealtimeChannel,
  type RealtimeConnection,
  type RealtimeContext,
  RealtimeExecutionContext,
  RealtimeException,
  RealtimeFault,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const room = defineRealtimeChannel({ name: 'rooms.{roomId}', scope: 'authenticated', payload: z.number() });
const admins = defineRealtimeChannel({ name: 'admins', scope: { role: 'admin' }, payload: z.number() });
const lobby = defineRealtimeChannel({ name: 'lobby', scope: 'public', messages: { enter: z.string() } });
const unregistered = defineRealtimeChannel({ name: 'unregistered', scope: 'public', payload: z.number() });

const closed = new Set<string>();
class RoomGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    return !closed.has(RealtimeExecutionContext.create(context).getChannel(room)!.params.roomId);
  }
}
@RealtimeChannel(room)
@UseGuards(RoomGuard)
class RoomChannel {}

@RealtimeChannel(lobby)
class OnEnter {
  constructor(private readonly connections: IRealtimeConnections) {}

  /** Nothing says who sent it: the service knows its caller. */
  @RealtimeHandler(lobby, 'enter')
  async enter(roomId: string, _ctx: RealtimeContext<typeof lobby>): Promise<void> {
    await Promise.resolve();
    await this.connections.subscribe('caller', room.with({ roomId }));
  }
}

describe('IRealtimeConnections', () => {
  let app: TestApp;
  let connections: IRealtimeConnections;

  beforeAll(async () => {
    app = await boot({
      imports: [
        RealtimeModule.forRoot({ authenticator: KnownUsers, limits: { subscriptionsPerConnection: 3 } }),
        RealtimeModule.forFeature([admins]),
      ],
      providers: [RoomChannel, OnEnter],
    });
    connections = app.nest.get(IRealtimeConnections);
  });
  afterEach(async () => {
    closed.clear();
    await app.hangUp();
  });
  afterAll(closeApps);

  it('subscribes every connection of a user, and says so to each before the first event', async () => {
    const [one, two, bob] = [
      await app.connect({ as: 'ann' }),
      await app.connect({ as: 'ann' }),
      await app.connect({ as: 'bob' }),
    ];
    await connections.subscribe({ userId: 'ann' }, room.with({ roomId: '1' }));
    await app.broadcast(room.with({ roomId: '1' }), 7);
    await Promise.all([one.settle(), two.settle(), bob.settle()]);
    for (const client of [one, two]) {
      expect(client.log.filter((line) => line.startsWith('rt:subscribed') || line.startsWith('event'))).toEqual([
        'rt:subscribed',
        'event rooms.1 message',
      ]);
    }
    expect(bob.events).toEqual([]);
  });

  it('takes a connection that a hook has handed out', async () => {
    const connected = app.nextHook('connected');
    const client = await app.connect({ as: 'ann' });
    const { connection }: { connection: RealtimeConnection } = await connected;
    await connections.subscribe(connection, room.with({ roomId: '2' }));
    expect([...connection.channels.values()].map(({ params }) => params)).toEqual([{ roomId: '2' }]);
    await connections.unsubscribe(connection);
    expect(await client.next('rt:evicted')).toMatchObject([{ channel: 'rooms.2', code: 'REVOKED' }]);
    expect(connection.channels.size).toBe(0);
  });

  it('knows the caller of a handler', async () => {
    const [ann, bob] = [await app.connect({ as: 'ann' }), await app.connect({ as: 'bob' })];
    await Promise.all([ann.subscribe('lobby'), bob.subscribe('lobby')]);
    await ann.request('rt:message', { channel: 'lobby', event: 'enter', payload: '3' });
    await app.broadcast(room.with({ roomId: '3' }), 1);
    await Promise.all([ann.settle(), bob.settle()]);
    expect([ann.events.length, bob.events.length]).toEqual([1, 0]);
  });

  it('passes gate 2: rejects with its code, and subscribes those that it admits', async () => {
    await Promise.all([app.connect({ as: 'root' }), app.connect({ as: 'ann' })]);
    await expect(connections.subscribe({ userId: 'ann' }, admins)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    closed.add('9');
    const refused = connections.subscribe({ userId: 'ann' }, room.with({ roomId: '9' }));
    await expect(refused).rejects.toBeInstanceOf(RealtimeException);
    await connections.subscribe({ userId: 'root' }, admins);
    expect(app.stats().channels).toEqual({ admins: 1 });
  });

  it('counts in the limit', async () => {
    await app.connect({ as: 'ann' });
    for (const roomId of ['1', '2', '3']) await connections.subscribe({ userId: 'ann' }, room.with({ roomId }));
    const refused = connections.subscribe({ userId: 'ann' }, room.with({ roomId: '4' }));
    await expect(refused).rejects.toMatchObject({ code: 'LIMIT_EXCEEDED' });
    await connections.subscribe({ userId: 'ann' }, room.with({ roomId: '1' }));
    expect(app.stats().subscriptions).toBe(3);
  });

  it('has nothing to do for a party without connections', async () => {
    await connections.subscribe({ userId: 'nobody' }, room.with({ roomId: '1' }));
    await connections.unsubscribe({ sessionId: 'none' });
    await connections.reauthorize({ connectionId: 'none' }, room.with({ roomId: '1' }));
    await connections.disconnect({ userId: 'nobody' });
  });

  it('ends the connections of a party, and no others', async () => {
    const [ann, bob] = [await app.connect({ as: 'ann' }), await app.connect({ as: 'bob' })];
    await connections.disconnect({ connectionId: ann.socket.id! });
    expect(await ann.next('rt:bye')).toMatchObject([{ code: 'REVOKED', reconnect: false }]);
    await bob.settle();
    expect(bob.log).not.toContain('rt:bye');
  });

  it.each<[string, unknown, string]>([
    ['a bare id', 'ann', "'ann' does not say whose connections are meant"],
    ['a number', { userId: 42 }, '{ userId: 42 } is no id'],
    ['an empty id', { userId: '' }, "{ userId: '' } is no id"],
    ['nothing', {}, 'means no connection'],
    ['null', null, 'does not say whose connections are meant'],
    ['two keys', { userId: 'ann', connectionId: 'c' }, 'userId and connectionId is ambiguous'],
    ['a caller that is not there', 'caller', 'this code runs for neither'],
  ])('refuses %s with a sentence that says what to write', async (_, who, why) => {
    const loose = connections as unknown as Record<string, (...args: unknown[]) => Promise<void>>;
    for (const call of ['subscribe', 'unsubscribe', 'reauthorize', 'disconnect']) {
      const refused = loose[call](who, room.with({ roomId: '1' }));
      await expect(refused).rejects.toBeInstanceOf(RealtimeFault);
      await expect(refused).rejects.toThrow(why);
    }
  });

  it.each<[string, unknown, string]>([
    ['a name', 'rooms.1', 'a name is no target'],
    ['a descriptor with params', room, 'is not a concrete name'],
    ['a list', [room.with({ roomId: '1' })], 'A list is no channel here'],
    ['what an import cycle leaves', undefined, 'The call names no channel'],
    ['a channel of another registry', unregistered, 'is not registered'],
  ])('refuses %s as a channel', async (_, target, why) => {
    const loose = connections as unknown as Record<string, (...args: unknown[]) => Promise<void>>;
    const calls = ['subscribe', ...(target === undefined ? [] : ['unsubscribe', 'reauthorize'])]; // Without one, these mean all.
    for (const call of calls) await expect(loose[call]({ userId: 'ann' }, target)).rejects.toThrow(why);
  });
});
