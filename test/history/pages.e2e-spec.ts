// What can be read of a channel's history, by clients and by the application?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, IRealtimeHistory } from 'nestjs-realtime';
import { z } from 'zod';
import { closeApps, type TestApp } from '../kit/boot.js';
import { bare, LogsApp, MISSHAPEN, SIZE } from './logs-app.js';
import { range } from './reader.js';

let logs: LogsApp;
let app: TestApp;
beforeAll(async () => {
  logs = await LogsApp.start();
  ({ app } = logs);
});
beforeEach(() => logs.nextRoom());
afterEach(() => app.hangUp());
afterAll(closeApps);

const target = () => logs.target();
const reader = (as?: string, name?: string) => logs.reader(as, name);
const say = (...numbers: number[]) => logs.say(...numbers);

describe('rt:history', () => {
  const numbers = (page: { events: readonly { payload: unknown }[] }) => page.events.map(({ payload }) => payload);

  it('gives subscribers the newest events, or the first after a position, and where the log ends', async () => {
    await say(...range(1, 5));
    const ann = await reader();
    const { position } = await ann.subscribe();
    expect(await ann.history()).toEqual({
      ok: true,
      events: range(1, 5).map((n) => ({ offset: n, event: 'said', payload: n })),
      position,
    });
    expect(numbers(await ann.history({ limit: 2 }))).toEqual([4, 5]);
    expect(numbers(await ann.history({ limit: 2, since: { ...position, offset: 1 } }))).toEqual([2, 3]);
    expect(await ann.history({ since: position })).toMatchObject({ events: [], position });
    await app.broadcast(target(), 'calm');
    expect(numbers(await ann.history({ since: position }))).toEqual([null]);
  });

  it('begins at the oldest event that is kept', async () => {
    const ann = await reader();
    const { position } = await ann.subscribe();
    await say(...range(1, SIZE + 5));
    expect(numbers(await ann.history({ since: position, limit: 2 }))).toEqual([6, 7]);
    expect(numbers(await ann.history({ limit: 1_000 }))).toEqual(range(6, SIZE + 5));
  });

  it('gives nothing after a position that is ahead of the log or of another epoch', async () => {
    await say(1, 2);
    const ann = await reader();
    const { position } = await ann.subscribe();
    for (const since of [
      { ...position, offset: 9 },
      { epoch: 'another', offset: 0 },
    ]) {
      expect(await ann.history({ since })).toEqual({ ok: true, events: [], position });
    }
  });

  it('gives at most 300 events, and no more than recoverBytes', async () => {
    const ann = await reader('ann', logs.bigTarget().name);
    const { position } = await ann.subscribe();
    for (const n of range(1, 310)) await app.broadcast(logs.bigTarget(), String(n));
    expect((await ann.history({ limit: 1e6, since: position })).events.map(({ offset }) => offset)).toEqual(
      range(1, 300),
    );
    expect((await ann.history()).events.map(({ offset }) => offset)).toEqual(range(11, 310));
    for (const n of range(1, 4)) await app.broadcast(logs.bigTarget(), `${n}${'x'.repeat(900_000)}`);
    expect((await ann.history()).events.map(({ offset }) => offset)).toEqual(range(313, 314));
    const since = { ...position, offset: 310 };
    expect((await ann.history({ since })).events.map(({ offset }) => offset)).toEqual(range(311, 312));
  });

  it.each([...MISSHAPEN.map((since) => ({ since })), { limit: 0 }, { limit: -1 }, { limit: 1.5 }, { limit: '5' }])(
    'is refused as BAD_REQUEST with %j',
    async (query) => {
      const ann = await reader();
      await ann.subscribe();
      expect(await ann.history(query)).toMatchObject({ ok: false, error: { code: 'BAD_REQUEST' } });
    },
  );

  it('is refused on a channel without history, and to those who are not subscribed', async () => {
    const ann = await reader('ann', 'bare');
    expect(await ann.history()).toMatchObject({ error: { code: 'NOT_SUBSCRIBED' } });
    await ann.subscribe();
    expect(await ann.history()).toMatchObject({ error: { code: 'BAD_REQUEST' } });
    const other = await reader();
    expect(await other.history()).toMatchObject({ error: { code: 'NOT_SUBSCRIBED' } });
  });
});

describe('IRealtimeHistory', () => {
  const history = () => app.nest.get(IRealtimeHistory);

  it('says where a log stands, so that a page rendered on the server can go on from there', async () => {
    await say(1);
    const position = await history().position(target());
    await say(2, 3);
    const ann = await reader();
    expect(await ann.subscribe(position)).toMatchObject({ recovered: true });
    await ann.client.settle();
    expect(ann.heard).toEqual([
      [2, 2],
      [3, 3],
    ]);
  });

  it('reads all that is kept, the newest, or what came after a position', async () => {
    await say(...range(1, SIZE + 1));
    const { events, position } = await history().read(target());
    expect(events.map(({ payload }) => payload)).toEqual(range(2, SIZE + 1));
    expect(position.offset).toBe(SIZE + 1);
    const since = { ...position, offset: SIZE - 1 };
    expect((await history().read(target(), { since })).events).toEqual([
      { offset: SIZE, event: 'said', payload: SIZE },
      { offset: SIZE + 1, event: 'said', payload: SIZE + 1 },
    ]);
    expect((await history().read(target(), { limit: 1 })).events).toHaveLength(1);
  });

  it.each<[string, () => Promise<unknown>, string]>([
    ['a channel without history', () => history().position(bare), 'Channel "bare" has no history to read'],
    ['what is no channel', () => history().position('rooms.1' as never), '"rooms.1" is a name'],
    ['a channel that is not registered', () => history().position(unregistered), 'Channel "other" is not registered'],
    ['no position', () => history().read(target(), { since: { epoch: 'e' } as never }), 'is no position'],
    ['no limit', () => history().read(target(), { limit: 0 }), 'no whole number above 0'],
  ])('rejects for %s', async (_what, call, sentence) => {
    await expect(call()).rejects.toThrow(sentence);
  });
  const unregistered = defineRealtimeChannel({ name: 'other', scope: 'public', payload: z.number(), history: true });
});
