import { describe, expect, it } from '@jest/globals';
import type { ChannelScope } from '@nestjs-realtime/contract';
import { authorize } from './authorize.js';
import type { RealtimeHandshake } from './realtime-handshake.js';
import { publicUser, type RealtimeUser, userFault } from './realtime-user.js';
import { AnonymousAuthenticator } from './realtime.authenticator.js';
import { SessionAuthenticator } from './session.authenticator.js';

const user = (userId: unknown, roles: readonly string[] = []): RealtimeUser => ({ userId: userId as string, roles });
const owned: ChannelScope<'userId'> = { userScoped: 'userId' };

describe('authorize', () => {
  const anonymous = null;
  const ada = user('ada');
  const bob = user('bob');
  const admin = user('root', ['admin', 'staff']);
  const editor = user('eve', ['editor', 'Admin', 'administrator']);

  it.each<[string, ChannelScope, Record<string, string>, RealtimeUser | null, boolean]>([
    ['public', 'public', {}, anonymous, true],
    ['public', 'public', {}, ada, true],
    ['authenticated', 'authenticated', {}, anonymous, false],
    ['authenticated', 'authenticated', {}, ada, true],
    ['role', { role: 'admin' }, {}, anonymous, false],
    ['role', { role: 'admin' }, {}, ada, false],
    ['role', { role: 'admin' }, {}, admin, true],
    ['role', { role: 'admin' }, {}, editor, false],
    ['userScoped', owned, { userId: 'ada' }, anonymous, false],
    ['userScoped', owned, { userId: 'ada' }, ada, true],
    ['userScoped', owned, { userId: 'ada' }, bob, false],
    ['userScoped', owned, { userId: 'ada' }, admin, false],
    ['userScoped', owned, { other: 'ada' }, ada, false],
    ['userScoped', owned, {}, ada, false],
    ['userScoped', owned, Object.create({ userId: 'ada' }) as Record<string, string>, ada, false],
  ])('%s scope, case %#', (_name, scope, params, who, allowed) => {
    expect(authorize({ scope }, params, who)).toBe(allowed);
  });

  it.each<[unknown, unknown, boolean]>([
    ['42', '42', true],
    ['42', '042', false],
    ['042', '42', false],
    ['42', ' 42', false],
    [' 42', '42', false],
    ['42', '42 ', false],
    ['42', '4２', false],
    ['42', 42, false],
    [42, '42', false],
    [42, 42, false],
    ['ada', 'ADA', false],
    ['undefined', undefined, false],
    [undefined, undefined, false],
    [undefined, 'undefined', false],
    ['null', null, false],
    [null, null, false],
    ['', '', false],
    ['true', true, false],
    ['a', ['a'], false],
    ['[object Object]', {}, false],
  ])('compares the param %j with the user id %j exactly', (param, userId, allowed) => {
    expect(authorize({ scope: owned }, { userId: param as string }, user(userId))).toBe(allowed);
  });

  it.each([undefined, null, '', 42, 0, Number.NaN, true, {}, []])(
    'treats a user without an id (%j) as anonymous',
    (userId) => {
      expect(authorize({ scope: 'authenticated' }, {}, user(userId))).toBe(false);
      expect(authorize({ scope: { role: 'admin' } }, {}, user(userId, ['admin']))).toBe(false);
      expect(authorize({ scope: 'public' }, {}, user(userId))).toBe(true);
    },
  );

  it.each([
    undefined,
    null,
    '',
    'Public',
    'private',
    'everyone',
    42,
    true,
    {},
    [],
    ['public'],
    { admin: true },
    { roles: ['admin'] },
    { role: undefined },
    { role: ['admin'] },
    { userScoped: undefined },
    { userScoped: '__proto__' },
    { userScoped: 'constructor' },
    { userScoped: 'toString' },
    () => true,
    Symbol('public'),
  ])('denies every user where the scope is unknown, case %#', (scope) => {
    const params = { userId: 'root', undefined: 'root' };
    expect(authorize({ scope: scope as ChannelScope }, { userId: 'root' }, admin)).toBe(false);
    expect(authorize({ scope: scope as ChannelScope }, { userId: 'root' }, anonymous)).toBe(false);
    expect(authorize({ scope: scope as ChannelScope }, params, ada)).toBe(false);
  });
});

describe('a user', () => {
  it.each([
    { userId: 'a', roles: [] },
    { userId: '0', roles: ['x', ''], sessionId: 's', claims: { a: 1 } },
    { userId: 'a', roles: [], expiresAt: new Date() },
    { userId: 'a', roles: [], expiresAt: undefined, sessionId: undefined },
  ])('is valid, case %#', (value) => {
    expect(userFault(value)).toBeNull();
  });

  it.each<[unknown, string]>([
    [undefined, 'neither a user nor null'],
    [null, 'neither a user nor null'],
    ['ada', 'neither a user nor null'],
    [42, 'neither a user nor null'],
    [true, 'neither a user nor null'],
    [{}, 'userId'],
    [[], 'userId'],
    [{ userId: 42, roles: [] }, 'userId'],
    [{ userId: '', roles: [] }, 'userId'],
    [{ userId: null, roles: [] }, 'userId'],
    [{ userId: 'a' }, 'roles'],
    [{ userId: 'a', roles: 'admin' }, 'roles'],
    [{ userId: 'a', roles: new Set(['admin']) }, 'roles'],
    [{ userId: 'a', roles: [1] }, 'roles'],
    [{ userId: 'a', roles: ['a', undefined] }, 'roles'],
    [
      { userId: 'a', roles: [], sessionId: 5 },
      'sessionId must be a non-empty string, and is a number; return String(id)',
    ],
    [{ userId: 'a', roles: [], sessionId: '' }, 'sessionId'],
    [{ userId: 'a', roles: [], sessionId: null }, 'sessionId must be a non-empty string, and is null; leave it out'],
    [{ userId: 'a', roles: [], expiresAt: 'tomorrow' }, 'expiresAt'],
    [{ userId: 'a', roles: [], expiresAt: null }, 'expiresAt'],
    [{ userId: 'a', roles: [], expiresAt: 1 }, 'expiresAt'],
    [{ userId: 'a', roles: [], expiresAt: new Date(Number.NaN) }, 'expiresAt'],
  ])('is not valid, and the fault says why (case %#)', (value, why) => {
    expect(userFault(value)).toContain(why);
  });

  it('shows its client no more than id and roles', () => {
    const whole = { userId: 'a', roles: ['b'], sessionId: 's', claims: { secret: 1 }, expiresAt: new Date() };
    expect(publicUser(whole)).toEqual({ userId: 'a', roles: ['b'] });
  });
});

describe('SessionAuthenticator', () => {
  class Sessions extends SessionAuthenticator {
    readonly asked: string[] = [];
    protected override async findUser(sessionId: string, _handshake: RealtimeHandshake): Promise<RealtimeUser | null> {
      this.asked.push(sessionId);
      if (sessionId === 'down') throw new Error('the database is down');
      return sessionId.startsWith('s-') ? user(sessionId.slice(2)) : null;
    }
  }
  class Renamed extends Sessions {
    protected override readonly cookie = 'sid';
    protected override readonly token = 'bearer';
  }
  const shake = (cookies: Record<string, string>, auth: Record<string, unknown> = {}): RealtimeHandshake => ({
    auth,
    cookies: Object.assign(Object.create(null) as Record<string, string>, cookies),
    query: {},
    headers: {},
    address: '127.0.0.1',
  });

  it('finds the user of the cookie, or of the token', async () => {
    await expect(new Sessions().authenticate(shake({ session: 's-ada' }))).resolves.toMatchObject(user('ada'));
    await expect(new Sessions().authenticate(shake({}, { token: 's-bob' }))).resolves.toMatchObject(user('bob'));
    await expect(new Renamed().authenticate(shake({ sid: 's-cy', session: 's-no' }))).resolves.toMatchObject(
      user('cy'),
    );
    await expect(new Renamed().authenticate(shake({}, { bearer: 's-di', token: 's-no' }))).resolves.toMatchObject(
      user('di'),
    );
  });

  it('prefers the token to the cookie, even where only the cookie is valid', async () => {
    const sessions = new Sessions();
    await expect(sessions.authenticate(shake({ session: 's-ada' }, { token: 's-bob' }))).resolves.toMatchObject(
      user('bob'),
    );
    await expect(sessions.authenticate(shake({ session: 's-ada' }, { token: 'stale' }))).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    expect(sessions.asked).toEqual(['s-bob', 'stale']);
  });

  it('treats a client that sends neither as anonymous, and looks up no session', async () => {
    const sessions = new Sessions();
    await expect(sessions.authenticate(shake({ other: 'x' }, { other: 'x' }))).resolves.toBeNull();
    await expect(
      sessions.authenticate(shake({}, Object.create({ token: 's-ada' }) as object as never)),
    ).resolves.toBeNull();
    expect(sessions.asked).toEqual([]);
  });

  it.each(['', 0, 42, null, true, {}, ['s-ada'], { toString: () => 's-ada' }])(
    'refuses a token that is empty or not a string, and does not fall back to the cookie (case %#)',
    async (token) => {
      const sessions = new Sessions();
      await expect(sessions.authenticate(shake({ session: 's-ada' }, { token }))).rejects.toMatchObject({
        name: 'RealtimeException',
        code: 'UNAUTHENTICATED',
        message: 'Authentication is required.',
      });
      expect(sessions.asked).toEqual([]);
    },
  );

  it('refuses an empty cookie and an id without a user', async () => {
    const refused = { code: 'UNAUTHENTICATED' };
    await expect(new Sessions().authenticate(shake({ session: '' }))).rejects.toMatchObject(refused);
    await expect(new Sessions().authenticate(shake({ session: 'gone' }))).rejects.toMatchObject(refused);
  });

  it('remembers the session, and asks for it again on refresh', async () => {
    const sessions = new Sessions();
    const found = await sessions.authenticate(shake({ session: 's-ada' }));
    expect(found).toEqual({ ...user('ada'), sessionId: 's-ada' });
    await expect(sessions.refresh(found!, shake({}))).resolves.toEqual(found);
    await expect(sessions.refresh({ ...found!, sessionId: 'gone' }, shake({}))).resolves.toBeNull();
    await expect(sessions.refresh({ ...found!, sessionId: 'down' }, shake({}))).rejects.toThrow('the database is down');
    expect(sessions.asked).toEqual(['s-ada', 's-ada', 'gone', 'down']);
    await expect(sessions.refresh(user('token-less'), shake({}))).resolves.toEqual(user('token-less'));
  });

  it('passes the error of an outage on unchanged', async () => {
    await expect(new Sessions().authenticate(shake({ session: 'down' }))).rejects.toThrow('the database is down');
  });
});

describe('AnonymousAuthenticator', () => {
  it('resolves null for every client', async () => {
    await expect(new AnonymousAuthenticator().authenticate()).resolves.toBeNull();
  });
});
