import { afterEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';

const number = z.number();
const windowed = defineRealtimeChannel({ name: 'windowed', scope: 'public', payload: number, flush: '50ms' });
const prices = defineRealtimeChannel({
  name: 'prices',
  scope: 'public',
  events: { bid: number, ask: number },
  conflate: true,
});
const plain = defineRealtimeChannel({ name: 'plain', scope: 'public', payload: number });

async function start(fanOut: 'fast' | 'stock' = 'fast'): Promise<[TestApp, Client]> {
  const app = await boot({
    imports: [RealtimeModule.forRoot({ fanOut }), RealtimeModule.forFeature([windowed, prices, plain])],
  });
  const client = await app.connect();
  for (const channel of ['windowed', 'prices', 'plain']) await client.subscribe(channel);
  return [app, client];
}

const seen = (client: Client): string[] =>
  client.events.map(({ channel, event, payload }) => `${channel} ${event} ${String(payload)}`);

describe('a channel that gathers events', () => {
  afterEach(closeApps);

  it('sends the events of one window together, in order, after those of channels that do not wait', async () => {
    const [app, client] = await start();
    const arrived = Promise.all([client.next('rt:event'), client.next('rt:event'), client.next('rt:event')]);
    for (const n of [1, 2]) await app.broadcast(windowed, n);
    await app.broadcast(plain, 3);
    await arrived;
    expect(seen(client)).toEqual(['plain message 3', 'windowed message 1', 'windowed message 2']);
  });

  it('waits no longer than anything else that is sent to a member, so that replies keep their place', async () => {
    const [app, client] = await start();
    await app.broadcast(windowed, 1);
    await client.settle();
    expect(seen(client)).toEqual(['windowed message 1']);
  });

  it('sends nothing of a window to a client that joins during it', async () => {
    const [app, client] = await start();
    const late = await app.connect();
    await app.broadcast(windowed, 1);
    await late.subscribe('windowed');
    await app.broadcast(windowed, 2);
    await Promise.all([client.settle(), late.settle()]);
    expect(seen(client)).toEqual(['windowed message 1', 'windowed message 2']);
    expect(seen(late)).toEqual(['windowed message 2']);
  });
});

describe('a channel that conflates events', () => {
  afterEach(closeApps);

  it('sends the newest of each event of a turn', async () => {
    const [app, client] = await start();
    await Promise.all([
      app.broadcast(prices, 'bid', 1),
      app.broadcast(prices, 'ask', 2),
      app.broadcast(prices, 'bid', 3),
      app.broadcast(plain, 4),
      app.broadcast(prices, 'bid', 5),
    ]);
    await client.settle();
    expect(seen(client).filter((line) => line.startsWith('prices'))).toEqual(['prices ask 2', 'prices bid 5']);
  });

  it('sends one event for each turn', async () => {
    const [app, client] = await start();
    for (const n of [1, 2, 3]) {
      await app.broadcast(prices, 'bid', n);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await client.settle();
    expect(seen(client)).toEqual(['prices bid 1', 'prices bid 2', 'prices bid 3']);
  });
});

describe('the stock path', () => {
  afterEach(closeApps);

  it('gathers and conflates nothing', async () => {
    const [app, client] = await start('stock');
    await Promise.all([app.broadcast(prices, 'bid', 1), app.broadcast(prices, 'bid', 2), app.broadcast(windowed, 3)]);
    await client.settle();
    expect(seen(client)).toEqual(['prices bid 1', 'prices bid 2', 'windowed message 3']);
  });
});
