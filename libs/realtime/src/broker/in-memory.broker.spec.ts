import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { InMemoryRealtimeBroker } from './in-memory.broker.js';
import type { LogFrame } from './log-frame.js';
import type { BrokerSink, LogTerms } from './realtime.broker.js';

const TERMS: LogTerms = { size: 3, ttlMs: 1_000 };
const said = (n: number) => ({ channels: ['log.a'], event: 'said', json: String(n) });

class Ear implements BrokerSink {
  readonly frames: LogFrame[] = [];
  receive(frame: LogFrame): void {
    this.frames.push(frame);
  }
  deliver(): void {
    throw new Error('there is no other node');
  }
  async act(): Promise<void> {}
  async renewAll(): Promise<void> {}
  gone(): void {}
  rejoined(): void {}
}

async function started(): Promise<{ broker: InMemoryRealtimeBroker; ear: Ear }> {
  const [broker, ear] = [new InMemoryRealtimeBroker(), new Ear()];
  await broker.start(ear);
  return { broker, ear };
}

describe('the in-memory broker', () => {
  beforeEach(() => void jest.useFakeTimers());
  afterEach(() => void jest.useRealTimers());

  it('appends events with contiguous offsets and a chain of tags, and passes each frame on before it resolves', async () => {
    const { broker, ear } = await started();
    for (const n of [1, 2]) {
      const position = broker.publish(said(n), TERMS);
      expect(ear.frames).toHaveLength(n);
      expect((await position)?.offset).toBe(n);
    }
    const [first, second] = ear.frames;
    expect(first).toMatchObject({ channel: 'log.a', offset: 1, prev: '', event: { event: 'said', json: '1' } });
    expect(second).toMatchObject({ epoch: first.epoch, offset: 2, prev: first.tag });
    expect(await broker.read('log.a', 1)).toMatchObject({ epoch: first.epoch, top: 2, tag: second.tag });
  });

  it('resolves an event without a log with null, and keeps nothing of it', async () => {
    const { broker, ear } = await started();
    expect(await broker.publish(said(1))).toBeNull();
    expect(ear.frames).toEqual([]);
    expect(await broker.positions(['log.a'])).toEqual([null]);
  });

  it('returns from any offset and to any limit what a plain list would', async () => {
    await fc.assert(
      fc.asyncProperty(fc.nat(20), fc.integer({ min: 1, max: 8 }), fc.nat(25), fc.integer({ min: 1, max: 9 }), read),
    );
    async function read(published: number, size: number, from: number, limit: number): Promise<void> {
      const { broker } = await started();
      for (let n = 1; n <= published; n++) await broker.publish(said(n), { size, ttlMs: 1_000 });
      const all = Array.from({ length: published }, (_, index) => index + 1);
      const { entries, top } = await broker.read('log.a', from, limit);
      expect(top).toBe(published);
      const kept = all.slice(-size).filter((offset) => offset >= from);
      expect(entries.map(({ offset }) => offset)).toEqual(kept.slice(0, limit));
      expect(entries.map(({ event }) => Number(event.json))).toEqual(kept.slice(0, limit));
    }
  });

  it('drops all events a ttl after the newest, and still knows where the log stands', async () => {
    const { broker } = await started();
    await broker.publish(said(1), TERMS);
    jest.advanceTimersByTime(999);
    await broker.publish(said(2), TERMS);
    jest.advanceTimersByTime(999);
    expect((await broker.read('log.a', 1)).entries).toHaveLength(2);
    jest.advanceTimersByTime(1);
    const { epoch } = (await broker.publish(said(3), TERMS))!;
    const { entries, ...log } = await broker.read('log.a', 1);
    expect(entries.map(({ offset }) => offset)).toEqual([3]);
    expect(log).toMatchObject({ epoch, top: 3 });
  });

  it('remembers the position of a key for five minutes, and publishes nothing for it again', async () => {
    const { broker, ear } = await started();
    const keyed = { ...TERMS, idempotencyKey: 'order 1' };
    const position = await broker.publish(said(1), keyed);
    await broker.publish(said(2), { ...TERMS, idempotencyKey: 'order 2' });
    jest.advanceTimersByTime(299_999);
    expect(await broker.publish(said(3), keyed)).toEqual(position);
    expect(ear.frames).toHaveLength(2);
    jest.advanceTimersByTime(1);
    expect((await broker.publish(said(4), keyed))?.offset).toBe(3);
  });

  it('keeps the epoch of a log without events, so that reading costs no memory', async () => {
    const { broker } = await started();
    const { epoch } = await broker.read('log.a', null);
    await broker.watch('log.a');
    broker.unwatch('log.a');
    expect(await broker.positions(['log.a'])).toEqual([null]);
    expect((await broker.publish(said(1), TERMS))?.epoch).toBe(epoch);
  });

  it('forgets a log a day after its last publish or read, and then begins a new epoch', async () => {
    const { broker } = await started();
    const position = await broker.publish(said(1), TERMS);
    jest.advanceTimersByTime(80_000_000);
    await broker.read('log.a', null);
    jest.advanceTimersByTime(80_000_000);
    expect(await broker.positions(['log.a'])).toEqual([position]);
    jest.advanceTimersByTime(10_000_000);
    expect(await broker.positions(['log.a'])).toEqual([null]);
    const later = await broker.publish(said(2), TERMS);
    expect(later?.offset).toBe(1);
    expect(later?.epoch).not.toBe(position?.epoch);
  });

  it('does not forget a log that is watched', async () => {
    const { broker } = await started();
    const position = await broker.publish(said(1), TERMS);
    await broker.watch('log.a');
    jest.advanceTimersByTime(200_000_000);
    expect(await broker.positions(['log.a'])).toEqual([position]);
  });

  it('forks only the epoch that is named', async () => {
    const { broker, ear } = await started();
    const { epoch } = (await broker.publish(said(1), TERMS))!;
    await broker.fork('log.a', 'another');
    expect((await broker.read('log.a', 1)).epoch).toBe(epoch);
    await broker.fork('log.a', epoch);
    expect(await broker.read('log.a', 1)).toMatchObject({ top: 0, tag: '', entries: [] });
    await broker.publish(said(2), TERMS);
    expect(ear.frames.at(-1)).toMatchObject({ offset: 1, prev: '' });
    expect(ear.frames.at(-1)?.epoch).not.toBe(epoch);
  });

  it('begins a new epoch for a publisher that has seen more of the log', async () => {
    const { broker } = await started();
    const { epoch } = (await broker.publish(said(1), TERMS))!;
    const later = await broker.publish(said(2), { ...TERMS, known: { epoch, offset: 2 } });
    expect(later).toMatchObject({ offset: 1 });
    expect(later?.epoch).not.toBe(epoch);
  });

  it('begins another epoch with each start of the process', async () => {
    const epochs = [new InMemoryRealtimeBroker(), new InMemoryRealtimeBroker()].map(async (broker) => {
      return (await broker.read('log.a', null)).epoch;
    });
    expect(new Set(await Promise.all(epochs)).size).toBe(2);
  });
});
