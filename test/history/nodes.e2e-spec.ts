// Do clients on several nodes hear one log, whatever happens between the engine and the nodes?
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { defineRealtimeChannel, IRealtimeConnections, IRealtimeHistory, RealtimeModule } from 'nestjs-realtime';
import type { LogFrame } from 'nestjs-realtime/adapters';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { LogEngine } from '../kit/log-engine.js';
import { until } from '../kit/until.js';
import { type LogReply, range, Reader } from './reader.js';

const SIZE = 50;
const room = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'public',
  payload: z.number(),
  history: { size: SIZE },
});
const bare = defineRealtimeChannel({ name: 'bare', scope: 'public', payload: z.number() });
const target = room.with({ roomId: '1' });

let engine: LogEngine;
let nodes: TestApp[];

beforeEach(async () => {
  engine = new LogEngine();
  nodes = [];
  for (let i = 0; i < 3; i++) {
    const broker = engine.node();
    nodes.push(
      await boot({
        imports: [RealtimeModule.forRoot({ broker, requestTimeout: 500 }), RealtimeModule.forFeature([room, bare])],
      }),
    );
  }
});
afterEach(closeApps);

const reader = async (node: number) => new Reader(await nodes[node].connect(), target.name);
const say = (node: number, n: number) => nodes[node].broadcast(target, n);
async function readers(): Promise<Reader[]> {
  const made = [await reader(0), await reader(1), await reader(2)];
  for (const each of made) await each.subscribe();
  return made;
}
const heardAll = (each: Reader, last: number) => until(() => each.offsets, (offsets) => offsets.at(-1) === last); // prettier-ignore

describe('clients of several nodes', () => {
  it('hear the events of all nodes in one order, under the same offsets', async () => {
    const all = await readers();
    await Promise.all(range(1, 30).map((n) => say(n % 3, n)));
    for (const each of all) await heardAll(each, 30);
    expect(all[1].heard).toEqual(all[0].heard);
    expect(all[2].heard).toEqual(all[0].heard);
    expect(all[0].offsets).toEqual(range(1, 30));
  });

  it('recover on another node what they have missed', async () => {
    const ann = await reader(0);
    const { position } = await ann.subscribe();
    for (const n of range(1, 5)) await say(1, n);
    const back = await reader(2);
    expect(await back.subscribe({ ...position, offset: 2 })).toMatchObject({
      recovered: true,
      position: { offset: 5 },
    });
    await heardAll(back, 5);
    expect(back.offsets).toEqual([3, 4, 5]);
  });

  it('hear everything in order and once where frames are lost, doubled and swapped', async () => {
    const all = await readers();
    let held: (() => void)[] = [];
    const wires: ((frame: LogFrame, send: (frame: LogFrame) => void) => void)[] = [
      () => undefined,
      (frame, send) => [frame, frame].forEach(send),
      (frame, send) => void held.push(() => send(frame)),
      (frame, send) => {
        send(frame);
        for (const late of held.splice(0)) late();
      },
    ];
    for (const n of range(1, 60)) {
      engine.wire = wires[(n * 7) % wires.length];
      await say(n % 3, n);
    }
    engine.wire = (frame, send) => send(frame);
    held = [];
    await say(0, 61);
    for (const each of all) {
      await heardAll(each, 61);
      expect(each.offsets).toEqual(range(1, 61));
    }
  });

  it('are evicted with INSUFFICIENT_STATE where the engine has lost what they have heard, and begin again in a new epoch', async () => {
    const [ann] = await readers();
    const { position } = await ann.subscribe();
    for (const n of range(1, 3)) await say(0, n);
    await heardAll(ann, 3);
    const unsubscribed = nodes[0].nextHook('unsubscribed');
    engine.lose(target.name, 2);
    await say(1, 4);
    expect(await ann.client.next('rt:evicted')).toEqual([
      { channel: target.name, code: 'INSUFFICIENT_STATE', retryable: true },
    ]);
    expect(await unsubscribed).toMatchObject({ by: 'server' });
    const reply: LogReply = await ann.subscribe({ ...position, offset: 3 });
    expect(reply).toMatchObject({ ok: true, recovered: false });
    expect(reply.position?.epoch).not.toBe(position?.epoch);
    expect(ann.offsets).toEqual([1, 2, 3]);
    await say(2, 5);
    await until(
      () => ann.heard.at(-1)?.[1],
      (payload) => payload === 5,
    );
  });

  it('are evicted at once where a node publishes that has seen more of the log than the engine has kept', async () => {
    const all = await readers();
    for (const n of range(1, 3)) await say(0, n);
    engine.lose(target.name, 2);
    await say(1, 4);
    for (const each of all)
      expect(await each.client.next('rt:evicted')).toMatchObject([{ code: 'INSUFFICIENT_STATE' }]);
    expect(engine.forks).toBe(0);
    expect(await all[2].subscribe()).toMatchObject({ ok: true, position: { offset: 1 } });
  });

  it('hear what was published while their node was cut off from the engine', async () => {
    const [ann] = await readers();
    await say(0, 1);
    engine.goAway();
    engine.isAway = false;
    engine.wire = () => undefined;
    for (const n of range(2, 4)) await say(1, n);
    engine.wire = (frame, send) => send(frame);
    engine.comeBack();
    await heardAll(ann, 4);
    expect(ann.offsets).toEqual([1, 2, 3, 4]);
  });

  it('get an event that their release does not declare as a skip, live and in a replay', async () => {
    const ann = await reader(0);
    const { position } = await ann.subscribe();
    engine.append(target.name, { event: 'said"],["newer', json: '{}' }, SIZE);
    await say(1, 2);
    await heardAll(ann, 2);
    expect(ann.heard).toEqual([
      [1, 'skip'],
      [2, 2],
    ]);
    const back = await reader(1);
    await back.subscribe(position);
    await heardAll(back, 2);
    expect(back.heard).toEqual(ann.heard);
    expect((await back.history()).events).toEqual([{ offset: 2, event: 'message', payload: 2 }]);
  });
});

describe('an entry that no broker should pass on', () => {
  it('is a skip to members, and stops neither the log nor the process', async () => {
    const ann = await reader(0);
    await ann.subscribe();
    engine.append(target.name, { event: 'message', json: '1', except: 7 as never }, SIZE);
    await say(1, 2);
    await heardAll(ann, 2);
    expect(ann.heard).toEqual([
      [1, 'skip'],
      [2, 2],
    ]);
  });
});

describe('a page of the history', () => {
  it('is not given to a client that has lost the channel while it was read', async () => {
    const ann = await reader(0);
    await ann.subscribe();
    await say(0, 1);
    let answer = (): void => undefined;
    engine.delay = () => new Promise((resolve) => (answer = resolve));
    const page = ann.history();
    await ann.client.settle();
    const { connectionId } = await ann.client.welcome();
    await nodes[0].nest.get(IRealtimeConnections).unsubscribe({ connectionId }, target);
    engine.delay = () => Promise.resolve();
    answer();
    expect(await page).toMatchObject({ ok: false, error: { code: 'NOT_SUBSCRIBED' } });
  });
});

describe('members of a channel that come back at once', () => {
  it('cost one read of the log, and each gets all of it', async () => {
    const ann = await reader(0);
    const { position } = await ann.subscribe();
    for (const n of range(1, 10)) await say(0, n);
    await heardAll(ann, 10);
    const many = await Promise.all(range(1, 40).map(() => reader(0)));
    engine.reads = 0;
    await Promise.all(many.map((each, index) => each.subscribe({ ...position, offset: index % 2 })));
    for (const [index, each] of many.entries()) {
      await heardAll(each, 10);
      expect(each.offsets).toEqual(range(1 + (index % 2), 10));
    }
    expect(engine.reads).toBeLessThanOrEqual(2);
  });
});

describe('while the engine is away', () => {
  it('a channel with history can be neither entered nor read, and other channels of the batch can', async () => {
    const ann = await reader(0);
    await ann.subscribe();
    const bob = new Reader(await nodes[0].connect(), 'rooms.2');
    engine.goAway();
    const replies = await bob.client.request('rt:subscribe', [{ channel: 'rooms.2' }, { channel: 'bare' }]);
    expect(replies).toMatchObject([{ ok: false, error: { code: 'UNAVAILABLE', retryable: true } }, { ok: true }]);
    expect(await ann.history()).toMatchObject({ ok: false, error: { code: 'UNAVAILABLE' } });
    await expect(say(0, 1)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    await expect(nodes[0].nest.get(IRealtimeHistory).position(target)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    engine.comeBack();
    expect(await bob.subscribe()).toMatchObject({ ok: true, position: { offset: 0 } });
  });

  it('clients of the node still hear its own broadcasts on channels without history', async () => {
    const client = await nodes[0].connect();
    await client.subscribe('bare');
    engine.goAway();
    await nodes[0].broadcast(bare, 1);
    expect(await client.next('rt:event')).toEqual(['bare', 'message', 1]);
  });
});
