// Do the metrics report what has happened, in labels that no client can multiply?
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { closeApps, type TestApp } from '../kit/boot.js';
import { type Point, Recorder } from './recorder.js';
import { bootTraced, roomChannel } from './traced-app.js';

const ROOM = { 'realtime.channel': 'rooms.{roomId}' };
const NAMES = [
  'bridge.events',
  'broadcasts',
  'connections',
  'deliveries',
  'eventloop.delay.max',
  'eventloop.delay.p50',
  'eventloop.delay.p99',
  'handler.duration',
  'messages',
  'overflows',
  'queue.size',
  'refusals',
  'subscriptions',
].map((name) => `realtime.server.${name}`);

function valueOf(points: Point[], labels: Point['labels'] = {}): number | undefined {
  const given = JSON.stringify(Object.entries(labels).sort());
  return points.find((point) => JSON.stringify(Object.entries(point.labels).sort()) === given)?.value;
}

describe('metrics', () => {
  let recorder: Recorder;
  let app: TestApp;

  beforeAll(async () => {
    recorder = new Recorder();
    app = await bootTraced();
  });
  afterEach(() => app.hangUp());
  afterAll(async () => {
    await closeApps();
    await recorder.stop();
  });

  const collect = async (name: string): Promise<Point[]> => (await recorder.collect())[`realtime.server.${name}`] ?? [];

  it('connections are counted, and subscriptions by template, down to none again', async () => {
    const [ann, bob] = [await app.connect({ as: 'ann' }), await app.connect({ as: 'bob' })];
    await ann.subscribe('rooms.1');
    await ann.subscribe('rooms.2');
    await bob.subscribe('rooms.1');
    const points = await recorder.collect();
    expect(valueOf(points['realtime.server.connections'])).toBe(2);
    expect(points['realtime.server.subscriptions']).toEqual([{ labels: ROOM, value: 3 }]);
    expect(valueOf(points['realtime.server.queue.size'])).toBe(0);
    await app.hangUp();
    expect(await collect('subscriptions')).toEqual([{ labels: ROOM, value: 0 }]);
    expect(valueOf(await collect('connections'))).toBe(0);
  });

  it('messages are counted by outcome, with their duration', async () => {
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('rooms.1');
    await ann.send('rooms.1', 'say', { text: 'a' });
    await ann.send('rooms.1', 'say', { text: 'b' });
    await ann.send('rooms.1', 'say', { text: 1 });
    await ann.send('rooms.1', 'fail', { text: 'c' });
    await ann.send('rooms.1', 'made-up', { text: 'd' });
    const messages = await collect('messages');
    const say = { ...ROOM, 'realtime.event': 'say' };
    expect(valueOf(messages, { ...say, 'realtime.code': 'OK' })).toBe(2);
    expect(valueOf(messages, { ...say, 'realtime.code': 'INVALID_PAYLOAD' })).toBe(1);
    expect(valueOf(messages, { ...ROOM, 'realtime.event': 'fail', 'realtime.code': 'INTERNAL' })).toBe(1);
    expect(valueOf(messages, { ...ROOM, 'realtime.code': 'UNKNOWN_EVENT' })).toBe(1);
    const durations = await collect('handler.duration');
    expect([valueOf(durations, say), valueOf(durations, { ...ROOM, 'realtime.event': 'fail' })]).toEqual([3, 1]);
    expect(durations).toHaveLength(2);
  });

  it('a broadcast is counted once, and each member it went out to', async () => {
    const labels = { ...ROOM, 'realtime.event': 'said' };
    const before = await recorder.collect();
    const members = await Promise.all([app.connect({ as: 'ann' }), app.connect({ as: 'bob' })]);
    for (const member of members) await member.subscribe('rooms.9');
    await app.broadcast(roomChannel.with({ roomId: '9' }), 'said', { text: 'a' });
    const after = await recorder.collect();
    const grown = (name: string): number => valueOf(after[name], labels)! - (valueOf(before[name] ?? [], labels) ?? 0);
    expect([grown('realtime.server.broadcasts'), grown('realtime.server.deliveries')]).toEqual([1, 2]);
  });

  it('refusals are counted by gate and code', async () => {
    await app.connect({ as: 'nobody' }).catch(() => undefined);
    const anonymous = await app.connect();
    await anonymous.subscribe('rooms.1');
    await anonymous.send('rooms.1', 'say', { text: 'a' });
    const refusals = await collect('refusals');
    const count = (gate: string, code: string) => valueOf(refusals, { 'realtime.gate': gate, 'realtime.code': code });
    expect(count('connect', 'UNAUTHENTICATED')).toBe(1);
    expect(count('subscribe', 'UNAUTHENTICATED')).toBe(1);
    expect(count('message', 'NOT_SUBSCRIBED')).toBe(1);
  });

  it('slow consumers are counted, and the forwarded, skipped and failed domain events', async () => {
    const connected = app.nextHook('connected');
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('rooms.1');
    const { connection } = await connected;
    const rooms = ['1', '2'].map((roomId) => roomChannel.with({ roomId }));
    const queued = { connection, queuedBytes: 1 };
    app.hooks.emit('overflowed', () => ({ ...queued, channel: rooms[0], policy: 'drop' }));
    app.hooks.emit('overflowed', () => ({ ...queued, channel: null, policy: 'disconnect' }));
    const bridged = { source: {}, descriptor: roomChannel, event: 'said', error: null };
    app.hooks.emit('bridged', () => ({ ...bridged, channels: rooms }));
    app.hooks.emit('bridged', () => ({ ...bridged, channels: [] }));
    app.hooks.emit('bridged', () => ({ ...bridged, channels: [], error: 'thrown' }));
    const points = await recorder.collect();
    const overflows = points['realtime.server.overflows'];
    expect(valueOf(overflows, { 'realtime.policy': 'drop', ...ROOM })).toBe(1);
    expect(valueOf(overflows, { 'realtime.policy': 'disconnect' })).toBe(1);
    for (const outcome of ['forwarded', 'skipped', 'failed']) {
      const labels = { ...ROOM, 'realtime.event': 'said', 'realtime.outcome': outcome };
      expect(valueOf(points['realtime.server.bridge.events'], labels)).toBe(1);
    }
  });

  it('the delay of the event loop is reported since the last collection', async () => {
    // Node takes the first sample after a collection as the beginning of the next.
    for (let block = 0; block < 3; block++) {
      const end = performance.now() + 150;
      while (performance.now() < end);
      await setImmediate();
      await setImmediate();
    }
    const { 'realtime.server.eventloop.delay.max': max, 'realtime.server.eventloop.delay.p50': p50 } =
      await recorder.collect();
    expect(valueOf(max)).toBeGreaterThan(0.1);
    expect(valueOf(p50)).toBeLessThan(valueOf(max)!);
  });

  it('the state of the node is read once a collection', async () => {
    const stats = jest.spyOn(app.nest.get(IRealtimeServer), 'stats');
    await recorder.collect();
    expect(stats).toHaveBeenCalledTimes(1);
    stats.mockRestore();
  });

  it('metrics have their documented names, and labels that are declared names and codes only', async () => {
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('rooms.made-up');
    await ann.subscribe('made-up.1');
    await ann.send('rooms.made-up', 'made-up', { text: 'a' });
    await ann.send('rooms.made-up', 'say', { text: 'a' });
    const points = await recorder.collect();
    expect(Object.keys(points).sort()).toEqual(NAMES);
    const labels = Object.values(points).flatMap((list) => list.map((point) => point.labels));
    expect(JSON.stringify(labels)).not.toMatch(/made-up|rooms\.\d|"ann"/);
    const keys = new Set(labels.flatMap((label) => Object.keys(label)));
    expect([...keys].sort()).toEqual(
      ['channel', 'code', 'event', 'gate', 'outcome', 'policy'].map((key) => `realtime.${key}`),
    );
  });

  it('metrics end with the application', async () => {
    const other = await bootTraced();
    const stats = jest.spyOn(other.nest.get(IRealtimeServer), 'stats');
    expect(other.hooks.hears('handled')).toBe(true);
    await other.close();
    stats.mockClear();
    await recorder.collect();
    expect(stats).not.toHaveBeenCalled();
    expect(other.hooks.hears('handled')).toBe(false);
  });
});
