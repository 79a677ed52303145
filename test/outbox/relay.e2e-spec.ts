// Are events of the outbox published once their transactions have committed: all, in order, whatever fails meanwhile?
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import {
  defineRealtimeChannel,
  IRealtimeHistory,
  type OutboxEntry,
  RealtimeException,
  RealtimeModule,
  type RealtimeModuleOptions,
  RealtimeOutbox,
} from 'nestjs-realtime';
import { type BrokerHealth, type EncodedEvent, InMemoryRealtimeBroker, type LogTerms } from 'nestjs-realtime/adapters';
import { z } from 'zod';
import { range } from '../history/reader.js';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { Latch } from '../kit/latch.js';
import { LogBook } from '../kit/log-book.js';
import { until } from '../kit/until.js';
import { MemoryStore, MemoryTable, type MemoryTransaction } from './memory-store.js';

const log = defineRealtimeChannel({
  name: 'logs.{id}',
  scope: 'public',
  events: { said: z.object({ n: z.number() }), calm: null },
  history: { size: 1_000 },
});
const slow = defineRealtimeChannel({
  name: 'slow',
  scope: 'public',
  payload: z.number().refine(async (n) => (await setImmediate(), n > 0)),
  history: true,
});
const room = defineRealtimeChannel({ name: 'rooms', scope: 'public', payload: z.number() });
const FEATURE = RealtimeModule.forFeature([log, slow, room]);
const target = log.with({ id: '1' });

/** An engine that several processes share, and that can be away. */
class Engine extends InMemoryRealtimeBroker {
  override readonly isLocal: boolean = false;
  state: BrokerHealth['state'] = 'ok';
  isFailing = false;
  /** The one channel that it cannot publish, while it is well. */
  illChannel: string | null = null;
  published: [channel: string, json: string | undefined][] = [];
  holds: Promise<void> | null = null;

  override async publish(event: EncodedEvent, terms?: LogTerms) {
    await this.holds;
    if (this.isFailing) this.state = 'degraded';
    if (this.state !== 'ok' || event.channels[0] === this.illChannel) throw new RealtimeException('UNAVAILABLE');
    this.published.push([event.channels[0], event.json]);
    return super.publish(event, terms);
  }

  override health(): BrokerHealth {
    return { state: this.state, since: new Date() };
  }

  override async stop(): Promise<void> {}
}

describe('the outbox', () => {
  let table: MemoryTable;
  let engine: Engine;
  const logger = new LogBook();

  beforeEach(() => {
    table = new MemoryTable();
    engine = new Engine();
  });
  afterEach(async () => {
    engine.state = 'ok';
    engine.isFailing = false;
    await closeApps();
    logger.lines.length = 0;
  });

  const start = (options: RealtimeModuleOptions = {}): Promise<TestApp> =>
    boot(
      { imports: [RealtimeModule.forRoot({ broker: engine, outbox: new MemoryStore(table), ...options }), FEATURE] },
      { logger },
    );
  const outboxOf = (app: TestApp) => app.nest.get<RealtimeOutbox<MemoryTransaction>>(RealtimeOutbox);
  const entry = (n: number, channel = target.name): OutboxEntry => ({
    id: randomUUID(),
    channel,
    event: 'said',
    json: JSON.stringify({ n }),
  });
  const kept = async (app: TestApp, channel = target) => (await app.nest.get(IRealtimeHistory).read(channel)).events;
  const numbers = async (app: TestApp, channel = target) =>
    (await kept(app, channel)).map(({ payload }) => (payload as { n: number } | null)?.n);
  const emptied = () =>
    until(
      () => table.rows.length,
      (rows) => rows === 0,
    );

  it('publishes what was committed, and nothing of what was rolled back', async () => {
    const app = await start();
    const outbox = outboxOf(app);
    await table.transaction(async (tx) => {
      await outbox.broadcast(tx, target, 'said', { n: 1, secret: 's' } as { n: number });
      await outbox.broadcast(tx, target, 'calm');
      await outbox.broadcast(tx, slow, 7);
      await outbox.broadcast(tx, room, 8);
      expect(engine.published).toEqual([]);
    });
    const failed = table.transaction(async (tx) => {
      await outbox.broadcast(tx, target, 'said', { n: 2 });
      throw new Error('rolled back');
    });
    await expect(failed).rejects.toThrow('rolled back');
    await emptied();
    expect(await kept(app)).toMatchObject([
      { event: 'said', payload: { n: 1 } },
      { event: 'calm', payload: null },
    ]);
    expect(engine.published).toContainEqual(['slow', '7']);
    expect(engine.published).toContainEqual(['rooms', '8']);
    expect(engine.published).toContainEqual(['logs.1', '{"n":1}']);
    expect(engine.published).toHaveLength(4);
  });

  it('refuses at gate 4 before anything is written', async () => {
    const outbox = outboxOf(await start());
    const other = defineRealtimeChannel({ name: 'other', scope: 'public', payload: z.number() });
    const loose = outbox.broadcast.bind(outbox) as (...call: unknown[]) => Promise<void>;
    for (const call of [
      [target, 'said', { n: 'one' }],
      [target, 'shouted', { n: 1 }],
      [target],
      [slow, 0],
      [other, 1],
      [[target], 'said', { n: 1 }],
      ['logs.1', 'said', { n: 1 }],
    ]) {
      const written: MemoryTransaction = [];
      await expect(loose(written, ...call)).rejects.toMatchObject({ name: 'BroadcastFault' });
      expect(written).toEqual([]);
    }
  });

  it('says what to pass where there is no store, or a part that is none', async () => {
    const app = await boot({ imports: [RealtimeModule.forRoot(), FEATURE] });
    await expect(outboxOf(app).broadcast([], target, 'said', { n: 1 })).rejects.toThrow('forRoot({ outbox })');
    expect(() => RealtimeModule.forRoot({ outbox: { insert() {} } as never })).toThrow('has no claim()');
  });

  it('publishes a row again under its id, so that a log has it once', async () => {
    const app = await start();
    const rows = range(1, 3).map((n) => entry(n));
    table.commit(...rows);
    await emptied();
    // as after a crash between publish and remove
    table.commit(...rows, entry(4));
    await emptied();
    expect(await numbers(app)).toEqual([1, 2, 3, 4]);
  });

  it('keeps the order of each channel on several nodes, and publishes each row once', async () => {
    const apps = await Promise.all(range(1, 3).map(() => start()));
    for (const n of range(1, 300)) table.commit(entry(n, `logs.${n % 7}`));
    await emptied();
    expect(engine.published).toHaveLength(300);
    for (const id of range(0, 6)) {
      const channel = log.with({ id: String(id) });
      expect(await numbers(apps[0], channel)).toEqual(range(1, 300).filter((n) => n % 7 === id));
    }
  });

  it.each([
    ['names no channel', { channel: 'nowhere' }],
    ['names an event that is not declared', { event: 'shouted' }],
    ['holds no JSON', { json: '{"n":' }],
  ])('lets a row that %s hold up its own channel only, and tells of it', async (_what, change) => {
    const app = await start();
    const refused = app.record('refused');
    const bad = { ...entry(0), ...change };
    table.commit(bad, entry(1, bad.channel), entry(2, 'logs.2'), entry(3, 'logs.2'));
    await until(
      () => table.rows.length,
      (rows) => rows === 2,
    );
    expect(await numbers(app, log.with({ id: '2' }))).toEqual([2, 3]);
    expect(await numbers(app)).toEqual([]);
    expect(refused).toMatchObject([{ gate: 'broadcast', code: 'INTERNAL', connection: null, name: bad.channel }]);
    expect(app.stats().refusals).toMatchObject({ INTERNAL: 1 });
    expect(logger.errors().join()).toContain(`Row "${bad.id}" of the outbox`);
    table.rows = table.rows.filter(({ id }) => id !== bad.id).map((row) => ({ ...row, channel: target.name }));
    table.claimed.clear();
    await emptied();
    expect(await numbers(app)).toEqual([1]);
  });

  it('gets past many rows that cannot be published', async () => {
    const app = await start();
    table.commit(...range(1, 250).map((n) => entry(n, `nowhere.${n}`)), entry(1));
    await until(
      () => numbers(app),
      ({ length }) => length === 1,
    );
    expect(table.rows).toHaveLength(250);
  });

  it('publishes after an outage what it holds, in order and without a new claim', async () => {
    const app = await start();
    await emptied();
    engine.isFailing = true;
    table.commit(...range(1, 5).map((n) => entry(n)));
    await until(
      () => table.claimed.size,
      (claimed) => claimed === 5,
    );
    engine.isFailing = false;
    engine.state = 'ok';
    await emptied();
    expect(await numbers(app)).toEqual(range(1, 5));
  });

  it('does not wait long for a channel that cannot be published while others can', async () => {
    const app = await start();
    const refused = app.record('refused');
    engine.illChannel = 'logs.ill';
    table.commit(entry(1, 'logs.ill'), entry(2, 'logs.ill'), entry(3));
    await until(
      () => refused.length,
      (count) => count === 1,
    );
    expect(refused).toMatchObject([{ gate: 'broadcast', code: 'UNAVAILABLE', name: 'logs.ill' }]);
    table.commit(entry(4));
    await until(
      () => numbers(app),
      ({ length }) => length === 2,
    );
    expect(table.rows).toHaveLength(2);
  });

  it('claims nothing while the broker is away', async () => {
    engine.state = 'degraded';
    const store = new MemoryStore(table);
    const app = await start({ outbox: store });
    table.commit(entry(1));
    await outboxOf(app).broadcast([], target, 'said', { n: 9 });
    for (const _ of range(1, 50)) await setImmediate();
    expect(store.claims).toBe(0);
    engine.state = 'ok';
    await emptied();
    expect(await numbers(app)).toEqual([1]);
  });

  it('waits at the end for what it has claimed, and claims no more', async () => {
    const app = await start();
    const { opened, open } = new Latch();
    engine.holds = opened;
    table.commit(entry(1));
    await until(
      () => table.claimed.size,
      (claimed) => claimed === 1,
    );
    table.commit(entry(2));
    const closed = app.nest.close();
    await setImmediate();
    expect(table.rows).toHaveLength(2);
    open();
    await closed;
    expect(engine.published).toEqual([[target.name, '{"n":1}']]);
    expect(table.rows.map(({ json }) => json)).toEqual(['{"n":2}']);
  });

  it('goes on after its database was away, and publishes nothing twice that it could not remove', async () => {
    class Failing extends MemoryStore {
      failures = { claim: 2, remove: 2 };
      override async claim(limit: number) {
        if (this.failures.claim-- > 0) throw new Error('no database');
        return super.claim(limit);
      }
      override async remove(ids: readonly string[]) {
        if (this.failures.remove-- > 0) throw new Error('no database');
        // by now the claims have ended
        this.table.claimed.clear();
        return super.remove(ids);
      }
    }
    await start({ outbox: new Failing(table) });
    table.commit({ ...entry(1, 'rooms'), event: 'message', json: '1' });
    await emptied();
    expect(engine.published).toEqual([['rooms', '1']]);
  });

  it('tells the hook of what it publishes', async () => {
    const app = await start();
    const told = app.record('broadcast');
    table.commit(entry(1));
    await emptied();
    expect(told).toMatchObject([{ channel: { name: 'logs.1' }, event: 'said', payload: { n: 1 }, payloadBytes: 7 }]);
  });

  it('publishes in a process without clients', async () => {
    const module = {
      module: class WorkerModule {},
      imports: [RealtimeModule.forRoot({ mode: 'publisher', broker: engine, outbox: new MemoryStore(table) }), FEATURE],
    };
    const worker = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    table.commit(entry(1));
    await emptied();
    expect(engine.published).toEqual([[target.name, '{"n":1}']]);
    await worker.close();
  });

  it('wakes up where the store tells of a commit', async () => {
    class Telling extends MemoryStore {
      override onCommitted(listener: () => void): () => void {
        this.table.listeners.add(listener);
        return () => this.table.listeners.delete(listener);
      }
    }
    const store = new Telling(table);
    const app = await start({ outbox: store });
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask', 'performance', 'Date'] });
    try {
      // the clock stands still: nothing but a word of the store ends the pause
      for (const n of range(1, 3)) {
        for (const _ of range(1, 20)) await setImmediate();
        table.commit(entry(n));
        table.listeners.forEach((listener) => listener());
        while (table.rows.length > 0) await setImmediate();
      }
    } finally {
      jest.useRealTimers();
    }
    expect(await numbers(app)).toEqual([1, 2, 3]);
    await app.close();
    expect(table.listeners.size).toBe(0);
  });
});
