// What does app.close() do over real sockets? Clients are notified, running work may finish, and nothing new begins.
import { afterEach, describe, expect, it } from '@jest/globals';
import { type CanActivate, Injectable, UseGuards } from '@nestjs/common';
import {
  defineRealtimeChannel,
  IRealtimeAuthenticator,
  RealtimeChannel,
  type RealtimeContext,
  type RealtimeHandshake,
  RealtimeHandler,
  RealtimeModule,
  type RealtimeSettings,
  type RealtimeUser,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, HTTP_ADAPTERS, type HttpAdapterName, type TestApp } from '../kit/boot.js';
import type { Client } from '../kit/client.js';
import { Latch } from '../kit/latch.js';

const workChannel = defineRealtimeChannel({
  name: 'work',
  scope: 'public',
  payload: z.number(),
  messages: { finish: { payload: z.unknown(), reply: z.string() }, never: z.unknown() },
});

/** Work that the test releases. */
@Injectable()
class Work {
  readonly begun = new Latch();
  readonly done = new Latch<string>();
  /** The authenticator and the guard of the slow channel answer once this is open. */
  readonly checked = new Latch();
  readonly asked = new Latch();
}

@RealtimeChannel(workChannel)
class OnWork {
  constructor(private readonly work: Work) {}

  @RealtimeHandler('finish')
  finish(): Promise<string> {
    this.work.begun.open();
    return this.work.done.opened;
  }

  @RealtimeHandler('never')
  never(_payload: unknown, context: RealtimeContext<typeof workChannel>): Promise<void> {
    context.signal.addEventListener('abort', () => this.work.done.open('aborted'));
    this.work.begun.open();
    return new Promise(() => undefined);
  }
}

const slowChannel = defineRealtimeChannel({ name: 'slow', scope: 'public', payload: z.number() });

@Injectable()
class SlowGuard implements CanActivate {
  constructor(private readonly work: Work) {}

  async canActivate(): Promise<boolean> {
    this.work.asked.open();
    await this.work.checked.opened;
    return true;
  }
}

@RealtimeChannel(slowChannel)
@UseGuards(SlowGuard)
class OnSlow {}

@Injectable()
class SlowAuthenticator extends IRealtimeAuthenticator {
  constructor(private readonly work: Work) {
    super();
  }

  async authenticate(handshake: RealtimeHandshake): Promise<RealtimeUser | null> {
    if (handshake.auth.token !== 'slow') return null;
    this.work.asked.open();
    await this.work.checked.opened;
    return { userId: 'late', roles: [] };
  }
}

describe('a drain', () => {
  let app: TestApp;
  let work: Work;

  async function start(settings: RealtimeSettings = {}, http: HttpAdapterName = 'express'): Promise<void> {
    app = await boot(
      {
        imports: [
          {
            module: class WorkModule {},
            global: true,
            providers: [Work],
            exports: [Work],
          },
          RealtimeModule.forRoot({ authenticator: SlowAuthenticator, ...settings }),
        ],
        providers: [OnWork, OnSlow],
      },
      { http },
    );
    work = app.nest.get(Work);
  }

  async function worker(): Promise<Client> {
    const client = await app.connect();
    await client.subscribe('work');
    return client;
  }

  async function goodbye(client: Client): Promise<number> {
    const [frame] = (await client.next('rt:bye')) as [{ retryAfterMs: number }];
    expect(frame).toEqual({ code: 'SHUTDOWN', reconnect: true, retryAfterMs: expect.any(Number) });
    return frame.retryAfterMs;
  }

  afterEach(closeApps);

  it('asks every client to reconnect, at moments spread over a second', async () => {
    await start();
    const clients = await Promise.all(Array.from({ length: 20 }, () => worker()));
    await app.nest.close();
    const delays = await Promise.all(clients.map(goodbye));
    await Promise.all(clients.map((client) => client.closed));
    expect(new Set(delays).size).toBeGreaterThan(10);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThan(1_100);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(300);
    expect(app.stats()).toMatchObject({ connections: 0, subscriptions: 0, rooms: 0, inFlight: 0 });
  });

  it.each(HTTP_ADAPTERS)('lets a running handler finish and its reply arrive, on %s', async (http) => {
    await start({}, http);
    const [busy, idle] = [await worker(), await worker()];
    const reply = busy.send('work', 'finish');
    await work.begun.opened;
    let over = false;
    const closed = app.nest.close().then(() => (over = true));
    await goodbye(busy);
    await idle.closed;
    expect([over, busy.socket.connected]).toEqual([false, true]);
    work.done.open('finished');
    expect(await reply).toEqual({ ok: true, data: 'finished' });
    await closed;
    await busy.closed;
    expect(busy.log.slice(-2)).toEqual(['rt:bye', 'reply rt:message']);
  });

  it('serves no new request, broadcast or connection', async () => {
    await start();
    const busy = await worker();
    const reply = busy.send('work', 'finish');
    await work.begun.opened;
    const closed = app.nest.close();
    await goodbye(busy);
    for (const request of ['rt:subscribe', 'rt:unsubscribe', 'rt:message', 'rt:authenticate', 'rt:junk']) {
      const refused = await busy.request(request, { channel: 'work' });
      expect(refused).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE', retryable: true } });
    }
    await app.broadcast(workChannel, 1);
    // the transport refuses it, so the authenticator is not asked
    await expect(app.connect({ as: 'slow' })).rejects.toThrow();
    work.done.open('finished');
    expect(await reply).toEqual({ ok: true, data: 'finished' });
    await closed;
    expect(busy.events).toEqual([]);
  });

  it('refuses a client that is being authenticated', async () => {
    await start();
    const busy = await worker();
    void busy.send('work', 'finish');
    await work.begun.opened;
    const connecting = app.connect({ as: 'slow' });
    connecting.catch(() => undefined);
    await work.asked.opened;
    const closed = app.nest.close();
    await goodbye(busy);
    work.checked.open();
    await expect(connecting).rejects.toMatchObject({ data: { code: 'UNAVAILABLE', retryable: true } });
    work.done.open('finished');
    await closed;
    expect(app.stats()).toMatchObject({ connections: 0, pendingAuthentications: 0 });
  });

  it('sends no event of a channel whose subscribe was under way', async () => {
    await start();
    const busy = await worker();
    const reply = busy.send('work', 'finish');
    await work.begun.opened;
    const subscribed = busy.subscribe('slow');
    await work.asked.opened;
    const closed = app.nest.close();
    await goodbye(busy);
    work.checked.open();
    await subscribed;
    await app.broadcast(slowChannel, 1);
    work.done.open('finished');
    await reply;
    await closed;
    expect(busy.events).toEqual([]);
  });

  it('waits no longer than drainTimeout for a handler that never ends, and aborts it', async () => {
    await start({ drainTimeout: 300 });
    const busy = await worker();
    void busy.send('work', 'never');
    await work.begun.opened;
    const startedAt = Date.now();
    await app.nest.close();
    const lasted = Date.now() - startedAt;
    expect(lasted).toBeGreaterThanOrEqual(290);
    expect(lasted).toBeLessThan(10_000);
    expect(await work.done.opened).toBe('aborted');
    await busy.closed;
  });

  it('waits also for the handler of a client that leaves meanwhile', async () => {
    await start();
    const busy = await worker();
    void busy.send('work', 'finish');
    await work.begun.opened;
    let over = false;
    const closed = app.nest.close().then(() => (over = true));
    await goodbye(busy);
    busy.close();
    await app.nextHook('disconnected');
    await new Promise(setImmediate);
    expect(over).toBe(false);
    work.done.open('finished');
    await closed;
  });
});
