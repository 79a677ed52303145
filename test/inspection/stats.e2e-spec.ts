import { afterEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const payload = z.object({});
const orders = defineRealtimeChannel({ name: 'orders.{orderId}', scope: 'public', payload });
const news = defineRealtimeChannel({ name: 'news', scope: 'public', payload });
const odd = defineRealtimeChannel({ name: 'constructor', scope: 'public', payload });
const secret = defineRealtimeChannel({ name: 'secret', scope: { role: 'admin' }, payload });

afterEach(closeApps);

describe('stats', () => {
  const MODULE = {
    imports: [
      RealtimeModule.forRoot({ authenticator: KnownUsers }),
      RealtimeModule.forFeature([orders, news, odd, secret]),
    ],
  };

  it('subscriptions are counted by template, never by concrete name', async () => {
    const app = await boot(MODULE);
    const [ann, bob] = [await app.connect({ as: 'ann' }), await app.connect()];
    for (const channel of ['orders.1', 'orders.2', 'constructor']) await ann.subscribe(channel);
    for (const channel of ['orders.1', 'news']) await bob.subscribe(channel);

    expect(app.stats()).toMatchObject({ state: 'accepting', connections: 2, subscriptions: 5, rooms: 4 });
    expect(app.stats().channels).toEqual({ 'orders.{orderId}': 3, news: 1, constructor: 1 });
  });

  it('a template is omitted when its last subscriber has gone', async () => {
    const app = await boot(MODULE);
    const client = await app.connect();
    await client.subscribe('news');
    await client.unsubscribe('news');
    expect(app.stats()).toMatchObject({ subscriptions: 0, channels: {} });
  });

  it('refusals are counted by code', async () => {
    const app = await boot(MODULE);
    const [ann, anonymous] = [await app.connect({ as: 'ann' }), await app.connect()];
    await ann.subscribe('secret');
    await ann.subscribe('unknown');
    await anonymous.subscribe('secret');
    expect(app.stats().refusals).toEqual({ FORBIDDEN: 2, UNAUTHENTICATED: 1 });
  });
});
