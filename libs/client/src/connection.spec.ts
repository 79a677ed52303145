import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { reached, reasonOf } from '../test/reached.js';
import { ScriptedServer } from '../test/scripted-server.js';
import {
  type ConnectionStatus,
  createRealtimeClient,
  RealtimeError,
  type RealtimeClient,
  type RealtimeClientOptions,
} from './index.js';

const told = (status: ConnectionStatus): string => [status.state, reasonOf({ status })?.code ?? []].flat().join(' ');
const quick = { retryDelay: 5, maxRetryDelay: 20 };

describe('a connection', () => {
  let server: ScriptedServer;
  const clients: RealtimeClient[] = [];
  const history: string[] = [];

  function connect(options: Partial<RealtimeClientOptions> = {}): RealtimeClient {
    const client = createRealtimeClient({ url: server.url, ...quick, ...options });
    history.push(told(client.status));
    client.onStatus((status) => history.push(told(status)));
    clients.push(client);
    return client;
  }

  beforeEach(async () => {
    server = await ScriptedServer.listen();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.disconnect();
    history.length = 0;
    await server.close();
  });

  it('goes from connecting to connected and knows its user', async () => {
    const client = connect({ auth: () => ({ token: 't1' }), headers: { cookie: 'session=s1' } });
    expect(client.user).toBeNull();
    await client.ready();
    await client.ready();
    expect(history).toEqual(['connecting', 'connected']);
    const user = { userId: 'u1', roles: ['member'] };
    expect(client.status).toEqual({ state: 'connected', connectionId: 'c1', user });
    expect(client.user).toEqual(user);
    expect(server.handshakes).toMatchObject([{ auth: { token: 't1' }, cookie: 'session=s1' }]);
  });

  it('is anonymous without credentials', async () => {
    server.welcome = { protocol: 1, connectionId: 'c1', user: null };
    const client = connect();
    await client.ready();
    expect(client.user).toBeNull();
    expect(server.handshakes[0].auth).toEqual({});
  });

  it('waits for connect() where autoConnect is off', async () => {
    const client = connect({ autoConnect: false });
    await expect(client.ready()).rejects.toMatchObject({ code: 'CLOSED' });
    client.connect();
    client.connect();
    await client.ready();
    client.connect();
    expect(history).toEqual(['disconnected', 'connecting', 'connected']);
    expect(server.handshakes).toHaveLength(1);
  });

  it.each(['UNAUTHENTICATED', 'FORBIDDEN', 'LIMIT_EXCEEDED'])(
    'stops at the terminal refusal %s until connect() is called',
    async (code) => {
      server.refusals.push({ code, message: 'No.', retryable: false });
      const client = connect();
      const error = await client.ready().catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(RealtimeError);
      expect(error).toMatchObject({ code, message: 'No.', retryable: false });
      expect(reasonOf(client)).toBe(error);
      await expect(client.ready()).rejects.toBe(error);
      client.connect();
      await client.ready();
      expect(history).toEqual(['connecting', `failed ${code}`, 'connecting', 'connected']);
      expect(server.handshakes).toHaveLength(2);
    },
  );

  it('retries a retryable refusal, with new credentials each time', async () => {
    server.refusals.push(
      { code: 'UNAVAILABLE', message: '', retryable: true },
      { code: 'OVERLOADED', message: '', retryable: true },
    );
    let calls = 0;
    const client = connect({ auth: () => Promise.resolve({ token: `t${++calls}` }) });
    await client.ready();
    expect(history).toEqual(['connecting', 'reconnecting UNAVAILABLE', 'reconnecting OVERLOADED', 'connected']);
    expect(server.handshakes.map(({ auth }) => auth.token)).toEqual(['t1', 't2', 't3']);
  });

  it('reconnects no sooner than a refusal asks for', async () => {
    server.refusals.push({ code: 'RATE_LIMITED', message: '', retryable: true, retryAfterMs: 150 });
    const client = connect();
    await client.ready();
    expect(server.handshakes[1].at - server.handshakes[0].at).toBeGreaterThanOrEqual(149);
  });

  it.each([
    ['drops the transport', () => server.drop()],
    ['disconnects the socket', () => server.socket.disconnect()],
    ['closes the socket', () => server.socket.disconnect(true)],
  ])('reconnects when the server %s', async (_how, act) => {
    const auth = jest.fn(() => ({ token: 't' }));
    const client = connect({ auth });
    await client.ready();
    act();
    await reached(client, 'reconnecting');
    expect(reasonOf(client)).toMatchObject({ code: 'DISCONNECTED', retryable: true });
    expect(client.user).not.toBeNull();
    await client.ready();
    expect(history).toEqual(['connecting', 'connected', 'reconnecting DISCONNECTED', 'connected']);
    expect(auth).toHaveBeenCalledTimes(2);
  });

  it('keeps trying an unreachable server, and connects once the server is up', async () => {
    const { port, url } = server;
    await server.close();
    const client = connect({ url });
    await reached(client, 'reconnecting');
    expect(reasonOf(client)?.code).toBe('CONNECTION_REFUSED');
    server = await ScriptedServer.listen(port);
    await client.ready();
  });

  it.each(['REVOKED', 'EXPIRED', 'POLICY'])('fails when the server closes it for good with %s', async (code) => {
    const client = connect();
    await client.ready();
    server.socket.emit('rt:bye', { code, reconnect: false });
    server.socket.disconnect(true);
    await reached(client, 'failed');
    expect(reasonOf(client)).toMatchObject({ code, retryable: false });
    expect(client.user).toBeNull();
    client.connect();
    await client.ready();
    expect(server.handshakes).toHaveLength(2);
  });

  it('reconnects after a goodbye that allows it, no sooner than asked', async () => {
    const client = connect();
    await client.ready();
    const at = Date.now();
    server.socket.emit('rt:bye', { code: 'SHUTDOWN', reconnect: true, retryAfterMs: 150 });
    server.socket.disconnect(true);
    await reached(client, 'reconnecting');
    expect(reasonOf(client)).toMatchObject({ code: 'SHUTDOWN', retryAfterMs: 150 });
    await client.ready();
    expect(server.handshakes[1].at - at).toBeGreaterThanOrEqual(149);
  });

  it('forgets a goodbye once it has reconnected', async () => {
    const client = connect();
    await client.ready();
    server.socket.emit('rt:bye', { code: 'SHUTDOWN', reconnect: true });
    server.socket.disconnect(true);
    await reached(client, 'reconnecting');
    await client.ready();
    server.drop();
    await reached(client, 'reconnecting');
    expect(reasonOf(client)?.code).toBe('DISCONNECTED');
  });

  it('retries when auth() rejects or throws, and reports why', async () => {
    const cause = new Error('offline');
    const auth = jest
      .fn<() => Promise<Record<string, unknown>>>()
      .mockRejectedValueOnce(cause)
      .mockImplementationOnce(() => {
        throw cause;
      })
      .mockResolvedValue({ token: 't' });
    const client = connect({ auth });
    await reached(client, 'reconnecting');
    expect(reasonOf(client)).toMatchObject({ code: 'UNAVAILABLE', cause });
    await client.ready();
    expect(history).toEqual(['connecting', 'reconnecting UNAVAILABLE', 'reconnecting UNAVAILABLE', 'connected']);
  });

  it('fails when auth() rejects with an error that is not retryable', async () => {
    const reason = new RealtimeError('UNAUTHENTICATED', 'Logged out.');
    const client = connect({ auth: () => Promise.reject(reason) });
    await expect(client.ready()).rejects.toBe(reason);
    expect(client.status.state).toBe('failed');
    expect(server.handshakes).toEqual([]);
  });

  it('gives up an attempt when the welcome takes too long', async () => {
    server.welcome = null;
    const client = connect({ connectTimeout: 100 });
    await reached(client, 'reconnecting');
    expect(reasonOf(client)?.code).toBe('PROTOCOL_MISMATCH');
    await server.until(() => server.handshakes.length === 2);
    server.welcome = { protocol: 1, connectionId: 'c1', user: null };
    await client.ready();
    expect(history.at(-2)).toBe('reconnecting PROTOCOL_MISMATCH');
  });

  it('fails when the server speaks another version of the protocol', async () => {
    server.welcome = { protocol: 2, connectionId: 'c1', user: null };
    const client = connect();
    await expect(client.ready()).rejects.toMatchObject({ code: 'PROTOCOL_MISMATCH', retryable: false });
    expect(client.status.state).toBe('failed');
  });

  it('gives one status object until something changes, and names the connection while there is one', async () => {
    const client = connect();
    const connecting = client.status;
    expect(client.status).toBe(connecting);
    const { callerHeaders: none } = client;
    expect([client.connectionId, none, client.callerHeaders]).toEqual([null, {}, {}]);
    await client.ready();
    const { status, callerHeaders } = client;
    expect([client.status, client.callerHeaders]).toEqual([status, callerHeaders]);
    expect(client.status).toBe(status);
    expect(client.callerHeaders).toBe(callerHeaders);
    expect([client.connectionId, callerHeaders]).toEqual(['c1', { 'x-realtime-connection': 'c1' }]);
    server.welcome = { protocol: 1, connectionId: 'c2', user: null };
    const before = Date.now();
    server.drop();
    const reconnecting = await reached(client, 'reconnecting');
    expect(client.status).toBe(reconnecting);
    expect(reconnecting.retryAt).toBeGreaterThanOrEqual(before);
    expect([client.connectionId, client.callerHeaders]).toEqual([null, {}]);
    expect(client.callerHeaders).toBe(none);
    await client.ready();
    expect(client.callerHeaders).toEqual({ 'x-realtime-connection': 'c2' });
    client.disconnect();
    const { status: disconnected } = client;
    client.disconnect();
    expect(client.status).toBe(disconnected);
    expect(disconnected).toEqual({ state: 'disconnected' });
  });

  it('ends with disconnect(), in every state', async () => {
    const client = connect();
    const waiting = client.ready();
    client.disconnect();
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    client.connect();
    await client.ready();
    client.disconnect();
    client.disconnect();
    expect(client.user).toBeNull();
    await server.close();
    client.connect();
    await reached(client, 'reconnecting');
    client.disconnect();
    expect(history.slice(-3)).toEqual(['connecting', 'reconnecting CONNECTION_REFUSED', 'disconnected']);
  });

  it('retries at once when connect() is called while it waits', async () => {
    server.refusals.push({ code: 'UNAVAILABLE', message: '', retryable: true });
    const client = connect({ retryDelay: 3_600_000, maxRetryDelay: 3_600_000 });
    await reached(client, 'reconnecting');
    client.connect();
    await client.ready();
    expect(server.handshakes).toHaveLength(2);
  });

  it('stays disconnected when a listener calls disconnect()', async () => {
    const client = connect();
    await client.ready();
    client.onStatus(({ state }) => {
      if (state === 'reconnecting') client.disconnect();
    });
    server.drop();
    await reached(client, 'disconnected');
    client.connect();
    await client.ready();
    expect(server.handshakes).toHaveLength(2);
  });

  it('calls the other listeners when one throws', async () => {
    const uncaught = jest.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => undefined);
    const client = connect();
    const heard = jest.fn();
    client.onStatus(() => {
      throw new Error('mine');
    });
    const off = client.onStatus(heard);
    await client.ready();
    expect(heard).toHaveBeenCalledTimes(1);
    expect(uncaught.mock.calls[0][0]).toThrow('mine');
    off();
    off();
    client.disconnect();
    uncaught.mockRestore();
    expect(heard).toHaveBeenCalledTimes(1);
  });
});
