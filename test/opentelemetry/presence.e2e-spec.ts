// Do the metrics say who is here, and what presence costs, in labels that no client can multiply?
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { InMemoryRealtimeBroker } from 'nestjs-realtime/adapters';
import { RealtimeOpenTelemetryModule } from 'nestjs-realtime/opentelemetry';
import { closeApps } from '../kit/boot.js';
import { until } from '../kit/until.js';
import { MemberBook } from '../presence/member-book.js';
import { bootPresence, type PresenceApp } from '../presence/presence-app.js';
import { Recorder } from './recorder.js';

const ROOM = 'rooms.{roomId}';

describe('metrics of presence', () => {
  let recorder: Recorder;
  let broker: InMemoryRealtimeBroker;
  let node: PresenceApp;

  beforeEach(async () => {
    recorder = new Recorder();
    broker = new InMemoryRealtimeBroker();
    node = await bootPresence({ presenceGrace: 0, broker }, [RealtimeOpenTelemetryModule.forRoot()]);
  });
  afterEach(async () => {
    await closeApps();
    await recorder.stop();
  });

  /** The value of one series; undefined if there is none. */
  const value = async (name: string, ...wanted: string[]): Promise<number | undefined> => {
    const points = (await recorder.collect())[`realtime.server.presence.${name}`] ?? [];
    return points.find(({ labels }) => Object.values(labels).sort().join() === wanted.sort().join())?.value;
  };
  const becomes = (found: number | undefined, name: string, ...wanted: string[]): Promise<unknown> =>
    until(
      () => value(name, ...wanted),
      (now) => now === found,
    );
  async function book(as: string, channel: string): Promise<MemberBook> {
    const made = new MemberBook(await node.app.connect({ as }), channel);
    await made.subscribe();
    return made;
  }

  it('count members and channels by template, and users, down to none again', async () => {
    const ann = await book('ann', 'rooms.1');
    await book('bob', 'rooms.1');
    await book('bob', 'rooms.2');
    await book('ann', 'hidden');
    expect([await value('channels', ROOM), await value('members', ROOM)]).toEqual([2, 3]);
    expect([await value('channels', 'hidden'), await value('members', 'hidden')]).toEqual([1, 1]);
    expect(await value('users')).toBe(2);
    await ann.client.unsubscribe('rooms.1');
    await becomes(2, 'members', ROOM);
    await node.app.hangUp();
    await becomes(0, 'members', ROOM);
    await becomes(0, 'users');
  });

  it('count channels only while they are followed', async () => {
    const ann = await book('ann', 'rooms.1');
    await ann.client.unsubscribe('rooms.1');
    // Channels linger, because one comes back to them.
    await becomes(0, 'channels', ROOM);
    expect(await value('members', ROOM)).toBe(0);
  });

  it('count joins and leaves by template, and users who come online and go', async () => {
    const first = await book('ann', 'rooms.1');
    await book('ann', 'rooms.1');
    await book('bob', 'rooms.1');
    await becomes(2, 'edges', ROOM, 'joined');
    await becomes(2, 'edges', 'online');
    expect([await value('edges', ROOM, 'left'), await value('edges', 'offline')]).toEqual([0, 0]);
    first.client.close();
    await node.app.hangUp();
    await becomes(2, 'edges', ROOM, 'left');
    await becomes(2, 'edges', 'offline');
    expect([await value('edges', ROOM, 'joined'), await value('edges', 'online')]).toEqual([2, 2]);
  });

  it('count each read of all members, and those that the store has not answered', async () => {
    const store = broker.presenceStore();
    const { read } = store;
    let isAway = true;
    store.read = (channel) => (isAway ? Promise.reject(new Error('away')) : read.call(store, channel));
    const subscribed = book('ann', 'rooms.1');
    await until(
      () => value('reads', ROOM, 'failed'),
      (failed) => failed !== undefined && failed > 0,
    );
    isAway = false;
    await subscribed;
    await becomes(1, 'reads', ROOM, 'read');
    await book('bob', 'rooms.1');
    await book('bob', 'rooms.2');
    await becomes(2, 'reads', ROOM, 'read');
  });

  it('count calls to the store and the changes in them, and those that it has not taken', async () => {
    const store = broker.presenceStore();
    const { apply, setOnline } = store;
    let isAway = true;
    store.apply = (...all) => (isAway ? Promise.reject(new Error('away')) : apply.apply(store, all));
    store.setOnline = (...all) => (isAway ? Promise.reject(new Error('away')) : setOnline.apply(store, all));
    await book('ann', 'rooms.1');
    for (const labels of [[ROOM, 'failed'], ['failed']]) {
      await becomes(1, 'store.calls', ...labels);
      await becomes(1, 'store.changes', ...labels);
    }
    isAway = false;
    for (const labels of [[ROOM, 'applied'], ['applied']]) {
      await becomes(1, 'store.calls', ...labels);
      await becomes(1, 'store.changes', ...labels);
    }
  });

  it('count the frames that tell clients of members, and the clients to which they went', async () => {
    // A client that is alone has everything in its answer.
    const ann = await book('ann', 'rooms.1');
    await book('bob', 'rooms.1');
    await until(
      () => ann.userIds,
      ({ length }) => length === 2,
    );
    expect([await value('frames', ROOM), await value('deliveries', ROOM)]).toEqual([1, 2]);
  });

  it('count frames of a channel whose members not all may know for those who may', async () => {
    await book('ann', 'staffed');
    await becomes(1, 'frames', 'staffed');
    expect(await value('deliveries', 'staffed')).toBe(0);
    await book('bob/editor', 'staffed');
    await becomes(2, 'frames', 'staffed');
    expect(await value('deliveries', 'staffed')).toBe(1);
  });

  it('have their documented names, and labels that are templates and words of the library', async () => {
    await book('ann', 'rooms.made-up');
    await becomes(1, 'edges', ROOM, 'joined');
    const points = Object.entries(await recorder.collect()).filter(([name]) => name.includes('.presence.'));
    const names = ['channels', 'deliveries', 'edges', 'frames', 'members', 'reads', 'store.calls', 'store.changes'];
    expect(points.map(([name]) => name.replace('realtime.server.presence.', '')).sort()).toEqual([...names, 'users']);
    const labels = points.flatMap(([, list]) => list.map((point) => point.labels));
    expect(JSON.stringify(labels)).not.toMatch(/made-up|"ann"/);
    expect([...new Set(labels.flatMap((label) => Object.keys(label)))].sort()).toEqual(
      ['channel', 'edge', 'outcome'].map((key) => `realtime.${key}`),
    );
  });
});
