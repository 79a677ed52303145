// Who is slow when an application broadcasts much at once? Only a client that does not read, once it has had turns of the event loop to read in.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { io } from 'socket.io-client';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { KnownUsers } from '../kit/known-users.js';
import { LogBook } from '../kit/log-book.js';
import { until } from '../kit/until.js';
import { DeafClient } from './deaf-client.js';
import { FAN_OUTS } from './fan-outs.js';

const row = z.object({ n: z.number(), text: z.string() });
const rows = defineRealtimeChannel({
  name: 'rows',
  scope: 'public',
  payload: row,
  messages: { export: z.object({ count: z.number(), bytes: z.number() }) },
});
const drops = defineRealtimeChannel({ name: 'drops', scope: 'public', payload: row, slowConsumer: 'drop' });

@RealtimeChannel(rows)
class OnExport {
  @RealtimeHandler(rows, 'export')
  async export({ count, bytes }: { count: number; bytes: number }, ctx: RealtimeContext<typeof rows>): Promise<void> {
    for (let n = 0; n < count; n++) await ctx.send('message', { n, text: 'x'.repeat(bytes) });
  }
}

const MB = 1_000_000;
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe.each(FAN_OUTS)('on the %s path', (fanOut) => {
  let app: TestApp;
  let log: LogBook;

  const start = async (options: object = {}): Promise<void> => {
    log = new LogBook();
    app = await boot(
      {
        imports: [
          RealtimeModule.forRoot({ authenticator: KnownUsers, fanOut, ...options }),
          RealtimeModule.forFeature([drops]),
        ],
        providers: [OnExport],
      },
      { logger: log },
    );
  };
  const reader = async (channel: string): Promise<Client> => {
    const client = await app.connect();
    await client.subscribe(channel);
    return client;
  };
  const heard = (client: Client): number[] => client.events.map(({ payload }) => (payload as { n: number }).n);

  afterEach(async () => {
    await app.hangUp();
    expect(Object.entries(app.stats().holdings).filter(([, size]) => size > 0)).toEqual([]);
    await closeApps();
  });

  it.each([
    ['6,000 rows of 1 kB', 6_000, 1_000],
    ['40,000 rows of 1 kB', 40_000, 1_000],
    ['30 rows of 2 MB', 30, 2 * MB],
  ])('a client that reads gets all of a job that awaits each broadcast: %s', async (_, count, bytes) => {
    await start();
    const [client, other] = [await reader('rows'), await reader('drops')];
    const text = 'x'.repeat(bytes);
    for (let n = 0; n < count; n++) {
      await app.broadcast(rows, { n, text });
      if (n % 10 === 0) await app.broadcast(drops, { n, text: '' });
    }
    await Promise.all([client.settle(), other.settle()]);
    expect(heard(client)).toEqual(numbers(count));
    expect(other.events).toHaveLength(Math.ceil(count / 10));
    expect(client.log).not.toContain('rt:bye');
  });

  it.each([
    ['6,000 rows of 1 kB', 6_000, 1_000],
    ['3 rows of 2 MB', 3, 2 * MB],
  ])('a client that reads gets all of a job that awaits nothing: %s', async (_, count, bytes) => {
    await start();
    for (const channel of [rows, drops]) {
      const client = await reader(channel.name);
      const text = 'x'.repeat(bytes);
      await Promise.all(numbers(count).map((n) => app.broadcast(channel, { n, text })));
      await client.settle();
      expect(heard(client)).toEqual(numbers(count));
    }
  });

  it.each([
    ['6,000 rows of 1 kB', { count: 6_000, bytes: 1_000 }],
    ['3 rows of 2 MB', { count: 3, bytes: 2 * MB }],
  ])('a client that reads gets all that its own message has a handler send it: %s', async (_, payload) => {
    await start();
    const client = await reader('rows');
    expect(await client.send('rows', 'export', payload)).toEqual({ ok: true });
    await client.settle();
    expect(heard(client)).toEqual(numbers(payload.count));
  });

  it('a client that polls all the time gets all of a job that awaits each broadcast', async () => {
    await start({ transports: ['polling'], limits: { queuedBytes: 20_000 } });
    const socket = io(app.url, { path: '/realtime', transports: ['polling'], forceNew: true, reconnection: false });
    const heardByPolls: number[] = [];
    const ended: string[] = [];
    socket.on('rt:event', (_channel, _event, { n }: { n: number }) => heardByPolls.push(n));
    socket.on('disconnect', (reason) => ended.push(reason));
    await new Promise((resolve) => socket.once('rt:welcome', resolve));
    await socket.emitWithAck('rt:subscribe', { channel: 'rows' });
    const text = 'x'.repeat(1_000);
    const end = performance.now() + 3_000;
    let n = 0;
    for (; performance.now() < end; n++) {
      void app.broadcast(rows, { n, text });
      // Each poll takes more than the limit, and finds as much again.
      if (n % 60 === 0) await socket.emitWithAck('rt:settle');
    }
    await until(
      () => heardByPolls.length,
      (length) => length === n || ended.length > 0,
    );
    expect(ended).toEqual([]);
    expect(heardByPolls).toEqual(numbers(n));
    socket.disconnect();
    await until(
      () => app.stats().connections,
      (connections) => connections === 0,
    );
  });

  it('a client that does not read is cut within seconds, though nothing more is broadcast to it, and hears why', async () => {
    await start({ limits: { queuedBytes: 100_000 } });
    const deaf = await DeafClient.subscribed(app.url, 'rows', 'ann');
    const cut = app.nextHook('overflowed');
    const text = 'x'.repeat(100_000);
    // The kernel still takes some of what waits.
    while (app.stats().queuedBytes <= 600_000) {
      void app.broadcast(rows, { n: 0, text });
      await nextTurn();
    }
    expect(await cut).toMatchObject({ policy: 'disconnect', channel: { name: 'rows' } });
    expect(app.stats().connections).toBe(0);
    expect(log.lines.filter((line) => line.includes('slow client'))).toEqual([
      expect.stringMatching(
        /^warn A slow client was cut off: user "ann"; \d+ bytes waited, events of channel "rows" last; above limits.queuedBytes for \d{3,5} ms/,
      ),
    ]);
    deaf.hear();
    await until(
      () => deaf.closed,
      (closed) => closed,
    );
    expect(deaf.packets.at(-1)).toBe('42["rt:bye",{"code":"SLOW_CONSUMER","reconnect":true}]');
  });

  it('a client that never reads is gone in the end', async () => {
    await start({ limits: { queuedBytes: 100_000 } });
    const deaf = await DeafClient.subscribed(app.url, 'rows');
    const text = 'x'.repeat(MB);
    while (app.stats().connections > 0) await app.broadcast(rows, { n: 0, text });
    await until(
      () => app.stats().holdings.transports,
      (transports) => transports === 0,
    );
    deaf.close();
  });

  it('holds a bounded number of bytes for a client that does not read, for a job that awaits nothing', async () => {
    await start({ limits: { queuedBytes: 100_000 } });
    const deaf = await DeafClient.subscribed(app.url, 'drops');
    const text = 'x'.repeat(10_000);
    const job = Promise.all(numbers(3_000).map((n) => app.broadcast(drops, { n, text })));
    const { queuedBytes } = app.stats();
    await job;
    expect(queuedBytes).toBeGreaterThan(100_000);
    expect(queuedBytes).toBeLessThan(900_000);
    deaf.close();
  });
});
