// What does a client get that comes back to a channel with history? What it has missed, or the word that it cannot be had.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Position } from '@nestjs-realtime/contract';
import { IRealtimeBroadcaster, IRealtimeConnections } from 'nestjs-realtime';
import { closeApps, type TestApp } from '../kit/boot.js';
import { closed, LogsApp, mine, MISSHAPEN, SIZE } from './logs-app.js';
import { range, Reader } from './reader.js';

let logs: LogsApp;
let app: TestApp;
let channel: string;
beforeAll(async () => {
  logs = await LogsApp.start();
  ({ app } = logs);
});
beforeEach(() => {
  logs.nextRoom();
  ({ channel } = logs);
});
afterEach(() => app.hangUp());
afterAll(closeApps);

const target = () => logs.target();
const reader = (as?: string, name?: string) => logs.reader(as, name);
const say = (...numbers: number[]) => logs.say(...numbers);

describe('a client of a channel with history', () => {
  it('hears where the log stands, and then each event with its offset', async () => {
    await say(1, 2);
    const ann = await reader();
    expect(await ann.subscribe()).toEqual({
      ok: true,
      channel,
      position: { epoch: expect.any(String), offset: 2 },
    });
    await say(3);
    await app.broadcast(target(), 'calm');
    await ann.client.settle();
    expect(ann.heard).toEqual([
      [3, 3],
      [4, null],
    ]);
  });

  it('gets what it has missed after the reply and in front of live events, in order', async () => {
    const ann = await reader();
    const { position } = await ann.subscribe();
    await say(1, 2);
    await app.hangUp();
    await say(3, 4, 5);
    const back = await reader();
    const subscribed = app.nextHook('subscribed').then(() => say(6));
    expect(await back.subscribe({ ...position, offset: 2 })).toEqual({
      ok: true,
      channel,
      position: { ...position, offset: 5 },
      recovered: true,
    });
    await subscribed;
    await back.client.settle();
    expect(back.heard).toEqual(range(3, 6).map((n) => [n, n]));
    const order = back.client.log.filter((line) => line.startsWith('reply') || line.startsWith('event'));
    expect(order.slice(0, 2)).toEqual(['reply rt:subscribe', `event ${channel} said`]);
  });

  it('at the end of the log has missed nothing, also where all events have expired', async () => {
    const ann = await reader();
    const { position } = await ann.subscribe();
    expect(await (await reader()).subscribe(position)).toMatchObject({ recovered: true, position });
  });

  it('outside the window begins at the end of the log, and gets no old event', async () => {
    const { position } = await (await reader()).subscribe();
    await say(...range(1, SIZE + 3));
    for (const offset of [0, 1, 2]) {
      const late = await reader();
      const reply = await late.subscribe({ ...position, offset });
      expect(reply).toMatchObject({ recovered: false, position: { ...position, offset: SIZE + 3 } });
      await late.client.settle();
      expect(late.heard).toEqual([]);
    }
    expect(await (await reader()).subscribe({ ...position, offset: 3 })).toMatchObject({ recovered: true });
  });

  it.each<[string, (position: Position) => Position]>([
    ['ahead of the log', ({ epoch }) => ({ epoch, offset: 3 })],
    ['far ahead of the log', ({ epoch }) => ({ epoch, offset: Number.MAX_SAFE_INTEGER })],
    ['in another epoch', () => ({ epoch: 'another', offset: 1 })],
    ['in no epoch', () => ({ epoch: '', offset: 0 })],
    ['in an epoch of a strange name', () => ({ epoch: '\u0000"]{__proto__', offset: 1 })],
  ])('with a position %s is outside the window', async (_where, wrong) => {
    await say(1, 2);
    const { position } = await (await reader()).subscribe();
    const ann = await reader();
    expect(await ann.subscribe(wrong(position!))).toMatchObject({ ok: true, recovered: false, position });
    await ann.client.settle();
    expect(ann.heard).toEqual([]);
  });

  it.each(MISSHAPEN)('with the position %j is refused as BAD_REQUEST', async (recover) => {
    const ann = await reader();
    expect(await ann.subscribe(recover)).toMatchObject({ ok: false, error: { code: 'BAD_REQUEST' } });
    expect(await ann.client.request('rt:subscribe', [{ channel, recover }, { channel }])).toMatchObject([
      { ok: false, error: { code: 'BAD_REQUEST' } },
      { ok: true },
    ]);
  });

  it('with the position of another channel gets events of its own channel only', async () => {
    await say(1, 2, 3);
    const { position } = await (await reader()).subscribe();
    logs.nextRoom();
    await app.broadcast(target(), 'said', 10);
    const ann = await reader('ann', logs.channel);
    const reply = await ann.subscribe({ ...position, offset: 0 });
    await ann.client.settle();
    expect(reply.position?.offset).toBe(1);
    expect(ann.heard.every(([, payload]) => payload === 10)).toBe(true);
  });

  it('gets no event and no position of a channel that a guard refuses', async () => {
    await app.broadcast(closed, 1);
    const ann = await reader('ann', 'closed');
    const refusal = await ann.subscribe({ epoch: 'e', offset: 0 });
    expect(refusal).toEqual(await ann.client.request('rt:subscribe', { channel: 'unknown' }));
    expect(await ann.history()).toMatchObject({ error: { code: 'NOT_SUBSCRIBED' } });
  });

  it('may ask in a batch, where each channel has its own position', async () => {
    await say(1, 2);
    const { position } = await (await reader()).subscribe();
    const ann = await reader();
    const recover = { ...position, offset: 1 };
    expect(
      await ann.client.request('rt:subscribe', [
        { channel, recover },
        { channel: 'bare', recover },
        { channel: 'bare' },
      ]),
    ).toEqual([
      { ok: true, channel, position, recovered: true },
      { ok: true, channel: 'bare', recovered: false },
      { ok: true, channel: 'bare' },
    ]);
    await ann.client.settle();
    expect(ann.heard).toEqual([[2, 2]]);
  });

  it('misses no event that a listener broadcasts while the batch takes effect', async () => {
    const ann = await reader();
    const off = app.hooks.on('subscribed', ({ channel: { name } }) => void (name === 'bare' && say(1)));
    await ann.client.request('rt:subscribe', [{ channel: 'bare' }, { channel }]);
    off();
    await ann.client.settle();
    expect(ann.heard).toEqual([[1, 1]]);
  });

  it('that names a channel twice with different positions gets no old event, because some could be missing', async () => {
    await say(1, 2, 3);
    const { position } = await (await reader()).subscribe();
    const ann = await reader();
    const items = [1, 2].map((offset) => ({ channel, recover: { ...position, offset } }));
    expect(await ann.client.request('rt:subscribe', items)).toMatchObject([{ recovered: false }, { recovered: false }]);
  });

  it('may subscribe again while it is a member, and hears every event once more from its position', async () => {
    const ann = await reader();
    const { position } = await ann.subscribe();
    await say(1, 2);
    expect(await ann.subscribe({ ...position, offset: 1 })).toMatchObject({ recovered: true });
    await say(3);
    await ann.client.settle();
    expect(ann.offsets).toEqual([1, 2, 2, 3]);
  });

  it('misses no event that is broadcast while it comes back, whatever the moment', async () => {
    const { position } = await (await reader()).subscribe();
    const readers: Reader[] = [];
    const replies: Promise<unknown>[] = [];
    for (const n of range(1, SIZE)) {
      const said = say(n);
      const next = await reader();
      readers.push(next);
      replies.push(next.subscribe(position));
      await said;
    }
    await Promise.all(replies);
    for (const each of readers) {
      await each.client.settle();
      expect(each.offsets).toEqual(range(1, SIZE));
    }
  });

  it('is told by rt:subscribed where the log stands when the server subscribes it', async () => {
    await app.broadcast(mine.with({ userId: 'ann' }), 1);
    const client = await app.connect({ as: 'ann' });
    expect(await client.next('rt:subscribed')).toEqual([
      { channel: 'mine.ann', position: { epoch: expect.any(String), offset: 1 } },
    ]);
    await app.broadcast(mine.with({ userId: 'ann' }), 2);
    expect(await client.next('rt:event')).toEqual(['mine.ann', 'message', 2, 2]);
    const bob = await app.connect({ as: 'bob' });
    await app.nest.get(IRealtimeConnections).subscribe({ userId: 'bob' }, target());
    await bob.settle();
    expect(bob.log).toContain('rt:subscribed');
  });
});

describe('an event of a channel with history', () => {
  it('that is not for a connection gives it the offset in the event’s place, and is replayed like any other', async () => {
    const [ann, bob] = [await reader('ann'), await reader('bob')];
    const { position } = await ann.subscribe();
    await bob.subscribe();
    await say(1);
    await app.nest.get(IRealtimeBroadcaster).broadcast(target(), 'said', 2, { except: { userId: 'ann' } });
    await say(3);
    for (const { client } of [ann, bob]) await client.settle();
    expect(ann.heard).toEqual([[1, 1], [2, 'skip'], [3, 3]]); // prettier-ignore
    expect(bob.heard).toEqual([[1, 1], [2, 2], [3, 3]]); // prettier-ignore
    const again = await reader('ann');
    await again.subscribe(position);
    await again.client.settle();
    expect(again.heard).toEqual([[1, 1], [2, 2], [3, 3]]); // prettier-ignore
  });

  it('for which all members are left out gives each of them its offset', async () => {
    const ann = await reader();
    await ann.subscribe();
    await app.nest.get(IRealtimeBroadcaster).broadcast(target(), 'said', 1, { except: { userId: 'ann' } });
    await ann.client.settle();
    expect(ann.heard).toEqual([[1, 'skip']]);
  });

  it('that is sent to one party, or whispered, has no offset and is not kept', async () => {
    const [ann, bob] = [await reader('ann'), await reader('bob')];
    const { position } = await ann.subscribe();
    await bob.subscribe();
    await app.nest.get(IRealtimeBroadcaster).send({ userId: 'ann' }, target(), 'said', 7);
    await bob.client.send(channel, 'wave', 8);
    await say(1);
    await ann.client.settle();
    expect(ann.heard).toEqual([
      [undefined, 7],
      [undefined, { userId: 'bob', payload: 8 }],
      [1, 1],
    ]);
    expect((await ann.history({ since: position })).events.map(({ payload }) => payload)).toEqual([1]);
  });

  it('is broadcast once for one idempotencyKey', async () => {
    const ann = await reader();
    await ann.subscribe();
    const realtime = app.nest.get(IRealtimeBroadcaster);
    for (const n of [1, 2]) await realtime.broadcast(target(), 'said', n, { idempotencyKey: 'order 1' });
    await realtime.broadcast(target(), 'said', 3, { idempotencyKey: 'order 2' });
    await ann.client.settle();
    expect(ann.heard).toEqual([
      [1, 1],
      [2, 3],
    ]);
  });

  it.each([42, '', 'x'.repeat(257), null])('is refused with the idempotencyKey %j', async (idempotencyKey) => {
    await expect(app.broadcast(target(), 'said', 1, { idempotencyKey })).rejects.toThrow(
      'an idempotencyKey that is no text',
    );
  });
});

describe('a long replay', () => {
  const TEXT = 'x'.repeat(20_000);
  const target = () => logs.bigTarget();
  const bigReader = () => reader('ann', logs.bigTarget().name);

  it('goes out in pieces, with the events broadcast meanwhile behind it, and an exclusion among them as a skip', async () => {
    const { position } = await (await bigReader()).subscribe();
    for (const n of range(1, 60)) await app.broadcast(target(), `${n} ${TEXT}`);
    const ann = await bigReader();
    const after = app.nextHook('subscribed').then(async () => {
      await app.broadcast(target(), 'message', 'live');
      await app.broadcast(target(), 'message', 'for others', { except: { userId: 'ann' } });
    });
    expect(await ann.subscribe(position)).toMatchObject({ recovered: true, position: { offset: 60 } });
    await after;
    while (ann.heard.length < 62) await ann.client.settle();
    await app.broadcast(target(), 'message', 'last');
    await ann.client.settle();
    expect(ann.offsets).toEqual(range(1, 63));
    expect(ann.heard.slice(-3).map(([, payload]) => payload)).toEqual(['live', 'skip', 'last']);
    expect(app.stats().holdings.replays).toBe(0);
  });

  it('ends where the client leaves', async () => {
    const { position } = await (await bigReader()).subscribe();
    for (const n of range(1, 60)) await app.broadcast(target(), `${n} ${TEXT}`);
    const ann = await bigReader();
    const [, left] = await Promise.all([ann.subscribe(position), ann.client.unsubscribe(logs.bigTarget().name)]);
    expect(left).toMatchObject({ ok: true });
    const { length } = ann.heard;
    await ann.client.settle();
    expect(ann.heard).toHaveLength(length);
    expect(length).toBeLessThan(60);
  });

  it('over recoverBytes is none: the client begins at the end of the log', async () => {
    const { position } = await (await bigReader()).subscribe();
    for (const n of range(1, 105)) await app.broadcast(target(), `${n} ${TEXT}`);
    const ann = await bigReader();
    expect(await ann.subscribe(position)).toMatchObject({ recovered: false, position: { offset: 105 } });
    expect(await ann.subscribe({ ...position, offset: 6 })).toMatchObject({ recovered: true });
  });
});
