import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel } from '@nestjs-realtime/contract';
import { reached } from '../test/reached.js';
import { ScriptedServer } from '../test/scripted-server.js';
import { type ChannelHandle, createRealtimeClient, RealtimeError, type RealtimeClient } from './index.js';

describe('a client that is closed', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;

  const codeOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.catch((reason: unknown) => (RealtimeError.is(reason) ? reason.code : reason));

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20 });
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it('has ended its channels and their loops, and rejects what waits', async () => {
    server.on('rt:message', () => undefined);
    const [open, waiting] = [client.channel('a'), client.channel('waiting.{id}', undefined as never)];
    await open.ready();
    const loops = [open.events('x'), waiting.events('x')].map((loop) => loop.next());
    const inFlight = open.send('m');
    await server.heard('rt:message');
    const pending = [inFlight, waiting.send('m'), waiting.ready()].map(codeOf);
    const statuses: unknown[] = [];
    for (const channel of [open, waiting]) channel.onStatus((status) => statuses.push(status));
    client.onStatus((status) => statuses.push(status));
    await client.close();
    expect(statuses).toEqual([{ state: 'ended' }, { state: 'ended' }, { state: 'closed' }]);
    expect(await Promise.all(pending)).toEqual(['CLOSED', 'CLOSED', 'CLOSED']);
    expect(await Promise.all(loops)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
    expect([client.user, client.connectionId, client.callerHeaders]).toEqual([null, null, {}]);
  });

  it('has said goodbye to the server', async () => {
    await client.ready();
    const left = once(server.socket, 'disconnect');
    let done = false;
    const closed = client.close().then(() => (done = true));
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    expect(done).toBe(false);
    await closed;
    expect((await left)[0]).toBe('client namespace disconnect');
  });

  it('cannot be used again', async () => {
    await client.ready();
    await client.close();
    const { status } = client;
    expect(() => client.connect()).toThrow(RealtimeError);
    client.disconnect();
    await client.close();
    expect(client.status).toBe(status);
    expect(await Promise.all([client.ready(), client.authenticate()].map(codeOf))).toEqual(['CLOSED', 'CLOSED']);
    for (const channel of [client.channel('a'), client.channel('a'), client.channel('b.{id}', undefined as never)]) {
      expect(channel.status).toEqual({ state: 'ended' });
      expect(await Promise.all([channel.ready(), channel.send('m')].map(codeOf))).toEqual(['CLOSED', 'CLOSED']);
      expect(await channel.events('x').next()).toEqual({ done: true, value: undefined });
      channel.unsubscribe();
    }
    expect(server.handshakes).toHaveLength(1);
    expect(server.requests).toEqual([]);
  });

  it.each<[string, () => unknown]>([
    ['it connects', () => undefined],
    ['its credentials are on the way', () => undefined],
    ['it waits for a retry', () => (server.drop(), reached(client, 'reconnecting'))],
    ['it is disconnected', () => client.disconnect()],
    [
      'it has failed',
      () => {
        server.socket.emit('rt:bye', { code: 'REVOKED', reconnect: false });
        server.socket.disconnect(true);
        return reached(client, 'failed');
      },
    ],
  ])('stays closed when %s', async (when, prepare) => {
    if (when === 'its credentials are on the way') {
      await client.close();
      client = createRealtimeClient({ url: server.url, auth: () => new Promise(() => undefined) });
    } else if (when !== 'it connects') await client.ready();
    await prepare();
    const ready = codeOf(client.ready());
    await client.close();
    expect(client.status).toEqual({ state: 'closed' });
    expect(['CLOSED', 'REVOKED', undefined]).toContain(await ready);
  });

  it('is closed at the end of its block, as a handle is unsubscribed', async () => {
    let outer: RealtimeClient;
    let channel;
    {
      await using inner = createRealtimeClient({ url: server.url });
      outer = inner;
      {
        using held = inner.channel('a');
        await held.ready();
        channel = held;
      }
      expect(channel.status).toEqual({ state: 'ended' });
      await server.heard('rt:unsubscribe');
      expect(inner.status.state).toBe('connected');
    }
    expect(outer.status).toEqual({ state: 'closed' });
  });

  it.each<[string, (of: RealtimeClient, channel: ChannelHandle) => unknown]>([
    ['unsubscribe()', (_of, channel) => channel.unsubscribe()],
    ['disconnect()', (of) => of.disconnect()],
    ['close()', (of) => of.close()],
  ])('lets no promise that is not awaited be an unhandled rejection by %s', async (_name, stop) => {
    server.welcome = null;
    const channel = client.channel('a');
    void channel.ready();
    void channel.send('m', 1);
    void channel.trySend('m', 1);
    void (channel as unknown as { history(): Promise<unknown> }).history();
    if (stop.length < 2) {
      void client.ready();
      void client.authenticate();
      void client.send(defineRealtimeChannel({ name: 'b', scope: 'public', messages: { m: null } }), 'm');
    }
    await stop(client, channel);
    // Jest fails a test with an unhandled rejection.
    await setImmediate();
    expect(channel.status.state).not.toBe('subscribed');
  });
});
