// Which limits may a channel and a message have of their own?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, RealtimeChannel, RealtimeHandler, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';

const anything = z.unknown();
const bounded = defineRealtimeChannel({
  name: 'bounded.{id}',
  scope: 'public',
  messages: {
    free: anything,
    rare: { payload: anything, limits: { messagesPerSecond: 0.01, messageBurst: 2 } },
    short: { payload: anything, limits: { payloadBytes: 20 } },
    long: { payload: anything, limits: { payloadBytes: 1_000_000 } },
  },
  limits: { messagesPerSecond: 0.01, messageBurst: 8, payloadBytes: 100, payloadDepth: 2, payloadKeys: 3 },
});

@RealtimeChannel(bounded)
class OnBounded {
  @RealtimeHandler('free') free(): void {}
  @RealtimeHandler('rare') rare(): void {}
  @RealtimeHandler('short') short(): void {}
  @RealtimeHandler('long') long(): void {}
}

describe('limits of a channel', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await boot({
      imports: [RealtimeModule.forRoot({ limits: { messageBurst: 1_000 } })],
      providers: [OnBounded],
    });
  });
  afterAll(closeApps);

  const join = async (): Promise<Client> => {
    const client = await app.connect();
    await client.subscribe('bounded.1');
    await client.subscribe('bounded.2');
    return client;
  };
  const send = async (client: Client, event: string, payload: unknown, channel = 'bounded.1'): Promise<string> => {
    const { ok, error } = await client.request('rt:message', { channel, event, payload });
    return ok ? 'OK' : error!.code;
  };

  it('bound the messages of one connection, over all channels of the declaration', async () => {
    const client = await join();
    for (let i = 0; i < 8; i++) expect(await send(client, 'free', i, `bounded.${1 + (i % 2)}`)).toBe('OK');
    expect(await send(client, 'free', 8)).toBe('RATE_LIMITED');
    expect(await send(await join(), 'free', 0)).toBe('OK');
  });

  it('tell the client when it may try again', async () => {
    const client = await join();
    for (let i = 0; i < 2; i++) expect(await send(client, 'rare', i)).toBe('OK');
    const { error } = await client.request('rt:message', { channel: 'bounded.1', event: 'rare', payload: 2 });
    expect(error).toEqual({
      code: 'RATE_LIMITED',
      message: 'Too many requests.',
      retryable: true,
      retryAfterMs: expect.any(Number) as unknown,
    });
    expect(await send(client, 'free', 0)).toBe('OK');
  });

  it.each<[string, string, unknown, string]>([
    ['the bytes of the channel', 'free', 'x'.repeat(101), 'PAYLOAD_TOO_LARGE'],
    ['the depth', 'free', { a: { b: {} } }, 'PAYLOAD_TOO_LARGE'],
    ['the keys', 'free', [1, 2, 3, 4], 'PAYLOAD_TOO_LARGE'],
    ['the bytes of the message', 'short', 'x'.repeat(50), 'PAYLOAD_TOO_LARGE'],
    ['a message that would be looser than its channel', 'long', 'x'.repeat(101), 'PAYLOAD_TOO_LARGE'],
    ['nothing within them', 'free', { a: [1] }, 'OK'],
  ])('bound %s', async (_, event, payload, outcome) => {
    expect(await send(await join(), event, payload)).toBe(outcome);
  });
});
