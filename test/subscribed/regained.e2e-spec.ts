// Does a channel that the server should have subscribed a connection to come back once it may? It does with the next renewal of the lease.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type CanActivate, Injectable, UseGuards } from '@nestjs/common';
import {
  defineRealtimeChannel,
  IRealtimeConnections,
  RealtimeChannel,
  RealtimeModule,
  type RealtimeUser,
  SessionAuthenticator,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { until } from '../kit/until.js';

const LEASE = 400;

const team = defineRealtimeChannel({ name: 'team', scope: 'public', autoSubscribe: true, payload: z.number() });
const mine = defineRealtimeChannel({
  name: 'mine.{userId}',
  scope: { userScoped: 'userId' },
  autoSubscribe: true,
  payload: z.number(),
});

let membership: () => boolean = () => true;
let asked = 0;

@Injectable()
class Members implements CanActivate {
  canActivate(): boolean {
    asked += 1;
    return membership();
  }
}

@RealtimeChannel(team)
@UseGuards(Members)
class TeamChannel {}

class Sessions extends SessionAuthenticator {
  protected findUser(sessionId: string): Promise<RealtimeUser | null> {
    return Promise.resolve({ userId: sessionId, roles: [], sessionId });
  }
}

const outage = (): boolean => {
  throw new Error('the table of members is down');
};
const no = (): boolean => false;
const yes = (): boolean => true;

describe('a channel that the server subscribes to by itself', () => {
  let app: TestApp;
  let connections: IRealtimeConnections;

  beforeAll(async () => {
    app = await boot({
      imports: [RealtimeModule.forRoot({ authenticator: Sessions, lease: LEASE }), RealtimeModule.forFeature([mine])],
      providers: [TeamChannel],
    });
    connections = app.nest.get(IRealtimeConnections);
  });
  afterEach(async () => {
    membership = yes;
    await app.hangUp();
    expect(Object.entries(app.stats().holdings).filter(([, size]) => size > 0)).toEqual([]);
  });
  afterAll(closeApps);

  /** Resolves once the server has announced the channel. */
  async function announced(client: Client, channel: string): Promise<void> {
    for (;;) {
      const [notice] = (await client.next('rt:subscribed')) as [{ channel: string }];
      if (notice.channel === channel) return;
    }
  }

  /** Resolves once the guard has been asked this many more times; each renewal of a connection asks once. */
  async function guarded(times: number): Promise<void> {
    const target = asked + times;
    await until(
      () => asked,
      (count) => count >= target,
    );
  }

  /** Resolves after several renewals of a connection that has nothing to ask guards about. */
  async function renewals(): Promise<void> {
    const probe = await app.connect({ as: 'probe' });
    await announced(probe, 'team');
    await guarded(3);
    const gone = app.nextHook('disconnected');
    probe.close();
    await gone;
  }

  it.each([
    ['a user', 'ann'],
    ['an anonymous connection', undefined],
  ])('comes to %s after an outage of its guard, which is told once', async (_, as) => {
    const refused = app.record('refused');
    membership = outage;
    const client = await app.connect({ as });
    await guarded(3);
    expect(refused).toMatchObject([{ gate: 'subscribe', code: 'INTERNAL', name: 'team' }]);
    membership = yes;
    await announced(client, 'team');
    const heard = client.next('rt:event');
    await app.broadcast(team, 1);
    expect(await heard).toEqual(['team', 'message', 1]);
  });

  it('comes when the guard says yes for the first time, though the user is the same', async () => {
    membership = no;
    const client = await app.connect({ as: 'ann' });
    await guarded(2);
    expect(client.log).not.toContain('rt:evicted');
    membership = yes;
    await announced(client, 'team');
  });

  it('comes back when an outage has cost it', async () => {
    const client = await app.connect({ as: 'ann' });
    await announced(client, 'team');
    membership = outage;
    expect(await client.next('rt:evicted')).toEqual([{ channel: 'team', code: 'EXPIRED', retryable: true }]);
    membership = yes;
    await announced(client, 'team');
  });

  it('comes back when the guard has refused it for a while', async () => {
    const client = await app.connect({ as: 'ann' });
    await announced(client, 'team');
    membership = no;
    expect(await client.next('rt:evicted')).toMatchObject([{ channel: 'team', code: 'REVOKED' }]);
    membership = yes;
    await announced(client, 'team');
  });

  it('comes at once with a re-authorization that names it', async () => {
    membership = no;
    const client = await app.connect({ as: 'ann' });
    await announced(client, 'mine.ann');
    await guarded(1);
    membership = yes;
    await connections.reauthorize({ userId: 'ann' }, team);
    expect(app.stats().channels).toMatchObject({ team: 1 });
    await announced(client, 'team');
  });

  it('stays away when the client has left it, until the client wants it again', async () => {
    const client = await app.connect({ as: 'ann' });
    await announced(client, 'team');
    await client.unsubscribe('team');
    await renewals();
    expect(app.stats().channels).toEqual({ 'mine.{userId}': 1 });

    expect(await client.subscribe('team')).toEqual({ ok: true, channel: 'team' });
    membership = no;
    await client.next('rt:evicted');
    membership = yes;
    await announced(client, 'team');
  });

  it.each([
    ['one channel', team, { 'mine.{userId}': 1 }],
    ['all channels', undefined, {}],
  ])('stays away when the application has ended %s, until the application subscribes', async (_, target, left) => {
    const client = await app.connect({ as: 'ann' });
    await announced(client, 'team');
    await connections.unsubscribe({ userId: 'ann' }, target);
    await renewals();
    expect(app.stats().channels).toEqual(left);

    await connections.subscribe({ userId: 'ann' }, team);
    expect(app.stats().channels).toMatchObject({ team: 1 });
    membership = no;
    await guarded(1);
    membership = yes;
    await announced(client, 'team');
  });
});
