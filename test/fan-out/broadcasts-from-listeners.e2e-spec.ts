// Does a broadcast reach its audience where a listener makes another one in the middle of it?
import { afterEach, expect, it } from '@jest/globals';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';
import { DeafClient } from '../limits/deaf-client.js';
import { FAN_OUTS } from '../limits/fan-outs.js';

const feed = defineRealtimeChannel({
  name: 'feed.{part}',
  scope: 'public',
  payload: z.object({ n: z.number(), text: z.string() }),
  slowConsumer: 'drop',
});
const notes = defineRealtimeChannel({ name: 'notes', scope: 'public', payload: z.number() });

/** More than any kernel takes for one client. */
const EVENTS = 2_000;
const TEXT = 'x'.repeat(10_000);

afterEach(closeApps);

it.each(FAN_OUTS)('a listener of "overflowed" changes no audience, on the %s path', async (fanOut) => {
  const app = await boot({
    imports: [
      RealtimeModule.forRoot({ authenticator: KnownUsers, fanOut, limits: { queuedBytes: 100_000 } }),
      RealtimeModule.forFeature([feed, notes]),
    ],
  });
  const deaf = await DeafClient.subscribed(app.url, 'feed.a');
  const [ann, bob] = [await app.connect({ as: 'ann' }), await app.connect({ as: 'bob' })];
  for (const client of [ann, bob]) for (const name of ['feed.a', 'feed.b', 'notes']) await client.subscribe(name);
  let overflows = 0;
  app.hooks.on('overflowed', () => {
    overflows++;
    void app.broadcast(notes, 'message', overflows, { except: { userId: 'carol' } });
  });
  const list = [feed.with({ part: 'a' }), feed.with({ part: 'b' })];
  for (let n = 0; n < EVENTS; n++) {
    await app.broadcast(list, 'message', { n, text: TEXT }, { except: { userId: 'bob' } });
    if (n % 4 === 0) await ann.settle();
  }
  await Promise.all([ann.settle(), bob.settle()]);
  expect(overflows).toBeGreaterThan(0);
  const ofFeed = ann.events.filter(({ channel }) => channel !== 'notes');
  expect(ofFeed.map(({ channel, payload }) => [channel, (payload as { n: number }).n])).toEqual(
    Array.from({ length: EVENTS }, (_, n) => ['feed.a', n]),
  );
  expect(bob.events.filter(({ channel }) => channel !== 'notes')).toEqual([]);
  expect([ann, bob].map(({ events }) => events.filter(({ channel }) => channel === 'notes').length)).toEqual([
    overflows,
    overflows,
  ]);
  deaf.close();
});
