// Which clients get in at gate 1, and as which user, over a real socket?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UnauthorizedException } from '@nestjs/common';
import {
  defineRealtimeChannel,
  IRealtimeAuthenticator,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeException,
  RealtimeHandler,
  RealtimeModule,
  type RealtimeUser,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { RawSocket } from '../kit/raw-socket.js';

const LIMITS = { messagesPerSecond: 20, messageBurst: 40, payloadBytes: 65_536, subscriptionsPerConnection: 128 };
const BAD_CREDENTIALS = { code: 'UNAUTHENTICATED', message: 'Authentication is required.', retryable: false };
const OUTAGE = { code: 'UNAVAILABLE', message: 'The service is unavailable.', retryable: true };

describe('gate 1, connect', () => {
  afterAll(closeApps);

  describe('with a session authenticator', () => {
    let app: TestApp;

    beforeAll(async () => {
      app = await boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, allowMissingOrigin: true })] });
    });

    it('welcomes a user with the protocol version, the connection, its limits and what users may know of themselves', async () => {
      const client = await app.connect({ as: 'bob' });
      expect(await client.welcome()).toEqual({
        protocol: 1,
        connectionId: client.socket.id,
        user: { userId: 'bob', roles: ['editor'] },
        limits: LIMITS,
      });
      await client.settle();
      expect(client.log.filter((entry) => entry === 'rt:welcome')).toHaveLength(1);
    });

    it('tells the limits that the application has set', async () => {
      const limits = { messagesPerSecond: 2, messageBurst: 3, payloadBytes: 400, subscriptionsPerConnection: 5 };
      const options = {
        authenticator: KnownUsers,
        allowMissingOrigin: true,
        limits: { ...limits, handlersInFlight: 9 },
      };
      const limited = await boot({ imports: [RealtimeModule.forRoot(options)] });
      expect((await (await limited.connect()).welcome()).limits).toEqual(limits);
    });

    it('treats a connection without credentials as anonymous', async () => {
      const client = await app.connect();
      expect(await client.welcome()).toEqual({
        protocol: 1,
        connectionId: client.socket.id,
        user: null,
        limits: LIMITS,
      });
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

    it('refuses a namespace that the server does not serve', async () => {
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
          throw 'SECRET' as unknown as Error;
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
    ])('is answered as unavailable, with a retry, when it %s', async (_what, behaviour) => {
      behave = behaviour as typeof behave;
      await expect(app.connect()).rejects.toMatchObject({ data: OUTAGE });
      expect(app.stats()).toMatchObject({ connections: 0, pendingAuthentications: 0 });
    });

    it.each<[string, Error]>([
      ['UnauthorizedException', new UnauthorizedException('SECRET which part was wrong')],
      ['RealtimeException', new RealtimeException('UNAUTHENTICATED', { reason: 'SECRET' })],
    ])('treats %s as bad credentials and keeps its text', async (_what, error) => {
      behave = () => Promise.reject(error);
      await expect(app.connect()).rejects.toMatchObject({ data: BAD_CREDENTIALS });
    });

    it('puts the end of the credentials into the welcome, and nothing that the client must not see', async () => {
      const expiresAt = new Date('2030-01-01T00:00:00Z');
      behave = async () => ({ userId: 'ann', roles: ['r'], expiresAt, sessionId: 'SECRET', claims: { secret: 1 } });
      const client = await app.connect();
      expect(await client.welcome()).toEqual({
        protocol: 1,
        connectionId: client.socket.id,
        user: { userId: 'ann', roles: ['r'] },
        limits: LIMITS,
        expiresAt: '2030-01-01T00:00:00.000Z',
      });
    });
  });

  describe('before the user is known', () => {
    const whoChannel = defineRealtimeChannel({
      name: 'connect.who',
      scope: 'public',
      messages: { message: { payload: z.unknown(), reply: z.string().nullable() } },
    });
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

    it('runs what was sent in the tick of the connect only once the connection has its user', async () => {
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

    it('authenticates once for each transport connection, however many CONNECT frames it sends', async () => {
      authentications = 0;
      const raw = await RawSocket.open(app.url);
      raw.send(...Array.from({ length: 500 }, () => '40{"token":"ann"}'));
      await raw.closed;
      expect(authentications).toBe(1);
      expect(app.stats()).toMatchObject({ connections: 0, pendingAuthentications: 0 });
    });

    it('authenticates no second CONNECT of an established connection', async () => {
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
});
