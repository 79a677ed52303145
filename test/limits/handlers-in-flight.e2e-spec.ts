import { afterEach, describe, expect, it } from '@jest/globals';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  RealtimeHandler,
  type RealtimeLimits,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { Latch } from '../kit/latch.js';
import { FAN_OUTS } from './fan-outs.js';

const SLOTS = 3;
/** Four messages may wait for each handler that may run. */
const ADMITTED = SLOTS * 5;

const jobs = defineRealtimeChannel({ name: 'jobs.{id}', scope: 'public', messages: { work: z.unknown() } });

/** What the handler does now. */
let work: (payload: unknown) => Promise<void>;

@RealtimeChannel(jobs)
class OnWork {
  @RealtimeHandler('work')
  work(payload: unknown): Promise<void> {
    return work(payload);
  }
}

describe.each(FAN_OUTS)('handlers of one connection on the %s path', (fanOut) => {
  let app: TestApp;

  afterEach(async () => {
    expect(app.stats().fanOut).toBe(fanOut);
    await closeApps();
  });

  const bootWith = async (limits: Partial<RealtimeLimits>): Promise<void> => {
    app = await boot({ imports: [RealtimeModule.forRoot({ fanOut, limits })], providers: [OnWork] });
  };

  it('handlers run side by side on different channels, but never more than handlersInFlight', async () => {
    let running = 0;
    let most = 0;
    let started = 0;
    const full = new Latch();
    const go = new Latch();
    work = async () => {
      started++;
      most = Math.max(most, ++running);
      if (running === SLOTS) full.open();
      await go.opened;
      running--;
    };
    await bootWith({ handlersInFlight: SLOTS, messageBurst: 1_000 });
    const client = await app.connect();
    const channels = Array.from({ length: 40 }, (_, i) => `jobs.${i}`);
    await client.request(
      'rt:subscribe',
      channels.map((channel) => ({ channel })),
    );

    const replies = Promise.all(channels.map((channel) => client.send(channel, 'work')));
    await full.opened;
    await client.settle();
    expect(app.stats().inFlight).toBe(SLOTS);
    expect(started).toBe(SLOTS);
    go.open();

    const codes = (await replies).map((reply) => (reply.ok ? 'ok' : reply.error!.code));
    expect(codes.filter((code) => code === 'ok')).toHaveLength(ADMITTED);
    expect(codes.filter((code) => code === 'OVERLOADED')).toHaveLength(40 - ADMITTED);
    expect({ most, started, running }).toEqual({ most: SLOTS, started: ADMITTED, running: 0 });
    expect(app.stats().inFlight).toBe(0);
  });

  it('handlers do not take the places of another connection', async () => {
    const go = new Latch();
    work = async (wait) => (wait ? go.opened : undefined);
    await bootWith({ handlersInFlight: 1 });
    const [busy, calm] = [await app.connect(), await app.connect()];
    await Promise.all([busy.subscribe('jobs.1'), calm.subscribe('jobs.1')]);
    const held = Promise.all(Array.from({ length: 5 }, () => busy.send('jobs.1', 'work', true)));
    expect((await busy.send('jobs.1', 'work')).error?.code).toBe('OVERLOADED');
    expect(await calm.send('jobs.1', 'work')).toEqual({ ok: true });
    go.open();
    expect(await held).toEqual(Array(5).fill({ ok: true }));
  });
});
