// Do state and stream fit together on several nodes, whatever happens between the engine and the nodes?
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LogFrame } from 'nestjs-realtime/adapters';
import { closeApps } from '../kit/boot.js';
import { Latch } from '../kit/latch.js';
import { LogEngine } from '../kit/log-engine.js';
import { until } from '../kit/until.js';
import { Follower } from './follower.js';
import { type Kind, KINDS, SnapshotsApp, Truth } from './snapshots-app.js';

let engine: LogEngine;
let truth: Truth;
let nodes: SnapshotsApp[];

beforeEach(async () => {
  engine = new LogEngine();
  truth = new Truth();
  nodes = [];
  for (let i = 0; i < 2; i++) nodes.push(await SnapshotsApp.start({ broker: engine.node(), truth }));
});
afterEach(closeApps);

const follower = async (node: number, kind: Kind) =>
  new Follower(await nodes[node].app.connect({ as: 'ann' }), nodes[node].target(kind).name);
const has = (each: Follower, n: number) => until(() => each.list?.at(-1), (last) => last === n); // prettier-ignore

function held() {
  const [asked, answer] = [new Latch(), new Latch()];
  truth.supply = async (read) => {
    asked.open();
    await answer.opened;
    return read;
  };
  return { asked: asked.opened, answer: () => answer.open() };
}

describe.each(KINDS)('a client of a %s channel', (kind) => {
  it('hears behind the state what other nodes have broadcast while it was read', async () => {
    const { asked, answer } = held();
    const ann = await follower(1, kind);
    const reply = ann.subscribe();
    await asked;
    await nodes[0].add(kind, 1, 2);
    await nodes[1].add(kind, 3);
    answer();
    await reply;
    await nodes[0].add(kind, 4);
    await has(ann, 4);
    expect(ann.payloads).toEqual([{ list: [] }, 1, 2, 3, 4]);
  });

  it('whose state is shared hears what other nodes have broadcast before it came, though the node had no member', async () => {
    const { asked, answer } = held();
    const [ann, bob] = [await follower(1, kind), await follower(1, kind)];
    const first = ann.subscribe();
    await asked;
    ann.client.close();
    await nodes[0].add(kind, 1);
    const second = bob.subscribe();
    await bob.client.settle();
    answer();
    await second;
    await nodes[0].add(kind, 2);
    await has(bob, 2);
    expect(bob.payloads).toEqual([{ list: [] }, 1, 2]);
    expect(truth.callsFor(bob.channel)).toBe(1);
    void first;
  });
});

describe('a client of a channel with history', () => {
  it('gets a new state where the log was lost while the first was read', async () => {
    await nodes[0].add('kept', 1, 2, 3);
    const { asked, answer } = held();
    const ann = await follower(1, 'kept');
    const reply = ann.subscribe();
    await asked;
    engine.lose(ann.channel, 2);
    await nodes[0].add('kept', 4);
    // The log of the node has noticed, and follows the new epoch.
    await until(() => engine.reads, (reads) => reads > 1); // prettier-ignore
    truth.supply = (read) => read;
    answer();
    expect(await reply).toMatchObject({ ok: true });
    await nodes[1].add('kept', 5);
    await has(ann, 5);
    expect(ann.differenceFrom([1, 2, 3, 4, 5])).toEqual({ missing: [], strays: [] });
  });

  it('misses nothing where frames are lost, doubled and swapped while it comes', async () => {
    const held: (() => void)[] = [];
    const wires: ((frame: LogFrame, send: (frame: LogFrame) => void) => void)[] = [
      () => undefined,
      (frame, send) => [frame, frame].forEach(send),
      (frame, send) => void held.push(() => send(frame)),
      (frame, send) => {
        send(frame);
        for (const release of held.splice(0)) release();
      },
    ];
    truth.supply = async (read) => {
      await setImmediate();
      return read;
    };
    const all: Follower[] = [];
    const replies: Promise<unknown>[] = [];
    for (let n = 1; n <= 40; n++) {
      engine.wire = wires[(n * 7) % wires.length];
      await nodes[n % 2].add('kept', n);
      if (n % 4 > 0) continue;
      const next = await follower(n % 8 === 0 ? 0 : 1, 'kept');
      all.push(next);
      replies.push(next.subscribe());
    }
    engine.wire = (frame, send) => send(frame);
    await nodes[0].add('kept', 41);
    await Promise.all(replies);
    for (const each of all) {
      await has(each, 41);
      expect(each.differenceFrom(truth.of(each.channel))).toEqual({ missing: [], strays: [] });
    }
  });

  it('waits for the engine, and gets the state when it is back', async () => {
    engine.goAway();
    const ann = await follower(0, 'kept');
    const reply = ann.subscribe();
    await ann.client.settle();
    expect(truth.callsFor(ann.channel)).toBe(0);
    engine.comeBack();
    expect(await reply).toMatchObject({ ok: true });
  });
});

describe('a client of a channel without history', () => {
  it('gets the state while the engine is away, because its own node still broadcasts', async () => {
    engine.goAway();
    const ann = await follower(0, 'bare');
    expect(await ann.subscribe()).toMatchObject({ ok: true });
    await nodes[0].add('bare', 1);
    await has(ann, 1);
    expect(ann.payloads).toEqual([{ list: [] }, 1]);
  });
});
