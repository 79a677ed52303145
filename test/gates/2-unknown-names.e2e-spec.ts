// Does the programmer learn of a typo in a channel name, while the client learns nothing?
import { afterEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Client, Reply } from '../kit/client.js';
import { KnownUsers } from '../kit/known-users.js';
import { LogBook } from '../kit/log-book.js';
import { until } from '../kit/until.js';

const payload = z.object({});
const orders = defineRealtimeChannel({ name: 'orders.{orderId}', scope: 'public', payload });
const admin = defineRealtimeChannel({ name: 'admin', scope: { role: 'admin' }, payload });

const log = new LogBook();
const told = (): string[] => log.lines.filter((line) => line.startsWith('warn '));
const line = (name: string, nearest: string): string =>
  `warn A client asks for the channel "${name}", which matches no registered channel. The nearest template is "${nearest}". Realtime`;
const environment = process.env.NODE_ENV;

const start = (channels = [orders, admin], logger = log): Promise<TestApp> =>
  boot(
    {
      imports: [
        RealtimeModule.forRoot({
          authenticator: KnownUsers,
          hosts: ['127.0.0.1'],
          limits: { messagesPerSecond: 1_000, messageBurst: 1_000 },
        }),
        RealtimeModule.forFeature(channels),
      ],
    },
    { logger },
  );

/** Asks once more: a line about the first request stands in the log by the second answer. */
async function ask(client: Client, ...channels: string[]): Promise<Reply[]> {
  const replies: Reply[] = [];
  for (const channel of channels) replies.push(await client.subscribe(channel));
  await client.settle();
  return replies;
}

describe('a name that no channel has', () => {
  afterEach(async () => {
    process.env.NODE_ENV = environment;
    log.lines.length = 0;
    await closeApps();
  });

  it('is one warning for each name, with the nearest template', async () => {
    const app = await start();
    const [one, other] = [await app.connect(), await app.connect({ as: 'ann' })];
    for (const client of [one, other, one]) await ask(client, 'order.42', 'orders.42', 'Orders.7.items', 'admn');
    expect(told()).toEqual([
      line('order.42', 'orders.{orderId}'),
      line('Orders.7.items', 'orders.{orderId}'),
      line('admn', 'admin'),
    ]);
  });

  it('is named where it is one of a batch, and where no channel is registered', async () => {
    const client = await (await start()).connect();
    await client.request('rt:subscribe', [{ channel: 'orders.1' }, { channel: 'ordrs.1' }]);
    await client.settle();
    expect(told()).toEqual([line('ordrs.1', 'orders.{orderId}')]);
    log.lines.length = 0;
    await ask(await (await start([])).connect(), 'orders.1');
    expect(told()).toEqual([expect.stringContaining('No channel is registered.')]);
  });

  it('gets the answer of a channel that is forbidden, byte for byte', async () => {
    const app = await start();
    for (const as of [undefined, 'ann']) {
      const [unknown, forbidden] = await ask(await app.connect({ as }), 'admyn', 'admin');
      expect(JSON.stringify(unknown).replace('admyn', 'admin')).toBe(JSON.stringify(forbidden));
    }
    expect(told()).toEqual([line('admyn', 'admin')]);
  });

  it('is not reported where the name is known and its scope or its form is refused', async () => {
    const client = await (await start()).connect();
    await ask(client, 'admin', 'orders.1');
    await client.request('rt:subscribe', { channel: 'or\nders.1' });
    await client.settle();
    expect(told()).toEqual([]);
  });

  it('cannot flood the log, fill the memory or forge a line', async () => {
    const client = await (await start()).connect();
    const long = Array.from({ length: 8 }, () => 'x'.repeat(60)).join('.');
    await ask(client, long, 'u.%E2%80%AE%E2%80%A8', ...Array.from({ length: 300 }, (_, n) => `orderz.${n}`));
    const lines = await until(told, ({ length }) => length > 0);
    expect(lines).toHaveLength(101);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThan(400);
    expect(lines.join('')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    expect(lines.at(-1)).toContain('Further names are not reported.');
  });

  it('is answered where the log fails', async () => {
    class Failing extends LogBook {
      override warn(): void {
        throw new Error('the disk is full');
      }
    }
    const app = await start([orders], new Failing());
    expect(await ask(await app.connect(), 'order.1', 'orders.1')).toMatchObject([{ ok: false }, { ok: true }]);
  });

  it('is not reported in production, where strangers ask for every name', async () => {
    process.env.NODE_ENV = 'production';
    await ask(await (await start()).connect(), 'order.42');
    expect(told()).toEqual([]);
  });
});
