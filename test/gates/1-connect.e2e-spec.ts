// Gate 1 over a real socket: who gets in, and as whom?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CanActivate, type ExecutionContext, Injectable, Module, UnauthorizedException } from '@nestjs/common';
import {
  defineRealtimeChannel,
  IRealtimeAuthenticator,
  RealtimeChannel,
  RealtimeContext,
  RealtimeException,
  RealtimeExecutionContext,
  RealtimeHandler,
  RealtimeModule,
  type RealtimeUser,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { RawSocket } from '../kit/raw-socket.js';

const BAD_CREDENTIALS = { code: 'UNAUTHENTICATED', message: 'Authentication is required.', retryable: false };
const OUTAGE = { code: 'UNAVAILABLE', message: 'The service is unavailable.', retryable: true };

describe('gate 1, connect', () => {
  afterAll(closeApps);

  describe('with a session authenticator', () => {
    let app: TestApp;

    beforeAll(async () => {
      app = await boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, allowMissingOrigin: true })] });
    });

    it('welcomes a user with the protocol version, his connection and what he may know of himself', async () => {
      const client = await app.connect({ as: 'bob' });
      expect(await client.welcome()).toEqual({
        protocol: 1,
        connectionId: client.socket.id,
        user: { userId: 'bob', roles: ['editor'] },
      });
      await client.settle();
      expect(client.log.filter((entry) => entry === 'rt:welcome')).toHaveLength(1);
    });

    it('takes a connection without credentials as anonymous', async () => {
      const client = await app.connect();
      expect(await client.welcome()).toEqual({ protocol: 1, connectionId: client.socket.id, user: null });
    });

    it('reads the session from the cookie of the upgrade request', async () => {
      const client = await app.connect({ headers: { cookie: 'theme=dark; session=ann' } });
      expect((await client.welcome()).user).toEqual({ userId: 'ann', roles: [] });
    });

    it('prefers the token to the cookie', async () => {
      const client = await app.connect({ as: 'bob', headers: { cookie: 'session=ann' } });
      expect((await client.welcome()).user?.userId).toBe('bob');
    });

    it.each([
      ['an unknown token', { as: 'mallory' }],
      ['an unknown cookie', { headers: { cookie: 'session=mallory' } }],
      ['an empty token', { as: '' }],
      ['a token that is no string', { auth: { token: 42 } }],
      ['a token of null beside a good cookie', { auth: { token: null }, headers: { cookie: 'session=ann' } }],
      ['the name of an inherited property', { as: 'constructor' }],
    ])('refuses %s as bad credentials, never as anonymous', async (_what, options) => {
      await expect(app.connect(options)).rejects.toMatchObject({ data: BAD_CREDENTIALS });
    });

    it('refuses a namespace that nobody serves', async () => {
      await expect(app.connect({ as: 'ann', namespace: '/elsewhere' })).rejects.toThrow('Invalid namespace');
    });
  });

  describe('with an authenticator that fails', () => {
    let behave: () => Promise<RealtimeUser | null>;
    let app: TestApp;

    class Moody extends IRealtimeAuthenticator {
      override authenticate(): Promise<RealtimeUser | null> {
        return behave();
      }
    }

    beforeAll(async () => {
      app = await boot({ imports: [RealtimeModule.forRoot({ authenticator: Moody, authenticationTimeout: 50 })] });
    });

    it.each<[string, () => unknown]>([
      [
        'throws',
        () => {
          throw new Error('SECRET database is down');
        },
      ],
      [
        'throws a string',
        () => {
          throw 'SECRET';
        },
      ],
      ['rejects', () => Promise.reject(new Error('SECRET'))],
      ['never settles', () => new Promise(() => undefined)],
      ['resolves undefined', () => Promise.resolve(undefined)],
      ['resolves false', () => Promise.resolve(false)],
      ['resolves a string', () => Promise.resolve('ann')],
      ['resolves a user without an id', () => Promise.resolve({ roles: [] })],
      ['resolves a user whose id is a number', () => Promise.resolve({ userId: 7, roles: [] })],
      ['resolves a user whose id is empty', () => Promise.resolve({ userId: '', roles: [] })],
      ['resolves a user without roles', () => Promise.resolve({ userId: 'ann' })],
      ['resolves a user whose roles are a string', () => Promise.resolve({ userId: 'ann', roles: 'admin' })],
      ['resolves a user whose expiry is no date', () => Promise.resolve({ userId: 'a', roles: [], expiresAt: 'soon' })],
    ])('is unavailable and asks to come back when it %s', async (_what, behaviour) => {
      behave = behaviour as typeof behave;
      await expect(app.connect()).rejects.toMatchObject({ data: OUTAGE });
      expect(app.stats()).toMatchObject({ connections: 0, pendingAuthentications: 0 });
    });

    it.each<[string, Error]>([
      ['UnauthorizedException', new UnauthorizedException('SECRET which part was wrong')],
      ['RealtimeException', new RealtimeException('UNAUTHENTICATED', { reason: 'SECRET' })],
    ])('takes %s for bad credentials and keeps its text', async (_what, error) => {
      behave = () => Promise.reject(error);
      await expect(app.connect()).rejects.toMatchObject({ data: BAD_CREDENTIALS });
    });

    it('says in the welcome when the credentials end, and nothing that is not for the client', async () => {
      const expiresAt = new Date('2030-01-01T00:00:00Z');
      behave = async () => ({ userId: 'ann', roles: ['r'], expiresAt, sessionId: 'SECRET', claims: { secret: 1 } });
      const client = await app.connect();
      expect(await client.welcome()).toEqual({
        protocol: 1,
        connectionId: client.socket.id,
        user: { userId: 'ann', roles: ['r'] },
        expiresAt: '2030-01-01T00:00:00.000Z',
      });
    });
  });

  describe('before the user is known', () => {
    const whoChannel = defineRealtimeChannel({ name: 'connect.who', scope: 'public', message: z.unknown() });
    const speakers: (string | null)[] = [];
    let authentications = 0;
    let app: TestApp;

    @RealtimeChannel(whoChannel)
    class OnWho {
      @RealtimeHandler()
      handle(_payload: unknown, { userId }: RealtimeContext<typeof whoChannel>): string | null {
        speakers.push(userId);
        return userId;
      }
    }

    class Counting extends KnownUsers {
      override async authenticate(...args: Parameters<KnownUsers['authenticate']>) {
        authentications++;
        await new Promise(setImmediate);
        return super.authenticate(...args);
      }
    }

    beforeAll(async () => {
      app = await boot({ imports: [RealtimeModule.forRoot({ authenticator: Counting })], providers: [OnWho] });
    });

    it('runs what was sent in the tick of the connect only once the user is on the connection', async () => {
      let reply: Promise<unknown> | undefined;
      const client = await app.connect({
        as: 'ann',
        prepare: (socket) => {
          socket.emit('rt:subscribe', { channel: 'connect.who' });
          reply = new Promise((resolve) => socket.emit('rt:message', { channel: 'connect.who', payload: 1 }, resolve));
        },
      });
      expect(await reply).toEqual({ ok: true, data: 'ann' });
      const disconnected = app.nextHook('disconnected');
      client.close();
      await disconnected;
    });

    it('runs nothing of a peer that does not wait for the answer to its CONNECT', async () => {
      speakers.length = 0;
      const raw = await RawSocket.open(app.url);
      raw.send(
        '40{"token":"ann"}',
        '42["rt:subscribe",{"channel":"connect.who"}]',
        '42["rt:message",{"channel":"connect.who","payload":1}]',
      );
      await raw.closed;
      expect(speakers).toEqual([]);
    });

    it('authenticates once per transport connection, however many CONNECT frames it sends', async () => {
      authentications = 0;
      const raw = await RawSocket.open(app.url);
      raw.send(...Array.from({ length: 500 }, () => '40{"token":"ann"}'));
      await raw.closed;
      expect(authentications).toBe(1);
      expect(app.stats()).toMatchObject({ connections: 0, pendingAuthentications: 0 });
    });

    it('lets a second CONNECT of an established connection authenticate nobody', async () => {
      authentications = 0;
      const raw = await RawSocket.open(app.url);
      const connected = app.nextHook('connected');
      raw.send('40{"token":"ann"}');
      await connected;
      raw.send('40{"token":"root"}');
      await raw.closed;
      expect(authentications).toBe(1);
    });
  });

  describe('with guards of the application', () => {
    @Injectable()
    class Ban {
      readonly banned = new Set(['bob']);
    }
    @Module({ providers: [Ban], exports: [Ban] })
    class BanModule {}
    const seen: unknown[] = [];
    let app: TestApp;

    @Injectable()
    class NotBanned implements CanActivate {
      constructor(private readonly ban: Ban) {}
      async canActivate(context: ExecutionContext): Promise<boolean> {
        const realtime = RealtimeExecutionContext.create(context);
        seen.push([realtime.getGate(), realtime.getUser()?.userId ?? null, realtime.getHandshake()?.auth.device]);
        return !this.ban.banned.has(realtime.getUser()?.userId ?? '');
      }
    }
    @Injectable()
    class OnlyKnown implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        const device = RealtimeExecutionContext.create(context).getHandshake()?.auth.device;
        if (device === 'broken') throw new Error('SECRET guard');
        if (device === 'busy') throw new RealtimeException('UNAVAILABLE', { reason: 'SECRET' });
        return device !== 'unknown';
      }
    }

    beforeAll(async () => {
      app = await boot({
        imports: [
          RealtimeModule.forRoot({
            imports: [BanModule],
            authenticator: KnownUsers,
            guards: { connect: [NotBanned, OnlyKnown] },
          }),
        ],
      });
    });

    it('lets in whom all of them pass; they see the user and the handshake', async () => {
      seen.length = 0;
      const client = await app.connect({ as: 'ann', auth: { device: 'phone' } });
      expect((await client.welcome()).user?.userId).toBe('ann');
      expect(seen).toEqual([['connect', 'ann', 'phone']]);
    });

    it('refuses a user whom one of them denies', async () => {
      const data = { code: 'FORBIDDEN', message: 'Not allowed.', retryable: false };
      await expect(app.connect({ as: 'bob' })).rejects.toMatchObject({ data });
      await expect(app.connect({ as: 'ann', auth: { device: 'unknown' } })).rejects.toMatchObject({ data });
    });

    it('refuses an anonymous whom one of them denies as unauthenticated', async () => {
      await expect(app.connect({ auth: { device: 'unknown' } })).rejects.toMatchObject({ data: BAD_CREDENTIALS });
    });

    it('passes on the code of a refusal they throw, and none of its reason', async () => {
      await expect(app.connect({ as: 'ann', auth: { device: 'busy' } })).rejects.toMatchObject({ data: OUTAGE });
    });

    it('refuses as an internal error what they throw by accident', async () => {
      const error: unknown = await app.connect({ as: 'ann', auth: { device: 'broken' } }).catch((e: unknown) => e);
      expect(error).toMatchObject({ data: { code: 'INTERNAL', retryable: true } });
      expect(JSON.stringify((error as { data: unknown }).data)).not.toContain('SECRET');
    });
  });

  describe('by Origin', () => {
    let authentications = 0;
    class Counting extends KnownUsers {
      override authenticate(...args: Parameters<KnownUsers['authenticate']>) {
        authentications++;
        return super.authenticate(...args);
      }
    }
    const cookie = 'session=ann';
    let app: TestApp;

    beforeAll(async () => {
      app = await boot({
        imports: [RealtimeModule.forRoot({ authenticator: Counting, origins: ['https://listed.example'] })],
      });
    });

    it.each([
      ['a foreign origin', { origin: 'https://evil.example', cookie }],
      ['a foreign origin with a good token', { origin: 'https://evil.example' }],
      ['the null origin of a sandboxed page', { origin: 'null', cookie }],
      ['a listed host on another scheme', { origin: 'http://listed.example', cookie }],
      ['a listed host on another port', { origin: 'https://listed.example:8443', cookie }],
      ['an origin that begins like a listed one', { origin: 'https://listed.example.evil.example', cookie }],
      ['a cookie without an origin', { cookie }],
    ])('refuses %s before the authenticator is asked', async (_what, headers) => {
      authentications = 0;
      const refused = app.nextHook('refused');
      await expect(app.connect({ headers })).rejects.toThrow('websocket error');
      expect(authentications).toBe(0);
      expect(await refused).toMatchObject({ gate: 'connect', code: 'FORBIDDEN', connection: null });
    });

    it.each([
      ['a listed origin', () => ({ origin: 'https://listed.example', cookie })],
      ["the server's own origin", () => ({ origin: app.url, cookie })],
      ['a browser that says the request is of the same origin', () => ({ 'sec-fetch-site': 'same-origin', cookie })],
    ])('lets in %s', async (_what, headers) => {
      const client = await app.connect({ headers: headers() });
      expect((await client.welcome()).user?.userId).toBe('ann');
    });

    it('lets in a peer without an origin that brings no cookie', async () => {
      expect((await (await app.connect({ as: 'bob' })).welcome()).user?.userId).toBe('bob');
    });

    it('lets in a cookie without an origin where that is allowed', async () => {
      const lenient = await boot({
        imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, allowMissingOrigin: true })],
      });
      const client = await lenient.connect({ headers: { cookie } });
      expect((await client.welcome()).user?.userId).toBe('ann');
    });
  });
});
