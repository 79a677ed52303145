// Which clients do the application's guards and the Origin check keep out at gate 1, over a real socket?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type CanActivate, type ExecutionContext, Injectable, Module } from '@nestjs/common';
import { RealtimeException, RealtimeExecutionContext, RealtimeModule } from 'nestjs-realtime';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const BAD_CREDENTIALS = { code: 'UNAUTHENTICATED', message: 'Authentication is required.', retryable: false };
const OUTAGE = { code: 'UNAVAILABLE', message: 'The service is unavailable.', retryable: true };

describe('gate 1, connect', () => {
  afterAll(closeApps);

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

    it('admits a client that all guards pass; they see the user and the handshake', async () => {
      seen.length = 0;
      const client = await app.connect({ as: 'ann', auth: { device: 'phone' } });
      expect((await client.welcome()).user?.userId).toBe('ann');
      expect(seen).toEqual([['connect', 'ann', 'phone']]);
    });

    it('refuses a user that one guard denies', async () => {
      const data = { code: 'FORBIDDEN', message: 'Not allowed.', retryable: false };
      await expect(app.connect({ as: 'bob' })).rejects.toMatchObject({ data });
      await expect(app.connect({ as: 'ann', auth: { device: 'unknown' } })).rejects.toMatchObject({ data });
    });

    it('refuses an anonymous client as unauthenticated where one guard denies it', async () => {
      await expect(app.connect({ auth: { device: 'unknown' } })).rejects.toMatchObject({ data: BAD_CREDENTIALS });
    });

    it('passes on the code of a refusal that a guard throws, and none of its reason', async () => {
      await expect(app.connect({ as: 'ann', auth: { device: 'busy' } })).rejects.toMatchObject({ data: OUTAGE });
    });

    it('answers as an internal error what a guard throws by accident', async () => {
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
        imports: [RealtimeModule.forRoot({ authenticator: Counting, origins: ['https://listed.example', 'self'] })],
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
    ])('admits %s', async (_what, headers) => {
      const client = await app.connect({ headers: headers() });
      expect((await client.welcome()).user?.userId).toBe('ann');
    });

    it('admits a peer without an origin that sends no cookie', async () => {
      expect((await (await app.connect({ as: 'bob' })).welcome()).user?.userId).toBe('bob');
    });

    it('admits a cookie without an origin where that is allowed', async () => {
      const lenient = await boot({
        imports: [RealtimeModule.forRoot({ authenticator: KnownUsers, allowMissingOrigin: true })],
      });
      const client = await lenient.connect({ headers: { cookie } });
      expect((await client.welcome()).user?.userId).toBe('ann');
    });
  });
});
