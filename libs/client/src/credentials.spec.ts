import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { later, notedIn } from '../test/asked-credentials.js';
import { reached, reasonOf } from '../test/reached.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import { type AuthRequest, createRealtimeClient, type RealtimeClient, type RealtimeClientOptions } from './index.js';

describe('the credentials of a client', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;
  const asked: AuthRequest[] = [];

  function connect(answer?: RealtimeClientOptions['auth'], options: RealtimeClientOptions = {}): RealtimeClient {
    const auth = notedIn(asked, answer);
    return (client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20, auth, ...options }));
  }
  const reasons = (): string[] => asked.map(({ reason }) => reason);
  function goodbye(code: string): void {
    server.socket.emit('rt:bye', { code, reconnect: false });
    server.socket.disconnect(true);
  }
  const expire = (inMs = 0) =>
    server.socket.emit('rt:expiring', { expiresAt: new Date(Date.now() + inMs).toISOString() });

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    asked.length = 0;
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it('are asked for before each attempt to connect', async () => {
    server.refusals.push({ code: 'UNAVAILABLE', message: '', retryable: true });
    await connect().ready();
    server.drop();
    await reached(client, 'reconnecting');
    await client.ready();
    expect(reasons()).toEqual(['connect', 'connect', 'connect']);
    expect(server.handshakes.map(({ auth }) => auth.token)).toEqual(['t1', 't2', 't3']);
  });

  it('are asked for once more when the server refuses them', async () => {
    const refusal = { code: 'UNAUTHENTICATED', message: 'No.', retryable: false };
    server.refusals.push(refusal);
    connect();
    await reached(client, 'reconnecting');
    expect(reasonOf(client)?.code).toBe('UNAUTHENTICATED');
    await client.ready();
    expect(reasons()).toEqual(['connect', 'refused']);
    server.refusals.push(refusal, refusal);
    server.drop();
    await reached(client, 'failed');
    expect(reasonOf(client)?.code).toBe('UNAUTHENTICATED');
    expect(reasons()).toEqual(['connect', 'refused', 'connect', 'refused']);
    client.connect();
    await client.ready();
    expect(reasons().at(-1)).toBe('connect');
  });

  it('may take longer than an attempt to connect, and are asked for once', async () => {
    const { promise, resolve } = later();
    const warn = jest.fn();
    const logger = { debug: jest.fn(), warn, error: jest.fn() };
    connect(() => promise, { connectTimeout: '500ms', logger });
    // A client that is never welcomed: as long as its attempt takes, the other waits for people to log in.
    server.welcome = null;
    await using witness = createRealtimeClient({ url: server.url, connectTimeout: '500ms', retryDelay: '1h' });
    await reached(witness, 'reconnecting');
    expect(client.status.state).toBe('connecting');
    expect(warn.mock.calls).toEqual([['Realtime credentials', 'auth() is pending.']]);
    server.welcome = { protocol: 1, connectionId: 'c1', user: null };
    resolve({ token: 'late' });
    await client.ready();
    expect(asked).toHaveLength(1);
    expect(asked[0].signal.aborted).toBe(false);
    expect(server.handshakes.at(-1)!.auth).toEqual({ token: 'late' });
  });

  it.each(['disconnect', 'close'] as const)('have a signal that aborts at %s()', async (method) => {
    connect(() => new Promise(() => undefined));
    expect(asked[0].signal.aborted).toBe(false);
    await client[method]();
    expect(asked[0].signal.aborted).toBe(true);
  });

  it('may be replaced by a listener of their signal that connects again', async () => {
    let calls = 0;
    connect(({ signal }) => {
      if (++calls > 1) return { token: 'second' };
      signal.addEventListener('abort', () => client.connect());
      return new Promise(() => undefined);
    });
    client.disconnect();
    await client.ready();
    expect(server.handshakes.map(({ auth }) => auth.token)).toEqual(['second']);
  });

  describe('that expire', () => {
    it('are replaced over the same connection', async () => {
      await connect().ready();
      const { status } = client;
      server.on('rt:authenticate', () => ({ ok: true, user: { userId: 'u1', roles: ['admin'] } }));
      expire();
      expire();
      await server.heard('rt:authenticate');
      await client.channel('flush').ready();
      expect(server.bodies('rt:authenticate')).toEqual([{ token: 't2' }]);
      const user = { userId: 'u1', roles: ['admin'] };
      expect(client.status).toEqual({ ...status, user });
      expect(client.user).toEqual(user);
      expect(server.handshakes).toHaveLength(1);
      const renewed = client.status;
      expire(200);
      await server.heard('rt:authenticate', 2);
      await client.channel('flush-2').ready();
      expect(server.bodies('rt:authenticate')[1]).toEqual({ token: 't3' });
      expect(client.status).toBe(renewed);
      expect(reasons()).toEqual(['connect', 'expiring', 'expiring']);
    });

    it('are replaced again where the server announces the end of the new ones before its answer', async () => {
      await connect().ready();
      const notices = [200];
      server.on('rt:authenticate', () => {
        for (const inMs of notices.splice(0)) expire(inMs);
        return { ok: true, user: { userId: 'u1', roles: [] } };
      });
      expire();
      await server.heard('rt:authenticate', 2);
      expect(reasons()).toEqual(['connect', 'expiring', 'expiring']);
    });

    it('are sent again after a retryable refusal', async () => {
      const outcomes = [{ token: 't' }, new Error('offline')];
      connect(() => {
        const outcome = outcomes.shift() ?? { token: 'fresh' };
        return outcome instanceof Error ? Promise.reject(outcome) : outcome;
      });
      await client.ready();
      const answers = [refuse('UNAVAILABLE', true), { ok: true, user: null }];
      server.on('rt:authenticate', () => answers.shift());
      expire();
      await server.heard('rt:authenticate', 2);
      await client.channel('flush').ready();
      expect(client.user).toBeNull();
      expect(reasons()).toEqual(['connect', 'expiring', 'expiring', 'expiring']);
    });

    it('are asked for once more when the server refuses them, and then no more', async () => {
      await connect().ready();
      server.on('rt:authenticate', () => refuse('UNAUTHENTICATED', false));
      expire();
      await server.heard('rt:authenticate', 2);
      await client.channel('flush').ready();
      expect(reasons()).toEqual(['connect', 'expiring', 'refused']);
    });

    it('lead to a connection with fresh ones when the server has closed the old one', async () => {
      const statuses: string[] = [];
      await connect().ready();
      client.onStatus((status) => statuses.push(`${status.state} ${reasonOf({ status })?.code ?? ''}`.trim()));
      for (const count of [2, 3]) {
        goodbye('EXPIRED');
        await server.until(() => server.handshakes.length === count);
        await client.ready();
      }
      expect(statuses).toEqual(['reconnecting EXPIRED', 'connected', 'reconnecting EXPIRED', 'connected']);
      expect(server.handshakes.map(({ auth }) => auth.token)).toEqual(['t1', 't2', 't3']);
      expect(reasons()).toEqual(['connect', 'expiring', 'expiring']);
    });

    it.each(['UNAUTHENTICATED', 'EXPIRED'])(
      'end the client for good once fresh ones are refused with %s',
      async (code) => {
        await connect().ready();
        server.refusals.push({ code, message: '', retryable: false }, { code, message: '', retryable: false });
        goodbye('EXPIRED');
        const { reason } = await reached(client, 'failed');
        expect(reason.code).toBe(code);
        expect(reasons()).toEqual(['connect', 'expiring', 'refused']);
      },
    );

    it('end a client for good that has no auth()', async () => {
      client = createRealtimeClient({ url: server.url });
      await client.ready();
      goodbye('EXPIRED');
      expect((await reached(client, 'failed')).reason.code).toBe('EXPIRED');
    });

    it('are asked for again in time, however long a retry would wait and a call of auth() hang', async () => {
      const outcomes = [
        () => ({}),
        () => Promise.reject(new Error('offline')),
        () => new Promise<object>(() => undefined),
      ];
      const slow = { retryDelay: '1h', maxRetryDelay: '1h', connectTimeout: '1h' } as const;
      connect(() => (outcomes.shift() ?? (() => ({ token: 'fresh' })))(), slow);
      await client.ready();
      server.socket.emit('rt:expiring', { expiresAt: new Date(Date.now() + 600).toISOString() });
      await server.heard('rt:authenticate');
      expect(server.bodies('rt:authenticate')).toEqual([{ token: 'fresh' }]);
      expect(asked.map(({ signal }) => signal.aborted)).toEqual([false, false, true, false]);
      expect(server.handshakes).toHaveLength(1);
    });

    it('are not sent again when the connection is lost before the answer', async () => {
      server.on('rt:authenticate', () => undefined);
      await connect().ready();
      expire();
      await server.heard('rt:authenticate');
      server.drop();
      await reached(client, 'reconnecting');
      // The refusal of the pending request has reached what sent it.
      for (let turn = 0; turn < 20; turn++) await Promise.resolve();
      client.disconnect();
      server.on('rt:subscribe', () => {
        server.on('rt:subscribe', () => ({ ok: true }));
        return refuse('RATE_LIMITED', true, { retryAfterMs: 100 });
      });
      await using other = createRealtimeClient({ url: server.url });
      await other.channel('a').ready();
      expect(reasons()).toEqual(['connect', 'expiring']);
      expect(client.status).toEqual({ state: 'disconnected' });
      expect(server.handshakes).toHaveLength(2);
    });

    it('are used by the next attempt where the connection was lost meanwhile', async () => {
      const { promise, resolve } = later();
      connect(({ reason }) => (reason === 'expiring' ? promise : {}));
      await client.ready();
      expire();
      await client.channel('flush').ready();
      server.drop();
      await reached(client, 'reconnecting');
      expect(asked[1].signal.aborted).toBe(false);
      resolve({ token: 'late' });
      await client.ready();
      await client.channel('flush').ready();
      expect(server.bodies('rt:authenticate')).toEqual([]);
      expect(reasons()).toEqual(['connect', 'expiring']);
      expect(server.handshakes[1].auth).toEqual({ token: 'late' });
    });
  });

  describe('that are missing', () => {
    it.each([
      [{ token: undefined }, 'token'],
      [{ token: null }, 'token'],
      [{ token: '' }, 'token'],
      [{ token: Promise.resolve('t') }, 'token'],
      [{ token: () => 't' }, 'token'],
      [{ token: undefined, device: 'd1' }, 'token'],
      [{ accessToken: undefined }, 'accessToken'],
      ['a token', 'an object'],
      [7, 'an object'],
    ])('make no anonymous connection: %p', async (given, named) => {
      connect(() => given as object);
      await expect(client.ready()).rejects.toMatchObject({ code: 'UNAUTHENTICATED', retryable: false });
      const { message } = (await reached(client, 'failed')).reason;
      expect(message).toContain(`without ${named}.`);
      expect(message).toContain('Return undefined');
      expect(server.handshakes).toEqual([]);
    });

    it.each([undefined, null, {}, { token: 't', tenant: undefined }])(
      'connect where nothing is meant: %p',
      async (given) => {
        connect(() => given as object);
        await client.ready();
        expect(server.handshakes).toHaveLength(1);
      },
    );

    it('are told by authenticate() and in the log when they expire', async () => {
      const warn = jest.fn();
      const logger = { debug: jest.fn(), warn, error: jest.fn() };
      connect(({ reason }) => (reason === 'connect' ? {} : { token: undefined }), { logger });
      await client.ready();
      await expect(client.authenticate()).rejects.toThrow('without token');
      expire();
      await client.channel('flush').ready();
      expect(warn.mock.calls).toEqual([['Realtime credentials', expect.objectContaining({ code: 'UNAUTHENTICATED' })]]);
      expect(server.bodies('rt:authenticate')).toEqual([]);
    });
  });
});
