import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { later, notedIn } from '../test/asked-credentials.js';
import { reached } from '../test/reached.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import {
  type AuthRequest,
  createRealtimeClient,
  RealtimeError,
  type RealtimeClient,
  type RealtimeClientOptions,
} from './index.js';

describe('authenticate()', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;
  const asked: AuthRequest[] = [];

  function connect(answer?: RealtimeClientOptions['auth'], options: RealtimeClientOptions = {}): RealtimeClient {
    const auth = notedIn(asked, answer);
    return (client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20, auth, ...options }));
  }
  const reasons = (): string[] => asked.map(({ reason }) => reason);
  const expire = () => server.socket.emit('rt:expiring', { expiresAt: new Date().toISOString() });

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    asked.length = 0;
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it('changes the user of the open connection', async () => {
    server.welcome = { protocol: 1, connectionId: 'c1', user: null };
    await connect().ready();
    const statuses: unknown[] = [];
    client.onStatus((status) => statuses.push(status));
    const user = { userId: 'ada', roles: [] };
    server.on('rt:authenticate', () => ({ ok: true, user }));
    expect(await client.authenticate()).toEqual(user);
    expect(client.user).toEqual(user);
    expect(client.status).toEqual({ state: 'connected', connectionId: 'c1', user });
    expect(statuses).toEqual([client.status]);
    expect(server.bodies('rt:authenticate')).toEqual([{ token: 't2' }]);
    expect(reasons()).toEqual(['connect', 'authenticate']);
    expect(server.handshakes).toHaveLength(1);
  });

  it('waits for a connection', async () => {
    connect(undefined, { autoConnect: false });
    await expect(client.authenticate()).rejects.toMatchObject({ code: 'CLOSED' });
    client.connect();
    expect(await client.authenticate()).toEqual({ userId: 'u1', roles: [] });
    expect(reasons()).toEqual(['connect', 'authenticate']);
  });

  it('connects where the client has failed', async () => {
    server.refusals.push(...Array<object>(2).fill({ code: 'UNAUTHENTICATED', message: '', retryable: false }));
    connect();
    await reached(client, 'failed');
    const login = client.authenticate();
    expect(client.status.state).toBe('connecting');
    expect(await login).toEqual({ userId: 'u1', roles: ['member'] });
    expect(reasons()).toEqual(['connect', 'refused', 'connect']);
    expect(server.bodies('rt:authenticate')).toEqual([]);
    client.disconnect();
    await expect(client.authenticate()).rejects.toMatchObject({ code: 'CLOSED' });
    server.refusals.push({ code: 'FORBIDDEN', message: '', retryable: false });
    client.connect();
    await reached(client, 'failed');
    server.refusals.push({ code: 'FORBIDDEN', message: 'Again.', retryable: false });
    await expect(client.authenticate()).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'Again.' });
  });

  it('changes nothing when auth() refuses, or the server', async () => {
    server.welcome = { protocol: 1, connectionId: 'c1', user: null };
    const reason = new RealtimeError('UNAUTHENTICATED', 'Logged out.');
    let mine = true;
    connect(({ reason: why }) => (why === 'authenticate' && mine ? Promise.reject(reason) : { token: 't' }));
    await client.ready();
    const { status } = client;
    await expect(client.authenticate()).rejects.toBe(reason);
    expect(server.bodies('rt:authenticate')).toEqual([]);
    mine = false;
    for (const code of ['FORBIDDEN', 'UNAUTHENTICATED', 'LIMIT_EXCEEDED']) {
      server.on('rt:authenticate', () => refuse(code, false));
      await expect(client.authenticate()).rejects.toMatchObject({ code });
    }
    expect(client.status).toBe(status);
    expect(server.handshakes).toHaveLength(1);
  });

  it('asks once more for credentials that the server refuses, which a cache may have kept', async () => {
    await connect().ready();
    const answers = [refuse('UNAUTHENTICATED', false), { ok: true, user: null }];
    server.on('rt:authenticate', () => answers.shift());
    expect(await client.authenticate()).toBeNull();
    expect(reasons()).toEqual(['connect', 'authenticate', 'refused']);
    expect(server.bodies('rt:authenticate')).toEqual([{ token: 't2' }, { token: 't3' }]);
  });

  it('is given up at its timeout, and by its signal', async () => {
    const { promise, resolve } = later();
    connect(({ reason }) => (reason === 'authenticate' ? promise : {}));
    await client.ready();
    await expect(client.authenticate({ timeout: '20ms' })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const controller = new AbortController();
    const aborted = client.authenticate({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    expect(asked.slice(1).map(({ signal }) => signal.aborted)).toEqual([true]);
    resolve({ token: 'late' });
    await client.channel('flush').ready();
    expect(server.bodies('rt:authenticate')).toEqual([]);
  });

  it('gives people the time that they need to log in', async () => {
    const { promise, resolve } = later();
    connect(({ reason }) => (reason === 'authenticate' ? promise : {}), { requestTimeout: '30ms' });
    await client.ready();
    const logins = [client.authenticate(), client.authenticate()];
    server.on('rt:message', () => undefined);
    await expect(client.channel('a').send('hello')).rejects.toMatchObject({ code: 'TIMEOUT' });
    resolve({ token: 'late' });
    expect(await Promise.all(logins)).toEqual([client.user, client.user]);
    expect(reasons()).toEqual(['connect', 'authenticate']);
    expect(server.bodies('rt:authenticate')).toEqual([{ token: 'late' }, { token: 'late' }]);
  });

  it('waits on for one caller where another gives up', async () => {
    const { promise, resolve } = later();
    connect(({ reason }) => (reason === 'authenticate' ? promise : {}));
    await client.ready();
    const patient = client.authenticate();
    await expect(client.authenticate({ timeout: '20ms' })).rejects.toMatchObject({ code: 'TIMEOUT' });
    expect(asked[1].signal.aborted).toBe(false);
    resolve({ token: 'late' });
    await patient;
    expect(server.bodies('rt:authenticate')).toEqual([{ token: 'late' }]);
  });

  it('uses what people have entered also if the connection is lost meanwhile', async () => {
    const { promise, resolve } = later();
    connect(({ reason }) => (reason === 'authenticate' ? promise : {}), { retryDelay: '1h', maxRetryDelay: '1h' });
    await client.ready();
    const login = client.authenticate();
    await client.channel('flush').ready();
    server.welcome = { protocol: 1, connectionId: 'c2', user: { userId: 'ada', roles: [] } };
    server.drop();
    await reached(client, 'reconnecting');
    resolve({ token: 'late' });
    await promise;
    client.connect();
    expect(await login).toEqual({ userId: 'ada', roles: [] });
    expect(server.handshakes[1].auth).toEqual({ token: 'late' });
    expect(reasons()).toEqual(['connect', 'authenticate']);
    expect(asked[1].signal.aborted).toBe(false);
  });

  it('forgets what people have entered when disconnect() is called before it was used', async () => {
    const { promise, resolve } = later();
    const long = { retryDelay: '1h', maxRetryDelay: '1h' } as const;
    connect(({ reason }) => (reason === 'authenticate' ? promise : { token: reason }), long);
    await client.ready();
    const login = client.authenticate();
    await client.channel('flush').ready();
    server.drop();
    await reached(client, 'reconnecting');
    resolve({ token: 'late' });
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    client.disconnect();
    await expect(login).rejects.toMatchObject({ code: 'CLOSED' });
    client.connect();
    await client.ready();
    expect(server.handshakes.map(({ auth }) => auth.token)).toEqual(['connect', 'connect']);
  });

  it('waits until a renewal has got its credentials: auth() is never called twice at once', async () => {
    const { promise, resolve } = later();
    connect(({ reason }) => (reason === 'expiring' ? promise : { token: reason }));
    await client.ready();
    expire();
    await client.channel('flush').ready();
    const login = client.authenticate();
    await client.channel('flush').ready();
    expect(reasons()).toEqual(['connect', 'expiring']);
    resolve({ token: 'old' });
    await login;
    expect(server.bodies('rt:authenticate')).toEqual([{ token: 'old' }, { token: 'authenticate' }]);
  });

  it.each(['disconnect', 'close'] as const)(
    'ends with %s(), and what auth() brings later counts for nothing',
    async (method) => {
      const { promise, resolve } = later();
      connect(({ reason }) => (reason === 'authenticate' ? promise : {}));
      await client.ready();
      const login = client.authenticate();
      await client.channel('flush').ready();
      await client[method]();
      await expect(login).rejects.toMatchObject({ code: 'CLOSED' });
      expect(asked[1].signal.aborted).toBe(true);
      resolve({ token: 'late' });
      if (method === 'close') return;
      client.connect();
      await client.ready();
      expect(server.handshakes.map(({ auth }) => auth)).toEqual([{}, {}]);
    },
  );

  it('counts also when the answer comes too late for the caller', async () => {
    server.on('rt:authenticate', () => undefined);
    await connect().ready();
    const late = client.authenticate({ timeout: '20ms' });
    await expect(late).rejects.toMatchObject({ code: 'TIMEOUT' });
    const user = { userId: 'ada', roles: [] };
    const changed = jest.fn();
    const told = new Promise<void>((resolve) => client.onStatus((status) => resolve(changed(status) as undefined)));
    (await server.heard('rt:authenticate')).reply({ ok: true, user });
    await told;
    expect(changed.mock.calls).toEqual([[{ state: 'connected', connectionId: 'c1', user }]]);
  });

  describe('with credentials that the open connection cannot take', () => {
    const bob = { userId: 'bob', roles: [] };

    it.each([
      ['of another user', { token: 'bobs' }, 'FORBIDDEN'],
      ['of a cookie, which travels with a new connection only', undefined, 'UNAUTHENTICATED'],
    ])('connects again: %s', async (_what, credentials, code) => {
      connect(({ reason }) => (reason === 'connect' ? {} : credentials));
      await client.ready();
      const order = client.channel('orders');
      await order.ready();
      server.on('rt:authenticate', () => refuse(code, false));
      server.welcome = { protocol: 1, connectionId: 'c2', user: bob };
      expect(await client.authenticate()).toEqual(bob);
      expect(client.status).toEqual({ state: 'connected', connectionId: 'c2', user: bob });
      await order.ready();
      expect(server.handshakes.map(({ auth }) => auth)).toEqual([{}, credentials ?? {}]);
      expect(reasons()).toEqual(['connect', 'authenticate']);
    });

    it('fails where that user may not connect', async () => {
      await connect().ready();
      server.on('rt:authenticate', () => refuse('FORBIDDEN', false));
      server.refusals.push({ code: 'FORBIDDEN', message: 'No.', retryable: false });
      await expect(client.authenticate()).rejects.toMatchObject({ code: 'FORBIDDEN', message: 'No.' });
      expect(client.status.state).toBe('failed');
    });

    it('connects again also where they expire', async () => {
      await connect().ready();
      server.on('rt:authenticate', () => refuse('FORBIDDEN', false));
      server.welcome = { protocol: 1, connectionId: 'c2', user: bob };
      expire();
      await server.until(() => server.handshakes.length === 2);
      await client.ready();
      expect(client.user).toEqual(bob);
      expect(reasons()).toEqual(['connect', 'expiring']);
    });
  });
});
