import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { reached } from '../test/reached.js';
import { ScriptedServer } from '../test/scripted-server.js';
import { type ChannelHandle, createRealtimeClient, type RealtimeClient } from './index.js';

/** The subscription takes one of the burst. */
const LIMITS = { messagesPerSecond: 50, messageBurst: 6, payloadBytes: 1_000, subscriptionsPerConnection: 128 };
const FRAME_BYTES = 20_000;

describe('a client whose server tells its limits', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;
  let channel: ChannelHandle;
  const logger = { debug: jest.fn(), warn: jest.fn(), error: jest.fn() };

  const limited = (limits: object) => (server.welcome = { ...server.welcome, limits });
  const sent = (): unknown[] =>
    server.bodies('rt:message').map((body) => (body as { readonly payload: unknown }).payload);
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

  beforeEach(async () => {
    server = await ScriptedServer.listen(0, FRAME_BYTES);
    limited(LIMITS);
    client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20, autoConnect: false, logger });
    channel = client.channel('a');
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  /** Uses up the burst: no further request goes out for as long as no test waits. */
  async function exhaust(): Promise<void> {
    limited({ ...LIMITS, messagesPerSecond: 0.01 });
    client.connect();
    await channel.ready();
    await Promise.all(numbers(LIMITS.messageBurst - 1).map((n) => channel.send('m', n)));
  }

  it('sends what was written offline in order, as fast as the server takes it', async () => {
    client.connect();
    const all = numbers(20).map((n) => channel.send('m', n));
    await Promise.all(all);
    expect(sent()).toEqual(numbers(20));
  });

  it('does not wait where the server tells none', async () => {
    server.welcome = { ...server.welcome, limits: undefined };
    server.on('rt:message', () => undefined);
    client.connect();
    for (const n of numbers(200)) void channel.send('m', n).catch(() => undefined);
    await server.heard('rt:message', 200);
    expect(sent()).toEqual(numbers(200));
  });

  it('counts every request, and lets subscriptions and the like go before messages', async () => {
    await exhaust();
    limited(LIMITS);
    const order = server.requests.length;
    void channel.send('m', 'waits').catch(() => undefined);
    const other = client.channel('b');
    client.watch(['ada']);
    await new Promise(setImmediate);
    expect(server.requests).toHaveLength(order);
    server.drop();
    await Promise.all([other.ready(), channel.ready(), server.heard('rt:watch')]);
  });

  it('rejects with TIMEOUT what waits for too long, and does not send it', async () => {
    await exhaust();
    await expect(channel.send('m', 'late', { timeout: 20 })).rejects.toMatchObject({ code: 'TIMEOUT' });
    const controller = new AbortController();
    const aborted = channel.send('m', 'aborted', { signal: controller.signal });
    controller.abort();
    await expect(aborted).rejects.toMatchObject({ name: 'AbortError' });
    server.drop();
    await channel.send('m', 'next');
    expect(sent().slice(5)).toEqual(['next']);
  });

  it('does not send what waits for its turn when the handle is unsubscribed', async () => {
    await exhaust();
    const other = client.channel('a');
    const waiting = other.send('m', 'unwanted');
    other.unsubscribe();
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    server.drop();
    await channel.send('m', 'next');
    expect(sent().slice(5)).toEqual(['next']);
  });

  it('keeps what waits for its turn for the next connection, in order, and rejects it with disconnect()', async () => {
    await exhaust();
    const waiting = ['first', 'second'].map((each) => channel.send('m', each));
    const off = channel.onStatus(
      ({ state }) => state === 'subscribing' && waiting.push(channel.send('m', 'of a listener')),
    );
    limited(LIMITS);
    server.drop();
    await reached(client, 'reconnecting');
    await Promise.all([...waiting, channel.send('m', 'third')]);
    expect(sent().slice(5)).toEqual(['first', 'second', 'of a listener', 'third']);
    off();
    client.disconnect();
    await exhaust();
    const given = channel.send('m', 'given up');
    client.disconnect();
    await expect(given).rejects.toMatchObject({ code: 'CLOSED' });
  });

  it('sends no message over a subscription that has ended while it waited', async () => {
    await exhaust();
    const waiting = channel.send('m', 'x');
    server.socket.emit('rt:evicted', { channel: 'a', code: 'REVOKED', retryable: false });
    const ended = await reached(channel, 'ended');
    expect(ended.reason?.code).toBe('REVOKED');
    client.disconnect();
    await expect(waiting).rejects.toMatchObject({ code: 'CLOSED' });
    expect(sent()).toHaveLength(5);
  });

  it('leaves 120 channels and opens 120 others in four requests', async () => {
    limited({ ...LIMITS, messageBurst: 40 });
    client.connect();
    const old = numbers(120).map((n) => client.channel('old.{n}', { n: `${n}` }));
    await Promise.all(old.map((each) => each.ready()));
    const from = server.requests.length;
    for (const each of old) each.unsubscribe();
    const others = numbers(120).map((n) => client.channel('new.{n}', { n: `${n}` }));
    await Promise.all(others.map((each) => each.ready()));
    expect(server.requests.slice(from).map(({ event, body }) => [event, (body as unknown[]).length])).toEqual([
      ['rt:unsubscribe', 100],
      ['rt:unsubscribe', 20],
      ['rt:subscribe', 100],
      ['rt:subscribe', 20],
    ]);
  });

  it('unsubscribes again from what the server has refused of a batch', async () => {
    client.connect();
    const others = ['b', 'c'].map((name) => client.channel(name));
    await Promise.all(others.map((each) => each.ready()));
    const refused = { ok: false, error: { code: 'OVERLOADED', message: '', retryable: true } };
    server.on('rt:unsubscribe', ({ body }) =>
      Array.isArray(body) ? [{ ok: true, channel: 'b' }, refused] : { ok: true, channel: 'c' },
    );
    for (const each of others) each.unsubscribe();
    await server.heard('rt:unsubscribe', 2);
    expect(server.bodies('rt:unsubscribe')).toEqual([[{ channel: 'b' }, { channel: 'c' }], { channel: 'c' }]);
  });

  it('rejects a payload that the server would not take before it is sent, and harms nothing in flight', async () => {
    server.on('rt:message', ({ body, reply }) => void setImmediate(() => reply({ ok: true, data: body })));
    client.connect();
    await channel.ready();
    const tooLarge = { code: 'PAYLOAD_TOO_LARGE', retryable: false };
    const inFlight = channel.send('m', 'x'.repeat(998));
    for (const payload of ['x'.repeat(999), { é: 'é'.repeat(500) }, numbers(251), '\u0000'.repeat(FRAME_BYTES / 6)])
      await expect(channel.send('m', payload)).rejects.toMatchObject(tooLarge);
    await inFlight;
    expect(await channel.trySend('m', 'x'.repeat(FRAME_BYTES))).toMatchObject({ ok: false, error: tooLarge });
    // Longer as JSON, but not as the server counts.
    for (const payload of ['\u0001'.repeat(998), numbers(250).map(() => 1e300)]) await channel.send('m', payload);
    expect([sent().length, server.handshakes.length]).toEqual([3, 1]);
  });

  it('rejects binary data, which would cost the connection', async () => {
    client.connect();
    await channel.ready();
    await expect(channel.send('m', new Uint8Array(3))).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    await channel.send('m', 1);
    expect([sent(), server.handshakes.length]).toEqual([[1], 1]);
  });

  it('subscribes in smaller batches where positions or names are too long for one frame', async () => {
    const since = { epoch: 'e'.repeat(1_000), offset: 1 };
    const handles = numbers(50).map((n) => client.channel('long.{n}', { n: `${n}` }, { since }));
    client.connect();
    await Promise.all([channel, ...handles].map((each) => each.ready()));
    expect(new Set(server.bodies('rt:subscribe').flat())).toHaveProperty('size', 51);
    expect(server.handshakes).toHaveLength(1);
  });

  it('gives up a watch list that is too long for a frame, and says so', async () => {
    client.connect();
    await channel.ready();
    client.watch(numbers(100).map((n) => `${n}`.padStart(200, 'x')));
    await new Promise(setImmediate);
    expect(logger.warn).toHaveBeenLastCalledWith('Realtime watch list', expect.objectContaining({ code: 'PAYLOAD_TOO_LARGE' })); // prettier-ignore
    await channel.send('m', 1);
    expect(server.handshakes).toHaveLength(1);
  });
});
