// When may the server still subscribe a connection? After the welcome and before the goodbye, also where gate 2 takes its time.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CanActivate, UseGuards } from '@nestjs/common';
import {
  defineRealtimeChannel,
  IRealtimeConnections,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
  type RealtimeUser,
  SessionAuthenticator,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { Latch } from '../kit/latch.js';

const open = defineRealtimeChannel({ name: 'open', scope: 'authenticated', payload: z.number() });
const slow = defineRealtimeChannel({ name: 'slow', scope: 'authenticated', payload: z.number() });
const work = defineRealtimeChannel({ name: 'work', scope: 'public', messages: { finish: null } });

let decide: () => boolean | Promise<boolean>;
class SlowGuard implements CanActivate {
  canActivate(): boolean | Promise<boolean> {
    return decide();
  }
}

@RealtimeChannel(slow)
@UseGuards(SlowGuard)
class SlowChannel {}

let begun: Latch;
let done: Latch;
@RealtimeChannel(work)
class OnWork {
  @RealtimeHandler(work, 'finish')
  finish(): Promise<void> {
    begun.open();
    return done.opened;
  }
}

let found: () => void;
class Names extends SessionAuthenticator {
  protected async findUser(sessionId: string): Promise<RealtimeUser | null> {
    found();
    return { userId: sessionId, roles: [] };
  }
}

describe('the server', () => {
  let app: TestApp;
  let connections: IRealtimeConnections;

  beforeEach(async () => {
    [begun, done, decide, found] = [new Latch(), new Latch(), () => true, () => undefined];
    app = await boot({
      imports: [RealtimeModule.forRoot({ authenticator: Names }), RealtimeModule.forFeature([open])],
      providers: [SlowChannel, OnWork],
    });
    connections = app.nest.get(IRealtimeConnections);
  });
  afterEach(closeApps);

  it('subscribes no connection that has passed gate 1 and is not welcomed yet', async () => {
    const told: string[] = [];
    app.hooks.on('connected', () => void told.push('connected'));
    app.hooks.on('subscribed', () => void told.push('subscribed'));
    let calls: Promise<void> = Promise.resolve();
    /** Socket.IO establishes a connection in a later tick than this chain of microtasks. */
    found = () => {
      for (let i = 0; i < 200; i++) calls = calls.then(() => connections.subscribe({ userId: 'ann' }, open));
    };
    const client = await app.connect({ as: 'ann' });
    await calls;
    await client.settle();
    expect(client.log).toEqual(['rt:welcome', 'reply rt:settle']);
    expect(told).toEqual(['connected']);
    await connections.subscribe({ userId: 'ann' }, open);
    await client.settle();
    expect(client.log).toEqual(['rt:welcome', 'reply rt:settle', 'rt:subscribed', 'reply rt:settle']);
  });

  it('leaves a subscription as it is that the client has got while the server waited for its turn', async () => {
    const gate = new Latch();
    let asked = 0;
    decide = async () => {
      if (++asked > 1) return false;
      await gate.opened;
      return true;
    };
    const client = await app.connect({ as: 'ann' });
    const own = client.subscribe('slow');
    await client.settle();
    const refused = app.record('refused');
    const underWay = connections.subscribe({ userId: 'ann' }, slow);
    gate.open();
    expect(await own).toMatchObject({ ok: true });
    await underWay;
    expect([asked, refused, app.stats().subscriptions]).toEqual([1, [], 1]);
  });

  it.each(Array.from({ length: 16 }, (_, ticks) => ticks))(
    'brings back nothing without gate 2 that a revocation ends %i microtasks later, while the server has its turn',
    async (ticks) => {
      const gate = new Latch();
      let asked = 0;
      decide = async () => {
        asked++;
        await gate.opened;
        return true;
      };
      const client = await app.connect({ as: 'ann' });
      const own = client.subscribe('slow');
      await client.settle();
      const ended = new Latch();
      const off = app.hooks.on('subscribed', async () => {
        off();
        for (let i = 0; i < ticks; i++) await Promise.resolve();
        await connections.unsubscribe({ userId: 'ann' }, slow);
        ended.open();
      });
      const underWay = connections.subscribe({ userId: 'ann' }, slow);
      gate.open();
      await Promise.all([own, ended.opened, underWay.catch(() => undefined)]);
      if (asked === 1) expect(app.stats().subscriptions).toBe(0);
    },
  );

  it('subscribes no connection that is told to leave, and does not ask for it', async () => {
    const gate = new Latch();
    const asked = new Latch();
    decide = async () => {
      asked.open();
      await gate.opened;
      return true;
    };
    const client = await app.connect({ as: 'ann' });
    await client.subscribe('work');
    const reply = client.send('work', 'finish');
    await begun.opened;
    const underWay = connections.subscribe({ userId: 'ann' }, slow);
    await asked.opened;
    const subscribed = app.record('subscribed');
    const closed = app.nest.close();
    await client.next('rt:bye');
    gate.open();
    await underWay;
    await connections.subscribe({ userId: 'ann' }, open);
    await connections.unsubscribe({ userId: 'ann' });
    done.open();
    await reply;
    await closed;
    await client.closed;
    expect(client.log.slice(client.log.indexOf('rt:bye'))).toEqual(['rt:bye', 'reply rt:message']);
    expect(subscribed).toEqual([]);
  });
});
