import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { reached } from '../test/reached.js';
import { ScriptedServer } from '../test/scripted-server.js';
import { createRealtimeClient, type RealtimeClient } from './index.js';

const FORBIDDEN = { code: 'FORBIDDEN', message: 'No.', retryable: false };
const LONG = { retryDelay: '1h', maxRetryDelay: '1h', jitter: 0 } as const;

describe('connect() after a failure', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    server.refusals.push(...Array<object>(100).fill(FORBIDDEN));
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it('connects at once the first time, and then waits as a retry does', async () => {
    client = createRealtimeClient({ url: server.url, ...LONG });
    await reached(client, 'failed');
    client.connect();
    expect(client.status.state).toBe('connecting');
    await reached(client, 'failed');
    const before = Date.now();
    client.connect();
    client.connect();
    const { reason, retryAt } = await reached(client, 'reconnecting');
    expect(reason).toMatchObject(FORBIDDEN);
    expect(retryAt).toBeGreaterThanOrEqual(before + 3_590_000);
    expect(server.handshakes).toHaveLength(2);
  });

  it.each([
    ['failed', () => client.connect()],
    ['failed', () => (client.disconnect(), client.connect())],
    ['reconnecting', () => client.connect()],
  ])('makes few attempts where a listener calls it in the state %s', async (state, act) => {
    if (state === 'reconnecting') server.refusals.fill({ code: 'UNAVAILABLE', message: '', retryable: true });
    client = createRealtimeClient({ url: server.url, ...LONG, auth: () => ({ token: 'mine' }) });
    client.onStatus((status) => {
      if (status.state === state) act();
    });
    await server.until(() => server.handshakes.length === 2);
    // Long enough for several further attempts.
    await using other = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 5 });
    for (let failures = 0; failures < 10; failures++) {
      await reached(other, state === 'failed' ? 'failed' : 'reconnecting');
      other.disconnect();
      other.connect();
    }
    expect(client.status.state).toBe('reconnecting');
    expect(server.handshakes.filter(({ auth }) => auth.token === 'mine')).toHaveLength(2);
  });

  it('makes the waiting attempt in the end', async () => {
    server.refusals.length = 2;
    client = createRealtimeClient({ url: server.url, retryDelay: 20, maxRetryDelay: 20 });
    client.onStatus(({ state }) => {
      if (state === 'failed') client.connect();
    });
    await client.ready();
    expect(server.handshakes).toHaveLength(3);
  });

  it('is not made to wait by connections that were lost', async () => {
    server.refusals.length = 0;
    client = createRealtimeClient({ url: server.url, ...LONG });
    for (let losses = 0; losses < 3; losses++) {
      await client.ready();
      server.drop();
      await reached(client, 'reconnecting');
      client.connect();
    }
    await client.ready();
    expect(server.handshakes).toHaveLength(4);
  });

  it('is not made to wait by disconnect()', async () => {
    server.refusals.length = 0;
    client = createRealtimeClient({ url: server.url, ...LONG });
    for (let pauses = 0; pauses < 3; pauses++) {
      client.disconnect();
      client.connect();
    }
    await client.ready();
  });
});
