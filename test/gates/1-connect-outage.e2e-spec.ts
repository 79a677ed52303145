// Who learns of an authenticator that is broken? The log, the hook and the counters; the client learns that it may try again.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  BadRequestException,
  type CanActivate,
  type ExecutionContext,
  ForbiddenException,
  HttpException,
  InternalServerErrorException,
  ServiceUnavailableException,
  UnauthorizedException,
} from '@nestjs/common';
import {
  IRealtimeAuthenticator,
  IRealtimeConnections,
  RealtimeException,
  RealtimeExecutionContext,
  type RealtimeHookEvents,
  RealtimeModule,
  type RealtimeUser,
  SessionAuthenticator,
} from 'nestjs-realtime';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { LogBook } from '../kit/log-book.js';

type Refused = RealtimeHookEvents['refused'];

let behave: () => unknown;
let refreshed: () => unknown;
let guard: () => unknown;

class AppAuthenticator extends IRealtimeAuthenticator {
  override authenticate(): Promise<RealtimeUser | null> {
    return behave() as Promise<RealtimeUser | null>;
  }
  override refresh(): Promise<RealtimeUser | null> {
    return refreshed() as Promise<RealtimeUser | null>;
  }
}
class AppSessions extends SessionAuthenticator {
  protected override findUser(): Promise<RealtimeUser | null> {
    return behave() as Promise<RealtimeUser | null>;
  }
}
class AppGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    RealtimeExecutionContext.create(context);
    return guard() as boolean;
  }
}
const ann = { userId: 'ann', roles: [] };
const rejects = (error: unknown) => (): unknown => Promise.reject(error);

describe.each([
  ['an authenticator', AppAuthenticator],
  ['a SessionAuthenticator', AppSessions],
] as const)('%s that is broken', (_what, authenticator) => {
  let app: TestApp;
  let logs: LogBook;
  const refused: Refused[] = [];
  const { name } = authenticator;

  beforeAll(async () => {
    logs = new LogBook();
    app = await boot(
      {
        imports: [
          RealtimeModule.forRoot({ authenticator, authenticationTimeout: 50, guards: { connect: [AppGuard] } }),
        ],
      },
      { logger: logs },
    );
    app.hooks.on('refused', (refusal) => void refused.push(refusal));
  });
  beforeEach(() => {
    refused.length = 0;
    logs.lines.length = 0;
    behave = () => Promise.resolve(ann);
    guard = () => true;
  });
  afterAll(closeApps);

  const knock = async (): Promise<unknown> => {
    const error: unknown = await app.connect({ as: 'ann' }).catch((e: unknown) => e);
    return (error as { data: unknown }).data;
  };

  it.each<[string, () => unknown, string]>([
    ['throws', () => JSON.parse('{') as never, `${name} failed`],
    ['has a bug', () => (undefined as unknown as { id: string }).id, `${name} failed`],
    ['has lost its database', rejects(new Error('connect ECONNREFUSED 10.0.0.1:5432')), `${name} failed`],
    ['fails as over HTTP', rejects(new InternalServerErrorException('it broke')), `${name} failed`],
    ['never settles', () => new Promise(() => undefined), `${name} was late`],
    [
      'returns an id that is a number',
      async () => ({ userId: 42, roles: [] }),
      'userId must be a non-empty string, and is a number; return String(id)',
    ],
    [
      'returns a role',
      async () => ({ userId: 'ann', roles: 'admin' }),
      'roles must be an array of strings, and is a string; return [role]',
    ],
    [
      'returns roles of numbers',
      async () => ({ userId: 'ann', roles: [1] }),
      'roles must be an array of strings, and one is a number',
    ],
    [
      'returns an end as text',
      async () => ({ ...ann, expiresAt: '2030-01-01' }),
      'expiresAt must be a valid Date, and is a string; return new Date(text)',
    ],
    [
      'returns an end in seconds',
      async () => ({ ...ann, expiresAt: 1_900_000_000 }),
      'expiresAt must be a valid Date, and is a number; return new Date(seconds * 1000)',
    ],
  ])(
    'is one error in the log, and a cause and a count for each client, where it %s',
    async (_title, behaviour, text) => {
      behave = behaviour;
      const before = app.stats().refusals.UNAVAILABLE ?? 0;
      for (let n = 0; n < 3; n++) {
        expect(await knock()).toEqual({ code: 'UNAVAILABLE', message: 'The service is unavailable.', retryable: true });
      }
      expect(logs.errors()).toHaveLength(1);
      const [line] = logs.errors();
      expect(line).toContain(text);
      expect(line).toContain(`${name} `);
      expect(line).toMatch(/\n {4}.*\n {4} +at /);
      expect(line).toContain(refused[0].correlationId);
      expect(refused).toHaveLength(3);
      for (const { code, cause, reason } of refused) {
        expect([code, cause instanceof Error]).toEqual(['UNAVAILABLE', true]);
        expect(reason).toContain(name);
      }
      expect(app.stats().refusals.UNAVAILABLE).toBe(before + 3);
    },
  );

  it('is a warning where it says itself that it is unavailable', async () => {
    behave = rejects(new ServiceUnavailableException('the directory is down'));
    for (let n = 0; n < 3; n++) expect(await knock()).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(logs.lines.filter((line) => line.startsWith('warn '))).toEqual([
      `warn ${name} refused as UNAVAILABLE: the directory is down Realtime`,
    ]);
  });

  it.each<[Error, string, boolean]>([
    [new UnauthorizedException('SECRET'), 'UNAUTHENTICATED', false],
    [new ForbiddenException('SECRET'), 'FORBIDDEN', false],
    [new BadRequestException('SECRET'), 'INVALID_PAYLOAD', false],
    [new HttpException('SECRET', 429), 'RATE_LIMITED', true],
    [new ServiceUnavailableException('SECRET'), 'UNAVAILABLE', true],
    [new RealtimeException('FORBIDDEN', { reason: 'SECRET' }), 'FORBIDDEN', false],
  ])('refuses by the status of %p, as a connect guard does', async (error, code, retryable) => {
    behave = rejects(error);
    const byAuthenticator = await knock();
    expect(byAuthenticator).toMatchObject({ code, retryable });
    expect(JSON.stringify(byAuthenticator)).not.toContain('SECRET');
    expect(refused[0].cause ?? error).toBe(error);
    behave = () => Promise.resolve(ann);
    guard = () => {
      throw error;
    };
    expect(await knock()).toEqual(byAuthenticator);
    expect(logs.errors()).toEqual([]);
  });

  it('keeps a connection as it is where rt:authenticate finds it broken', async () => {
    const client = await app.connect({ as: 'ann' });
    behave = rejects(new TypeError('of rt:authenticate'));
    expect((await client.request('rt:authenticate', { token: 'ann' })).error).toMatchObject({ code: 'UNAVAILABLE' });
    behave = rejects(new ForbiddenException());
    expect((await client.request('rt:authenticate', { token: 'ann' })).error).toMatchObject({ code: 'FORBIDDEN' });
    expect(logs.errors().filter((line) => line.includes('of rt:authenticate'))).toHaveLength(1);
    expect(app.stats().connections).toBe(1);
    client.close();
  });
});

describe('a refresh() that is broken', () => {
  afterAll(closeApps);

  it('is one error in the log, and a cause and a count for each connection', async () => {
    const logs = new LogBook();
    const app = await boot(
      { imports: [RealtimeModule.forRoot({ authenticator: AppAuthenticator })] },
      { logger: logs },
    );
    const refused: Refused[] = [];
    app.hooks.on('refused', (refusal) => void refused.push(refusal));
    behave = () => Promise.resolve(ann);
    await Promise.all([app.connect(), app.connect(), app.connect()]);
    const connections = app.nest.get(IRealtimeConnections);
    for (const [behaviour, text] of [
      [rejects(new TypeError('no such table')), 'no such table'],
      [async () => ({ userId: 42, roles: [] }), 'return String(id)'],
    ] as const) {
      refreshed = behaviour;
      logs.lines.length = refused.length = 0;
      await connections.reauthorize({ userId: 'ann' });
      expect(logs.errors()).toHaveLength(1);
      expect(logs.errors()[0]).toContain(text);
      expect(logs.errors()[0]).toContain('AppAuthenticator.refresh()');
      expect(refused.map(({ code }) => code)).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
      expect(logs.errors()[0]).toContain(refused[0].correlationId);
    }
    expect(app.stats().connections).toBe(3);
  });
});
