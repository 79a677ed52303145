import { afterEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps } from '../kit/boot.js';
import { DeafClient } from './deaf-client.js';
import { FAN_OUTS } from './fan-outs.js';

const payload = z.object({ n: z.number(), text: z.string() });
const feed = defineRealtimeChannel({ name: 'feed', scope: 'public', payload, slowConsumer: 'drop' });
const orders = defineRealtimeChannel({ name: 'orders', scope: 'public', payload, slowConsumer: 'disconnect' });

const TEXT = 'x'.repeat(10_000);
/** 20 MB: more than any kernel takes for one client. */
const EVENTS = 2_000;

describe.each([
  { policy: 'drop', channel: feed, app: 'disconnect', stays: 1 },
  { policy: 'disconnect', channel: orders, app: 'drop', stays: 0 },
] as const)('a channel with slowConsumer "$policy"', ({ policy, channel, app: slowConsumer, stays }) => {
  afterEach(closeApps);

  it.each(FAN_OUTS)(`keeps to it in an application with "${slowConsumer}", on the %s path`, async (fanOut) => {
    const app = await boot({
      imports: [
        RealtimeModule.forRoot({ fanOut, slowConsumer, limits: { queuedBytes: 100_000 } }),
        RealtimeModule.forFeature([channel]),
      ],
    });
    const overflowed = app.record('overflowed');
    const deaf = await DeafClient.subscribed(app.url, channel.name);
    const judged = app.nextHook('overflowed');
    for (let n = 0; n < EVENTS; n++) {
      void app.broadcast(channel, { n, text: TEXT });
      if (n % 10 === 0) await new Promise(setImmediate);
    }
    await judged;
    await app.broadcast(channel, { n: EVENTS, text: TEXT });
    expect(app.stats().connections).toBe(stays);
    expect(app.stats().subscriptions).toBe(policy === 'drop' ? 1 : 0);
    expect(overflowed[0]).toMatchObject({
      channel: { descriptor: channel, name: channel.name },
      policy,
      connection: { closed: policy === 'disconnect' },
    });
    expect(overflowed.length > 1).toBe(policy === 'drop');
    const { queuedBytes } = app.stats();
    // Until the client is judged, 8 times the limit may wait.
    expect(queuedBytes).toBeLessThanOrEqual(800_000);
    expect(app.stats().fanOut).toBe(fanOut);
    deaf.close();
  });
});
