import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AnyChannel, type ChannelTarget, defineRealtimeChannel } from '@nestjs-realtime/contract';
import { z } from 'zod';
import { refuse, ScriptedServer } from '../test/scripted-server.js';
import { createRealtimeClient, RealtimeError, type RealtimeClient } from './index.js';

const auctions = defineRealtimeChannel({
  name: 'auctions.{auctionId}',
  scope: 'public',
  messages: {
    poke: null,
    bid: {
      payload: z.object({ amount: z.number() }),
      errors: { BID_TOO_LOW: z.object({ minimum: z.number() }), CLOSED_NOW: null },
      reply: z.object({ rank: z.number() }),
    },
  },
});
const lobby = defineRealtimeChannel({ name: 'lobby', scope: 'public', messages: { poke: null } });

describe('a message', () => {
  let server: ScriptedServer;
  let client: RealtimeClient;

  beforeEach(async () => {
    server = await ScriptedServer.listen();
    client = createRealtimeClient({ url: server.url, retryDelay: 5, maxRetryDelay: 20 });
  });
  afterEach(async () => {
    await client.close();
    await server.close();
  });

  it('that carries nothing has no payload on the wire', async () => {
    const auction = client.channel(auctions, { auctionId: '1' });
    expect(await auction.send('poke')).toBeUndefined();
    await auction.send('poke', undefined, { traceparent: '00-1' });
    expect(server.bodies('rt:message')).toStrictEqual([
      { channel: 'auctions.1', event: 'poke' },
      { channel: 'auctions.1', event: 'poke', traceparent: '00-1' },
    ]);
  });

  it('gives its reply, or the error that it declares with its data', async () => {
    const auction = client.channel(auctions, { auctionId: '1' });
    const answers: unknown[] = [
      { ok: true, data: { rank: 2 } },
      refuse('BID_TOO_LOW', false, { data: { minimum: 10 } }),
      refuse('CLOSED_NOW', true),
    ];
    server.on('rt:message', () => answers.shift());
    expect(await auction.trySend('bid', { amount: 20 })).toEqual({ ok: true, data: { rank: 2 } });
    const low = await auction.trySend('bid', { amount: 1 });
    if (low.ok || low.error.code !== 'BID_TOO_LOW') throw new Error('expected BID_TOO_LOW');
    expect(low.error.data.minimum).toBe(10);
    expect(low.error).toBeInstanceOf(RealtimeError);
    const closed = await auction.trySend('bid', { amount: 1 });
    expect(closed).toMatchObject({ ok: false, error: { code: 'CLOSED_NOW', retryable: true, data: undefined } });
  });

  it('that could not be sent is a result, too', async () => {
    const auction = client.channel(auctions, { auctionId: '1' });
    server.on('rt:message', () => undefined);
    expect(await auction.trySend('poke', undefined, { timeout: 20 })).toMatchObject({
      ok: false,
      error: { code: 'TIMEOUT' },
    });
    client.disconnect();
    expect(await auction.trySend('poke')).toMatchObject({ ok: false, error: { code: 'CLOSED' } });
  });

  it('still throws what is not of the realtime layer', async () => {
    const auction = client.channel(auctions, { auctionId: '1' });
    await expect(auction.trySend('poke', undefined, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      name: 'AbortError',
    });
    await expect(auction.trySend('poke', undefined, { timeout: NaN })).rejects.toThrow(RangeError);
  });

  describe('without a handle', () => {
    it('subscribes for as long as it takes', async () => {
      server.on('rt:message', () => ({ ok: true, data: { rank: 1 } }));
      expect(await client.send(auctions.with({ auctionId: '1' }), 'bid', { amount: 1 })).toEqual({ rank: 1 });
      expect(await client.send(lobby, 'poke')).toEqual({ rank: 1 });
      await server.heard('rt:unsubscribe', 2);
      expect(server.requests.map(({ event, body }) => [event, body])).toEqual([
        ['rt:subscribe', { channel: 'auctions.1' }],
        ['rt:message', { channel: 'auctions.1', event: 'bid', payload: { amount: 1 } }],
        ['rt:unsubscribe', { channel: 'auctions.1' }],
        ['rt:subscribe', { channel: 'lobby' }],
        ['rt:message', { channel: 'lobby', event: 'poke' }],
        ['rt:unsubscribe', { channel: 'lobby' }],
      ]);
    });

    it('shares the subscription of the handles, and leaves it to them', async () => {
      const auction = client.channel(auctions, { auctionId: '1' });
      await Promise.all([1, 2, 3].map((amount) => client.send(auctions.with({ auctionId: '1' }), 'bid', { amount })));
      await auction.send('poke');
      expect(server.requests.map(({ event }) => event)).toEqual([
        'rt:subscribe',
        ...Array<string>(4).fill('rt:message'),
      ]);
      expect(server.bodies('rt:message')).toMatchObject([
        { payload: { amount: 1 } },
        { payload: { amount: 2 } },
        { payload: { amount: 3 } },
        {},
      ]);
    });

    it('rejects with the refusal of the channel, or of the message', async () => {
      server.on('rt:subscribe', () => refuse('FORBIDDEN', false));
      await expect(client.send(lobby, 'poke')).rejects.toMatchObject({ code: 'FORBIDDEN' });
      server
        .on('rt:subscribe', () => ({ ok: true, channel: 'lobby' }))
        .on('rt:message', () => refuse('RATE_LIMITED', true));
      await expect(client.send(lobby, 'poke')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    });

    it.each([
      ['a name', 'lobby'],
      ['undefined', undefined],
      ['null', null],
      ['an object', {}],
      ['a number', 7],
    ])('rejects %s as a target, and says so', async (_what, target) => {
      await expect(client.send(target as unknown as ChannelTarget<AnyChannel>, 'poke', 1)).rejects.toThrow(
        'This is no channel',
      );
      expect(server.requests).toEqual([]);
    });

    it('rejects a descriptor that needs params', async () => {
      await expect(client.send(auctions as never, 'poke' as never)).rejects.toThrow('needs the param "auctionId"');
    });
  });

  it.each([undefined, null, {}, 7, ''])('cannot be sent to the channel %p: there is none', (channel) => {
    const ask = () => client.channel(channel as string);
    expect(ask).toThrow(TypeError);
    expect(ask).toThrow('This is no channel; an import cycle may have left it undefined.');
  });
});

describe('a RealtimeError', () => {
  it('is known to another copy of the package', async () => {
    const path = './realtime-error.js?another-copy';
    const { RealtimeError: Other } = (await import(path)) as { RealtimeError: typeof RealtimeError };
    expect(Other).not.toBe(RealtimeError);
    const [mine, theirs] = [new RealtimeError('TIMEOUT', 'Mine.'), new Other('TIMEOUT', 'Theirs.')];
    expect(theirs).not.toBeInstanceOf(RealtimeError);
    expect([mine, theirs].map((error) => [RealtimeError.is(error), Other.is(error)])).toEqual([
      [true, true],
      [true, true],
    ]);
    const others = [
      undefined,
      null,
      'TIMEOUT',
      7,
      {},
      new Error('TIMEOUT'),
      { code: 'TIMEOUT', name: 'RealtimeError' },
    ];
    expect(others.filter((value) => RealtimeError.is(value))).toEqual([]);
  });
});
