// Do ids of identity providers pass the gates, over a real socket: values in guards and handlers, names on the wire and in hooks?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type CanActivate, type ExecutionContext, Injectable, UseGuards } from '@nestjs/common';
import { createRealtimeClient } from '@nestjs-realtime/client';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeExecutionContext,
  RealtimeHandler,
  RealtimeModule,
  type RealtimeUser,
  SessionAuthenticator,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';

const inboxChannel = defineRealtimeChannel({
  name: 'inbox.{userId}',
  scope: { userScoped: 'userId' },
  payload: z.object({ n: z.number() }),
  message: z.object({}),
});

/** What guards and handlers of the application were given. */
class Seen {
  readonly byGuard: unknown[] = [];
  readonly byHandler: unknown[] = [];
}

/** The session id is the user's id, whatever it looks like. */
@Injectable()
class AnyUser extends SessionAuthenticator {
  protected async findUser(userId: string): Promise<RealtimeUser> {
    return { userId, roles: [] };
  }
}

@Injectable()
class InboxGuard implements CanActivate {
  constructor(private readonly seen: Seen) {}
  canActivate(context: ExecutionContext): boolean {
    this.seen.byGuard.push({ ...RealtimeExecutionContext.create(context).getParams() });
    return true;
  }
}

@RealtimeChannel(inboxChannel)
@UseGuards(InboxGuard)
class OnInbox {
  constructor(private readonly seen: Seen) {}
  @RealtimeHandler()
  async handle(_payload: object, context: RealtimeContext<typeof inboxChannel>): Promise<void> {
    this.seen.byHandler.push({ ...context.params });
    await context.broadcast('message', { n: 2 });
  }
}

const IDS = [
  ['auth0|507f', 'inbox.auth0%7C507f'],
  ['ada@example.com', 'inbox.ada%40example%2Ecom'],
  ['google-oauth2|114.5', 'inbox.google-oauth2%7C114%2E5'],
  ['CN=Ada Lovelace,DC=example', 'inbox.CN%3DAda%20Lovelace%2CDC%3Dexample'],
  ['100%25', 'inbox.100%2525'],
  ['Ångström', 'inbox.%C3%85ngstr%C3%B6m'],
  ['👩‍🚀', 'inbox.%F0%9F%91%A9%E2%80%8D%F0%9F%9A%80'],
] as const;

describe('ids as identity providers make them', () => {
  let app: TestApp;
  let seen: Seen;

  beforeAll(async () => {
    app = await boot({
      imports: [RealtimeModule.forRoot({ authenticator: AnyUser })],
      providers: [OnInbox, Seen, InboxGuard],
    });
    seen = app.nest.get(Seen);
  });
  beforeEach(() => {
    seen.byGuard.length = seen.byHandler.length = 0;
  });
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  it.each(IDS)('let the user %j into their channel %s, and no other user', async (userId, channel) => {
    const [owner, other] = [await app.connect({ as: userId }), await app.connect({ as: `${userId}2` })];
    const subscribed = app.record('subscribed');
    const broadcast = app.record('broadcast');
    const handled = app.record('handled');
    expect(await owner.subscribe(channel)).toEqual({ ok: true, channel });
    expect(await other.subscribe(channel)).toMatchObject({ ok: false, error: { code: 'FORBIDDEN' } });
    await app.broadcast(inboxChannel.with({ userId }), { n: 1 });
    expect(await owner.send(channel, 'message', {})).toMatchObject({ ok: true });
    expect(owner.events).toEqual([1, 2].map((n) => ({ channel, event: 'message', payload: { n } })));
    expect(seen).toEqual({ byGuard: [{ userId }, { userId }], byHandler: [{ userId }] });
    const channels = [subscribed, broadcast, handled].map((events) => events.map((event) => event.channel.name));
    expect(channels).toEqual([[channel], [channel, channel], [channel]]);
    expect(await owner.unsubscribe(channel)).toEqual({ ok: true, channel });
  });

  it.each(IDS)('are encoded by the client: %j', async (userId, channel) => {
    const client = createRealtimeClient({ url: app.url, auth: () => ({ token: userId }) });
    for (const handle of [
      client.channel(inboxChannel, { userId }),
      client.channel<typeof inboxChannel>('inbox.{userId}', { userId }),
    ]) {
      expect(handle.name).toBe(channel);
      await handle.ready();
      const heard = new Promise((resolve) => handle.on('message', resolve));
      await handle.send('message', {});
      expect(await heard).toEqual({ n: 2 });
    }
    client.disconnect();
  });

  it.each([
    ['auth0|507f', 'inbox.auth0|507f', 'what must be encoded, as it is'],
    ['auth0|507f', 'inbox.auth0%7c507f', 'lower case'],
    ['auth0|507f', 'inbox.%61uth0%7C507f', 'what need not be encoded, encoded'],
    ['auth0|507f', 'inbox.auth0%7C507%', 'a sign alone'],
    ['a.b', 'inbox.a.%62', 'a plain letter encoded'],
    ['a.b', 'inbox.a%C0%AEb', 'an overlong dot'],
    ['é', 'inbox.%c3%a9', 'lower case in two bytes'],
    ['é', 'inbox.%C3', 'a truncated character'],
    ['é', 'inbox.%E9', 'Latin-1'],
    ['\ufffd', 'inbox.%ED%A0%80', 'a surrogate'],
    ['\ufffd', 'inbox.%F4%90%80%80', 'beyond the last code point'],
    ['ada', 'inbox.ada%00', 'a control character'],
    ['ada', 'inbox.%61%64%61', 'a plain name encoded'],
    ['ada', '%69nbox.ada', 'a literal encoded'],
  ])('have one spelling: for %j, %s is malformed (%s)', async (userId, channel) => {
    const client = await app.connect({ as: userId });
    const refusals = app.record('refused');
    for (const answer of [
      await client.subscribe(channel),
      await client.send(channel, 'message', {}),
      await client.unsubscribe(channel),
    ]) {
      expect(answer).toMatchObject({ ok: false, error: { code: 'BAD_REQUEST' } });
    }
    expect(seen).toEqual({ byGuard: [], byHandler: [] });
    expect(refusals.map(({ code }) => code)).toEqual(Array(3).fill('BAD_REQUEST'));
  });

  it('are compared as they are, without normalization', async () => {
    const [composed, decomposed] = ['\u00e9', 'e\u0301'].map((userId) => inboxChannel.with({ userId }).name);
    const client = await app.connect({ as: '\u00e9' });
    expect(await client.subscribe(composed)).toEqual({ ok: true, channel: composed });
    expect(await client.subscribe(decomposed)).toMatchObject({ error: { code: 'FORBIDDEN' } });
    for (const name of [inboxChannel.with({ userId: 'É' }).name, inboxChannel.with({ userId: ' é' }).name]) {
      expect(await client.subscribe(name)).toMatchObject({ error: { code: 'FORBIDDEN' } });
    }
  });
});
