// What does a client hear that subscribes to a channel with a snapshot? The state first, and then everything since.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { IRealtimeBroadcaster, IRealtimeConnections } from 'nestjs-realtime';
import { closeApps, type TestApp } from '../kit/boot.js';
import { Latch } from '../kit/latch.js';
import { Follower } from './follower.js';
import { type Kind, KINDS, mine, SnapshotsApp, type Truth } from './snapshots-app.js';

let states: SnapshotsApp;
let app: TestApp;
let truth: Truth;
beforeAll(async () => {
  states = await SnapshotsApp.start();
  ({ app, truth } = states);
});
beforeEach(() => states.nextRoom());
afterEach(() => app.hangUp());
afterAll(closeApps);

const follower = async (kind: Kind, as = 'ann') => new Follower(await app.connect({ as }), states.target(kind).name);

/** Holds the method, once it has read the state. */
function held() {
  const [asked, answer] = [new Latch(), new Latch()];
  truth.supply = async (read) => {
    asked.open();
    await answer.opened;
    return read;
  };
  return { asked: asked.opened, answer: () => answer.open() };
}

describe.each(KINDS)('a client of a %s channel with a snapshot', (kind) => {
  const { add } = { add: (...numbers: number[]) => states.add(kind, ...numbers) };

  it('hears the state after the reply and before the first event', async () => {
    await add(1, 2);
    const ann = await follower(kind);
    const subscribed = app.nextHook('subscribed').then(() => add(3));
    expect(await ann.subscribe()).toMatchObject({ ok: true, channel: ann.channel });
    await subscribed;
    await ann.client.settle();
    expect(ann.heard).toEqual([
      ['snapshot', { list: [1, 2] }, undefined],
      ['added', 3, kind === 'kept' ? 3 : undefined],
    ]);
    const order = ann.client.log.filter((line) => line === 'reply rt:subscribe' || line.includes(ann.channel));
    expect(order[0]).toBe('reply rt:subscribe');
  });

  it('hears what was broadcast while the state was read behind the state, in order and once', async () => {
    await add(1);
    const { asked, answer } = held();
    const ann = await follower(kind);
    const reply = ann.subscribe();
    await asked;
    await add(2, 3);
    await app.broadcast(states.target(kind), 'calm');
    answer();
    expect((await reply).position?.offset).toBe(kind === 'kept' ? 1 : undefined);
    await add(4);
    await ann.client.settle();
    expect(ann.payloads).toEqual([{ list: [1] }, 2, 3, null, 4]);
  });

  it('shares one call with all who subscribe at the same time, and hears all that came since', async () => {
    const { asked, answer } = held();
    const all = await Promise.all(Array.from({ length: 60 }, () => follower(kind)));
    const replies = all.slice(0, 40).map((each) => each.subscribe());
    await asked;
    await add(1);
    replies.push(...all.slice(40).map((each) => each.subscribe()));
    await all[59].client.settle();
    await add(2);
    answer();
    await Promise.all(replies);
    for (const each of all) {
      await each.client.settle();
      expect(each.payloads).toEqual([{ list: [] }, 1, 2]);
    }
    expect(truth.callsFor(all[0].channel)).toBe(1);
  });

  it('gets an answer that is less than a second old, with the events since', async () => {
    await add(1);
    await (await follower(kind)).subscribe();
    await add(2);
    const bob = await follower(kind, 'bob');
    await bob.subscribe();
    await bob.client.settle();
    const isShared = truth.callsFor(states.target(kind).name) === 1;
    // A slow machine may need more than a second.
    expect(bob.payloads).toEqual(isShared ? [{ list: [1] }, 2] : [{ list: [1, 2] }]);
  });

  it('gets what is broadcast with exceptions since the call, and nothing that was said to present members alone', async () => {
    const bob = await follower(kind, 'bob');
    await bob.subscribe();
    const realtime = app.nest.get(IRealtimeBroadcaster);
    const target = states.target(kind);
    await realtime.broadcast(target, 'added', 1, { except: { userId: 'ann' } });
    await realtime.send({ userId: 'ann' }, target, 'added', 2);
    await bob.client.send(bob.channel, 'wave', 3);
    await add(4);
    const ann = await follower(kind);
    await ann.subscribe();
    await ann.client.settle();
    const isShared = truth.callsFor(states.target(kind).name) === 1;
    expect(ann.payloads).toEqual(isShared ? [{ list: [] }, 1, 4] : [{ list: [4] }]);
  });

  it('that subscribes again begins again with a state', async () => {
    const ann = await follower(kind);
    await ann.subscribe();
    await add(1);
    await ann.subscribe();
    await add(2);
    await ann.client.settle();
    expect(ann.heard.filter(([event]) => event === 'snapshot')).toHaveLength(2);
    expect(ann.differenceFrom([1, 2])).toEqual({ missing: [], strays: [] });
  });

  it('may ask in a batch, also for a channel that is refused', async () => {
    await add(1);
    const ann = await follower(kind);
    const frames = [{ channel: ann.channel }, { channel: 'closed' }, { channel: 'mine.ann' }];
    expect(await ann.client.request('rt:subscribe', frames)).toMatchObject([{ ok: true }, { ok: false }, { ok: true }]);
    await ann.client.settle();
    expect(ann.payloads).toEqual([{ list: [1] }]);
    expect(truth.asked).not.toContain('closed');
  });

  it('hears an event that a listener broadcasts while the batch takes effect', async () => {
    const ann = await follower(kind);
    const off = app.hooks.on('subscribed', ({ channel }) => {
      if (channel.name === 'mine.ann') void add(1);
    });
    await ann.client.unsubscribe('mine.ann');
    await ann.client.request('rt:subscribe', [{ channel: 'mine.ann' }, { channel: ann.channel }]);
    off();
    await ann.client.settle();
    expect(ann.differenceFrom([1])).toEqual({ missing: [], strays: [] });
  });

  it('that the server subscribes hears of it, then the state, then the events', async () => {
    await add(1);
    const ann = await follower(kind);
    await app.nest.get(IRealtimeConnections).subscribe({ userId: 'ann' }, states.target(kind));
    await add(2);
    await ann.client.settle();
    expect(ann.payloads).toEqual([{ list: [1] }, 2]);
    const own = ann.client.log.filter((line) => line === 'rt:subscribed' || line.includes(ann.channel));
    expect(own.at(0)).toBe('rt:subscribed');
  });

  it('gets a state that is larger than a piece, and behind it what is broadcast meanwhile', async () => {
    const pad = 'x'.repeat(400_000);
    truth.supply = async ({ list }) => {
      await add(1, 2);
      return { list, pad };
    };
    const ann = await follower(kind);
    const after = app.nextHook('subscribed').then(async () => {
      await app.broadcast(states.target(kind), 'added', 3, { except: { userId: 'ann' } });
      await add(4);
    });
    await ann.subscribe();
    await after;
    while (ann.heard.at(-1)?.[1] !== 4) await ann.client.settle();
    await add(5);
    await ann.client.settle();
    expect(ann.payloads).toEqual([{ list: [], pad }, 1, 2, 4, 5]);
    expect(app.stats().holdings.replays).toBe(0);
  });

  it('is asked for outside of the asynchronous context of the first who subscribes', async () => {
    await follower(kind);
    const connections = app.nest.get(IRealtimeConnections);
    await truth.context.run('of a request', () => connections.subscribe({ userId: 'ann' }, states.target(kind)));
    expect([truth.callsFor(states.target(kind).name), new Set(truth.contexts)]).toEqual([1, new Set([undefined])]);
  });
});

describe('a client that comes back', () => {
  it('and recovers what it has missed needs no new state', async () => {
    const ann = await follower('kept');
    const { position } = await ann.subscribe();
    await states.add('kept', 1, 2);
    await app.hangUp();
    truth.asked.length = 0;
    const back = await follower('kept');
    expect(await back.subscribe({ ...position, offset: 1 })).toMatchObject({
      recovered: true,
      position: { offset: 2 },
    });
    await back.client.settle();
    expect(back.payloads).toEqual([2]);
    expect(truth.callsFor(back.channel)).toBe(0);
  });

  it.each([
    ['outside the window', (epoch: string) => ({ epoch, offset: 0 })],
    ['with a position of another epoch', () => ({ epoch: 'other', offset: 1 })],
    ['with a position ahead of the log', (epoch: string) => ({ epoch, offset: 1_000 })],
  ])('%s begins with the state', async (_where, recover) => {
    const { position } = await (await follower('kept')).subscribe();
    const numbers = Array.from({ length: 60 }, (_, index) => index + 1);
    await states.add('kept', ...numbers);
    const back = await follower('kept');
    expect(await back.subscribe(recover(position!.epoch))).toMatchObject({ ok: true, recovered: false });
    await back.client.settle();
    expect(back.heard[0][0]).toBe('snapshot');
    expect(back.differenceFrom(numbers)).toEqual({ missing: [], strays: [] });
  });

  it('to a channel without history begins with the state, and is told that nothing was recovered', async () => {
    await states.add('bare', 1);
    const back = await follower('bare');
    expect(await back.subscribe({ epoch: 'e', offset: 1 })).toEqual({
      ok: true,
      channel: back.channel,
      recovered: false,
    });
    await back.client.settle();
    expect(back.payloads).toEqual([{ list: [1] }]);
  });
});

describe('autoSubscribe', () => {
  it('gives each connection the state of its own channel', async () => {
    truth.of('mine.root').push(7);
    const root = await app.connect({ as: 'root' });
    expect(await root.next('rt:subscribed')).toEqual([{ channel: 'mine.root' }]);
    expect(await root.next('rt:event')).toEqual(['mine.root', 'snapshot', { list: [7] }]);
    await app.broadcast(mine.with({ userId: 'root' }), 8);
    expect(await root.next('rt:event')).toEqual(['mine.root', 'message', 8]);
  });
});
