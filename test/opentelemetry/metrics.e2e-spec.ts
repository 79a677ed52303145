// Do the metrics report what has happened, in labels that no client can multiply?
import { setImmediate } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { IRealtimeConnections } from 'nestjs-realtime';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { closeApps, type TestApp } from '../kit/boot.js';
import { type Point, Recorder } from './recorder.js';
import { bootTraced, gate, renewGate, roomChannel } from './traced-app.js';

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
  'log.forks',
  'log.reads.shared',
  'log.recoveries',
  'log.refills',
  'log.resets',
  'messages',
  'overflows',
  'presence.edges',
  'presence.store.calls',
  'presence.store.changes',
  'presence.users',
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

  it('a broadcast to several channels is counted once for each of them, and its recipients once', async () => {
    const labels = { ...ROOM, 'realtime.event': 'said' };
    const before = await recorder.collect();
    const [ann, bob] = await Promise.all([app.connect({ as: 'ann' }), app.connect({ as: 'bob' })]);
    await Promise.all([ann.subscribe('rooms.7'), ann.subscribe('rooms.8'), bob.subscribe('rooms.8')]);
    const rooms = ['7', '8'].map((roomId) => roomChannel.with({ roomId }));
    await app.broadcast(rooms, 'said', { text: 'a' });
    const after = await recorder.collect();
    const grown = (name: string): number => valueOf(after[name], labels)! - (valueOf(before[name] ?? [], labels) ?? 0);
    expect([grown('realtime.server.broadcasts'), grown('realtime.server.deliveries')]).toEqual([2, 2]);
  });

  it('a whisper is counted as a message and as a broadcast, by its declared name', async () => {
    const [ann, bob] = await Promise.all([app.connect({ as: 'ann' }), app.connect({ as: 'bob' })]);
    await Promise.all([ann.subscribe('rooms.7'), bob.subscribe('rooms.7')]);
    await ann.send('rooms.7', 'nod', { text: 'yes' });
    const points = await recorder.collect();
    const nod = { ...ROOM, 'realtime.event': 'nod' };
    expect(valueOf(points['realtime.server.messages'], { ...nod, 'realtime.code': 'OK' })).toBe(1);
    expect(valueOf(points['realtime.server.broadcasts'], nod)).toBe(1);
    expect(valueOf(points['realtime.server.deliveries'], nod)).toBe(1);
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

  it('a code that the message declares is a label, and one that a handler made up is INTERNAL', async () => {
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('rooms.1');
    const refused = app.record('refused');
    for (const text of ['locked', 'ANN', 'BOB', 'locked']) await ann.send('rooms.1', 'enter', { text });
    expect(refused.map(({ code }) => code)).toEqual(['ROOM_LOCKED', 'INTERNAL', 'INTERNAL', 'ROOM_LOCKED']);
    const points = await recorder.collect();
    const messages = points['realtime.server.messages'];
    const enter = { ...ROOM, 'realtime.event': 'enter' };
    expect(valueOf(messages, { ...enter, 'realtime.code': 'ROOM_LOCKED' })).toBe(2);
    expect(valueOf(messages, { ...enter, 'realtime.code': 'INTERNAL' })).toBe(2);
    const locked = { 'realtime.gate': 'message', 'realtime.code': 'ROOM_LOCKED' };
    expect(valueOf(points['realtime.server.refusals'], locked)).toBe(2);
    const lines = await recorder.scrape();
    const series = (name: string, code: string): string[] =>
      lines.filter((line) => line.startsWith(`realtime_server_${name}_total{`) && line.includes(code));
    expect(series('refusals', 'ROOM_LOCKED')).toEqual([
      expect.stringMatching(/realtime_gate="message",realtime_code="ROOM_LOCKED".* 2$/),
    ]);
    expect(series('messages', 'ROOM_LOCKED')).toEqual([
      expect.stringMatching(/realtime_event="enter",realtime_code="ROOM_LOCKED".* 2$/),
    ]);
    expect(lines.join('\n')).not.toContain('MADE_UP');
  });

  it('a declared code is a label also when the server has ended the subscription meanwhile', async () => {
    const labels = { 'realtime.gate': 'message', 'realtime.code': 'ROOM_LOCKED' };
    const before = valueOf(await collect('refusals'), labels) ?? 0;
    renewGate();
    const ann = await app.connect({ as: 'ann' });
    await ann.subscribe('rooms.1');
    const late = ann.send('rooms.1', 'enter', { text: 'late' });
    await ann.settle();
    const refused = app.nextHook('refused');
    await app.nest.get(IRealtimeConnections).unsubscribe({ userId: 'ann' }, roomChannel.with({ roomId: '1' }));
    gate.open();
    await late;
    expect(await refused).toMatchObject({ code: 'ROOM_LOCKED', channel: { name: 'rooms.1' }, name: 'rooms.1' });
    expect(valueOf(await collect('refusals'), labels)).toBe(before + 1);
  });

  it('a code that is neither of the protocol nor declared by its message is no label', async () => {
    const connected = app.nextHook('connected');
    await app.connect({ as: 'ann' });
    const { connection } = await connected;
    const channel = roomChannel.with({ roomId: '1' });
    const before = await collect('refusals');
    for (const [code, message] of [
      ['MADE_UP', 'enter'],
      ['toString', 'enter'],
      ['ROOM_LOCKED', 'say'],
      ['ROOM_LOCKED', 'made-up'],
      ['ROOM_LOCKED', '__proto__'],
      ['ROOM_LOCKED', null],
    ] as const) {
      const refusal = { gate: 'message', code, reason: '', connection, channel, name: 'rooms.1', message } as const;
      app.hooks.emit('refused', () => refusal);
      app.hooks.emit('refused', () => ({ ...refusal, channel: null }));
      if (message !== null) app.hooks.emit('handled', () => ({ connection, channel, message, code, durationMs: 1 }));
    }
    const after = await recorder.collect();
    const unlabelled = { 'realtime.gate': 'message' };
    expect(valueOf(after['realtime.server.refusals'], unlabelled)).toBe(12);
    expect(after['realtime.server.refusals']).toHaveLength(before.length + 1);
    expect(valueOf(after['realtime.server.messages'], { ...ROOM, 'realtime.event': 'enter' })).toBe(2);
    expect(JSON.stringify(after)).not.toMatch(/MADE_UP|toString/);
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
    expect(JSON.stringify(labels)).not.toMatch(/made-up|MADE_UP|rooms\.\d|"ann"/);
    const keys = new Set(labels.flatMap((label) => Object.keys(label)));
    expect([...keys].sort()).toEqual(
      ['cause', 'channel', 'code', 'edge', 'event', 'gate', 'outcome', 'policy'].map((key) => `realtime.${key}`),
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
