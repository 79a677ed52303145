import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { reached, reasonOf } from '../test/reached.js';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import {
  type AuthRequest,
  createRealtimeClient,
  RealtimeError,
  type RealtimeClient,
  type RealtimeClientOptions,
} from './index.js';

/** Credentials that arrive when the test says. */
function later(): { promise: Promise<object>; resolve: (credentials: object) => void } {
  let resolve!: (credentials: object) => void;
  const promise = new Promise<object>((settle) => (resolve = settle));
  return { promise, resolve };
}

describe('the credentials of a client', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;
  const asked: AuthRequest[] = [];

  /** Answers with the tokens `t1`, `t2` and so on, unless `answer` does. */
  function connect(answer?: RealtimeClientOptions['auth'], options: RealtimeClientOptions = {}): RealtimeClient {
    const auth = (request: AuthRequest) => {
      asked.push(request);
      return (answer ?? (() => ({ token: `t${asked.length}` })))(request);
    };
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

  it('have a signal that aborts when an attempt has taken too long', async () => {
    const { promise, resolve } = later();
    let calls = 0;
    connect(() => (++calls === 1 ? promise : {}), { connectTimeout: '100ms' });
    await reached(client, 'reconnecting');
    expect(asked[0].signal.aborted).toBe(true);
    resolve({ token: 'late' });
    await client.ready();
    expect(asked.at(-1)!.signal.aborted).toBe(false);
    expect(server.handshakes.map(({ auth }) => auth.token)).not.toContain('late');
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
      expire();
      await server.heard('rt:authenticate', 2);
      await client.channel('flush-2').ready();
      expect(server.bodies('rt:authenticate')[1]).toEqual({ token: 't3' });
      expect(client.status).toBe(renewed);
      expect(reasons()).toEqual(['connect', 'expiring', 'expiring']);
    });

    it('are sent again after a retryable refusal, and not after a terminal one', async () => {
      const outcomes = [{ token: 't' }, new Error('offline')];
      connect(() => {
        const outcome = outcomes.shift() ?? {};
        return outcome instanceof Error ? Promise.reject(outcome) : outcome;
      });
      await client.ready();
      const answers = [refuse('UNAVAILABLE', true), refuse('UNAUTHENTICATED', false)];
      server.on('rt:authenticate', () => answers.shift());
      expire();
      await server.heard('rt:authenticate', 2);
      server.socket.emit('rt:bye', { code: 'EXPIRED', reconnect: false });
      server.socket.disconnect(true);
      await reached(client, 'failed');
      expect(reasonOf(client)?.code).toBe('EXPIRED');
      expect(reasons()).toEqual(['connect', 'expiring', 'expiring', 'expiring']);
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

    it('are not sent once the connection is lost', async () => {
      const { promise, resolve } = later();
      connect(({ reason }) => (reason === 'expiring' ? promise : {}));
      await client.ready();
      expire();
      await client.channel('flush').ready();
      server.drop();
      await reached(client, 'reconnecting');
      expect(asked[1].signal.aborted).toBe(true);
      resolve({ token: 'late' });
      await client.ready();
      await client.channel('flush').ready();
      expect(server.bodies('rt:authenticate')).toEqual([]);
    });
  });

  describe('sent by authenticate()', () => {
    it('change the user of the open connection', async () => {
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

    it('wait for a connection', async () => {
      connect(undefined, { autoConnect: false });
      await expect(client.authenticate()).rejects.toMatchObject({ code: 'CLOSED' });
      client.connect();
      expect(await client.authenticate()).toEqual({ userId: 'u1', roles: [] });
      expect(reasons()).toEqual(['connect', 'authenticate']);
    });

    it('change nothing when the server or auth() refuses', async () => {
      const reason = new RealtimeError('UNAUTHENTICATED', 'Logged out.');
      let mine = true;
      connect(({ reason: why }) => (why === 'authenticate' && mine ? Promise.reject(reason) : {}));
      await client.ready();
      const { status } = client;
      await expect(client.authenticate()).rejects.toBe(reason);
      expect(server.bodies('rt:authenticate')).toEqual([]);
      mine = false;
      server.on('rt:authenticate', () => refuse('FORBIDDEN', false));
      await expect(client.authenticate()).rejects.toMatchObject({ code: 'FORBIDDEN' });
      expect(client.status).toBe(status);
    });

    it('are given up at the timeout, by the signal, and with the connection', async () => {
      let { promise, resolve } = later();
      connect(({ reason }) => (reason === 'authenticate' ? promise : {}));
      await client.ready();
      await expect(client.authenticate({ timeout: '20ms' })).rejects.toMatchObject({ code: 'TIMEOUT' });
      resolve({ token: 'late' });
      await client.channel('flush').ready();
      expect(server.bodies('rt:authenticate')).toEqual([]);
      ({ promise, resolve } = later());
      const controller = new AbortController();
      const aborted = client.authenticate({ signal: controller.signal });
      controller.abort(new Error('enough'));
      await expect(aborted).rejects.toThrow('enough');
      expect(asked.slice(1).map(({ signal }) => signal.aborted)).toEqual([true, true]);
      const lost = client.authenticate();
      server.drop();
      await reached(client, 'reconnecting');
      resolve({ token: 'late' });
      await expect(lost).rejects.toMatchObject({ code: 'DISCONNECTED' });
      await client.ready();
      await client.channel('flush-2').ready();
      expect(server.bodies('rt:authenticate')).toEqual([]);
    });

    it('count also when the answer comes too late for the caller', async () => {
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
  });
});
