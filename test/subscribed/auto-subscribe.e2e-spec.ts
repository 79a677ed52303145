// Which channels does the server subscribe a connection to by itself, and what does the client learn of it?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type CanActivate, type ExecutionContext, UseGuards } from '@nestjs/common';
import {
  defineRealtimeChannel,
  IRealtimeConnections,
  RealtimeChannel,
  RealtimeExecutionContext,
  RealtimeModule,
  type RealtimeUser,
  SessionAuthenticator,
  sessionRef,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { type Client } from '../kit/client.js';
import { HeldQuestion, Latch } from '../kit/latch.js';

const n = z.number();
const auto = { autoSubscribe: true, payload: n } as const;
const mine = defineRealtimeChannel({ name: 'mine.{userId}', scope: { userScoped: 'userId' }, ...auto });
const tab = defineRealtimeChannel({ name: 'tab.{sessionId}', scope: { sessionScoped: 'sessionId' }, ...auto });
const staff = defineRealtimeChannel({ name: 'staff', scope: { role: 'staff' }, ...auto });
const all = defineRealtimeChannel({ name: 'all', scope: 'public', ...auto });
const guarded = defineRealtimeChannel({ name: 'guarded', scope: 'authenticated', ...auto });
const late = defineRealtimeChannel({ name: 'late', scope: { role: 'late' }, ...auto });

let admits: (userId: string) => boolean | Promise<boolean> = () => true;
class Guard implements CanActivate {
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    return admits(RealtimeExecutionContext.create(context).getUser()!.userId);
  }
}

@RealtimeChannel(guarded)
@UseGuards(Guard)
class GuardedChannel {}

@RealtimeChannel(late)
@UseGuards(Guard)
class LateChannel {}

const users = new Map<string, RealtimeUser>();
class Sessions extends SessionAuthenticator {
  protected async findUser(sessionId: string): Promise<RealtimeUser | null> {
    const user = users.get(sessionId);
    return user === undefined ? null : { ...user, sessionId };
  }
}

const sharedChannels = [mine, tab, staff, all];

describe('autoSubscribe', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await boot({
      imports: [
        RealtimeModule.forRoot({ authenticator: Sessions, limits: { subscriptionsPerConnection: 6 } }),
        RealtimeModule.forFeature(sharedChannels),
      ],
      providers: [GuardedChannel, LateChannel],
    });
  });
  afterEach(async () => {
    admits = () => true;
    await app.hangUp();
    expect(Object.entries(app.stats().holdings).filter(([, size]) => size > 0)).toEqual([]);
  });
  afterAll(closeApps);

  const login = (sessionId: string, userId: string, roles: string[] = []): string => {
    users.set(sessionId, { userId, roles });
    return sessionId;
  };
  /** Resolves with the channels that the server has announced, once the client is subscribed to that many. */
  const enter = async (as: string | undefined, count: number): Promise<[Client, string[]]> => {
    const client = await app.connect({ as });
    const announced: string[] = [];
    while (announced.length < count) {
      const [{ channel }] = (await client.next('rt:subscribed')) as [{ channel: string }];
      announced.push(channel);
    }
    return [client, announced.sort()];
  };

  it('subscribes a user to what its scope and guards allow, after the welcome and before the first event', async () => {
    const subscribed = app.record('subscribed');
    const [client, announced] = await enter(login('s1', 'ada@example.com'), 4);
    expect(announced).toEqual(['all', 'guarded', 'mine.ada%40example%2Ecom', `tab.${sessionRef('s1')}`]);
    expect(client.log[0]).toBe('rt:welcome');
    expect(subscribed.map(({ by }) => by)).toEqual(['server', 'server', 'server', 'server']);
    const heard = client.next('rt:event');
    await app.broadcast(mine.with({ userId: 'ada@example.com' }), 1);
    expect(await heard).toEqual(['mine.ada%40example%2Ecom', 'message', 1]);
    expect(app.stats().subscriptions).toBe(4);
  });

  it('subscribes an anonymous connection to public channels only', async () => {
    const [client, announced] = await enter(undefined, 1);
    expect(announced).toEqual(['all']);
    await client.settle();
    expect(client.log.filter((line) => line === 'rt:subscribed')).toHaveLength(1);
  });

  it('reaches the tabs of one session and no other by its digest, which no page can name for another', async () => {
    const [one] = await enter(login('s1', 'ann'), 4);
    const [other] = await enter(login('s2', 'ann'), 4);
    const heard = one.next('rt:event');
    await app.broadcast(tab.with({ sessionId: sessionRef('s1') }), 7);
    expect(await heard).toEqual([`tab.${sessionRef('s1')}`, 'message', 7]);
    await other.settle();
    expect(other.events).toEqual([]);
    expect(await other.subscribe(`tab.${sessionRef('s1')}`)).toMatchObject({ error: { code: 'FORBIDDEN' } });
    expect(await other.subscribe('tab.s2')).toMatchObject({ error: { code: 'FORBIDDEN' } });
  });

  it('is silent to the client where a guard refuses, and told to the hook', async () => {
    admits = () => false;
    const refused = app.record('refused');
    const [client, announced] = await enter(login('s3', 'bob'), 3);
    expect(announced).not.toContain('guarded');
    await client.settle();
    expect(refused.filter(({ gate }) => gate === 'subscribe')).toMatchObject([
      { code: 'FORBIDDEN', name: 'guarded', channel: { name: 'guarded' }, reason: 'Guard: said no' },
    ]);
    expect(client.log).not.toContain('rt:evicted');
  });

  it('counts in the limit of subscriptions', async () => {
    const [client] = await enter(login('s1', 'ann'), 4);
    const channels = ['no.1', 'no.2', 'no.3'].map((channel) => ({ channel }));
    const replies = await client.request<{ error: { code: string } }[]>('rt:subscribe', channels);
    expect(replies.map(({ error }) => error.code)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'LIMIT_EXCEEDED']);
  });

  it('answers a client that asks for the same channel at once, and subscribes it once', async () => {
    const gate = new Latch();
    admits = async () => {
      await gate.opened;
      return true;
    };
    const [client] = await enter(login('s1', 'ann'), 3);
    const subscribed = app.record('subscribed');
    const asked = client.subscribe('guarded');
    await client.settle();
    gate.open();
    expect(await asked).toMatchObject({ ok: true });
    expect(subscribed).toHaveLength(1);
    expect(client.log.filter((line) => line === 'rt:subscribed')).toHaveLength(4);
  });

  it('loses against a revocation that comes while a guard decides', async () => {
    const question = new HeldQuestion();
    admits = question.ask;
    const [client] = await enter(login('s1', 'ann'), 3);
    await question.asked;
    await app.nest.get(IRealtimeConnections).unsubscribe({ userId: 'ann' }, guarded);
    question.answer(true);
    await client.settle();
    await app.broadcast(guarded, 1);
    await client.settle();
    expect(client.events).toEqual([]);
    expect(app.stats().subscriptions).toBe(3);
  });

  it('subscribes to what a user gains before a re-authorization resolves', async () => {
    const [client] = await enter(login('s1', 'ann'), 4);
    const question = new HeldQuestion();
    admits = question.ask;
    login('s1', 'ann', ['late']);
    let hasResolved = false;
    const underWay = app.nest
      .get(IRealtimeConnections)
      .reauthorize({ userId: 'ann' })
      .then(() => (hasResolved = true));
    await question.asked;
    await client.settle();
    expect(hasResolved).toBe(false);
    question.answer(true);
    await underWay;
    expect(app.stats().channels).toMatchObject({ late: 1 });
  });

  it('adds what a user gains with a role, removes what they lose, and leaves alone what the client has left', async () => {
    const connections = app.nest.get(IRealtimeConnections);
    const [client] = await enter(login('s1', 'ann'), 4);
    await client.request('rt:unsubscribe', { channel: 'all' });
    login('s1', 'ann', ['staff']);
    const gained = client.next('rt:subscribed');
    await connections.reauthorize({ userId: 'ann' });
    expect(await gained).toEqual([{ channel: 'staff' }]);
    login('s1', 'ann', []);
    const lost = client.next('rt:evicted');
    await connections.reauthorize({ userId: 'ann' });
    expect(await lost).toMatchObject([{ channel: 'staff', code: 'REVOKED' }]);
    await client.settle();
    expect(app.stats().channels).toEqual({ guarded: 1, 'mine.{userId}': 1, 'tab.{sessionId}': 1 });
  });

  it('adds the channels of the user that an anonymous connection becomes', async () => {
    const [client] = await enter(undefined, 1);
    login('s1', 'ann');
    const gained = [client.next('rt:subscribed'), client.next('rt:subscribed'), client.next('rt:subscribed')];
    await client.request('rt:authenticate', { token: 's1' });
    const channels = (await Promise.all(gained)).map(([notice]) => (notice as { channel: string }).channel).sort();
    expect(channels).toEqual(['guarded', 'mine.ann', `tab.${sessionRef('s1')}`]);
  });

  it('skips a channel whose param the id of a user cannot fill', async () => {
    const [client, announced] = await enter(login('long', 'x'.repeat(200)), 3);
    expect(announced.filter((channel) => channel.startsWith('mine'))).toEqual([]);
    expect((await client.subscribe('all')).ok).toBe(true);
  });
});
