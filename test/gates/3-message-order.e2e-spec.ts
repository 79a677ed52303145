// In which order do messages run at gate 3, and when does a message that hangs let the next one run, over a real socket?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { Latch } from '../kit/latch.js';

const taskChannel = defineRealtimeChannel({
  name: 'tasks.{lane}',
  scope: 'public',
  messages: { message: { payload: z.string(), reply: z.string() } },
});

/** Handlers wait until the test releases them. */
let latches: Map<string, Latch>;
let begun: string[];
let signals: Map<string, AbortSignal>;
let started: Latch<string>;

@RealtimeChannel(taskChannel)
class OnTask {
  @RealtimeHandler()
  async handle(name: string, context: RealtimeContext<typeof taskChannel>): Promise<string> {
    begun.push(name);
    signals.set(name, context.signal);
    started.open(name);
    await latches.get(name)?.opened;
    return name;
  }
}

describe('gate 3, order and time', () => {
  let app: TestApp;
  let hasty: TestApp;

  beforeAll(async () => {
    const realtime = (requestTimeout: number) => ({
      imports: [RealtimeModule.forRoot({ requestTimeout })],
      providers: [OnTask],
    });
    app = await boot(realtime(5_000));
    hasty = await boot(realtime(60));
  });
  beforeEach(() => {
    latches = new Map();
    begun = [];
    signals = new Map();
    started = new Latch();
  });
  afterEach(() => Promise.all([app.hangUp(), hasty.hangUp()]));
  afterAll(closeApps);

  it('runs the messages of one connection on one channel one after the other', async () => {
    const client = await app.connect();
    await client.subscribe('tasks.a');
    latches.set('slow', new Latch());
    const replies: unknown[] = [];
    const sent = ['slow', 'fast', 'last'].map(async (name) => {
      replies.push((await client.send('tasks.a', 'message', name)).data);
    });
    await started.opened;
    await client.settle();
    expect(begun).toEqual(['slow']);
    latches.get('slow')!.open();
    await Promise.all(sent);
    expect(begun).toEqual(['slow', 'fast', 'last']);
    expect(replies).toEqual(['slow', 'fast', 'last']);
  });

  it('keeps subscribe, message and unsubscribe on one channel in order when they arrive at once', async () => {
    const client = await app.connect();
    const replies = await Promise.all([
      client.send('tasks.a', 'message', 'early'),
      client.subscribe('tasks.a'),
      client.send('tasks.a', 'message', 'inside'),
      client.unsubscribe('tasks.a'),
      client.send('tasks.a', 'message', 'late'),
    ]);
    expect(replies.map(({ ok, error }) => error?.code ?? ok)).toEqual([
      'NOT_SUBSCRIBED',
      true,
      true,
      true,
      'NOT_SUBSCRIBED',
    ]);
    expect(begun).toEqual(['inside']);
  });

  it('runs messages on two channels, and of two connections, side by side', async () => {
    const [client, other] = await Promise.all([app.connect(), app.connect()]);
    await client.request('rt:subscribe', [{ channel: 'tasks.a' }, { channel: 'tasks.b' }]);
    await other.subscribe('tasks.a');
    latches.set('slow', new Latch());
    const slow = client.send('tasks.a', 'message', 'slow');
    await started.opened;
    expect(await client.send('tasks.b', 'message', 'b')).toEqual({ ok: true, data: 'b' });
    expect(await other.send('tasks.a', 'message', 'other')).toEqual({ ok: true, data: 'other' });
    expect(app.stats().inFlight).toBe(1);
    latches.get('slow')!.open();
    expect(await slow).toEqual({ ok: true, data: 'slow' });
    expect(app.stats().inFlight).toBe(0);
  });

  it('answers TIMEOUT for a handler that does not finish, aborts its signal and runs the next message', async () => {
    const client = await hasty.connect();
    await client.subscribe('tasks.a');
    latches.set('never', new Latch());
    expect(await client.send('tasks.a', 'message', 'never')).toEqual({
      ok: false,
      error: { code: 'TIMEOUT', message: 'The request took too long.', retryable: true },
    });
    expect(signals.get('never')!.aborted).toBe(true);
    expect(hasty.stats().inFlight).toBe(0);
    expect(await client.send('tasks.a', 'message', 'next')).toEqual({ ok: true, data: 'next' });
    expect(signals.get('next')!.aborted).toBe(false);
  });

  it('answers a message that waited too long behind another without running it', async () => {
    const client = await hasty.connect();
    await client.subscribe('tasks.a');
    latches.set('never', new Latch());
    const replies = await Promise.all(
      ['never', 'waiting', 'waiting too'].map((name) => client.send('tasks.a', 'message', name)),
    );
    expect(replies.map(({ error }) => error?.code)).toContain('TIMEOUT');
    expect(replies[0].error?.code).toBe('TIMEOUT');
    expect(hasty.stats().inFlight).toBe(0);
    expect(await client.send('tasks.a', 'message', 'next')).toEqual({ ok: true, data: 'next' });
  });

  it('answers once, though the handler finishes after its timeout', async () => {
    const client = await hasty.connect();
    await client.subscribe('tasks.a');
    latches.set('late', new Latch());
    await client.send('tasks.a', 'message', 'late');
    latches.get('late')!.open();
    await client.send('tasks.a', 'message', 'next');
    await client.settle();
    expect(client.log.filter((entry) => entry === 'reply rt:message')).toHaveLength(2);
    expect(hasty.stats().inFlight).toBe(0);
  });

  it('aborts the running signals of a connection that ends, and starts nothing more for it', async () => {
    const client = await app.connect();
    await client.subscribe('tasks.a');
    latches.set('running', new Latch());
    void client.send('tasks.a', 'message', 'running');
    void client.send('tasks.a', 'message', 'waiting');
    await started.opened;
    const aborted = new Promise((resolve) => signals.get('running')!.addEventListener('abort', resolve));
    client.close();
    await aborted;
    latches.get('running')!.open();
    await (await app.connect()).settle();
    expect(begun).toEqual(['running']);
    expect(app.stats().inFlight).toBe(0);
  });
});
