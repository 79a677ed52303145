// Does the client hear each event once and in order from a real server, whatever happens to its connection?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type ChannelHandle, createRealtimeClient, type RealtimeClient } from '@nestjs-realtime/client';
import { IRealtimeBroadcaster, IRealtimeHistory } from 'nestjs-realtime';
import { reached, reasonOf } from '../../libs/client/test/reached.js';
import { bare, LogsApp, mine, type room, SIZE } from '../history/logs-app.js';
import { range } from '../history/reader.js';
import { closeApps } from '../kit/boot.js';
import { TcpBalancer } from '../kit/tcp-balancer.js';
import { until } from '../kit/until.js';

type Room = ChannelHandle<typeof room>;

let logs: LogsApp;
let balancer: TcpBalancer;
const clients: RealtimeClient[] = [];

beforeAll(async () => {
  logs = await LogsApp.start();
  balancer = await TcpBalancer.start(logs.app.url);
});
beforeEach(() => logs.nextRoom());
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});
afterAll(async () => {
  balancer.close();
  await closeApps();
});

function connect(as = 'ann'): RealtimeClient {
  const auth = () => ({ token: as });
  const client = createRealtimeClient({ url: balancer.url, auth, retryDelay: 1, maxRetryDelay: 20 });
  clients.push(client);
  return client;
}
const open = (client = connect(), options = {}): Room => client.channel(logs.target(), options);
function hearing(handle: Room): number[] {
  const heard: number[] = [];
  handle.on('said', (n) => heard.push(n));
  return heard;
}
const heardUpTo = (heard: number[], last: number) =>
  until(
    () => heard,
    (all) => all.at(-1) === last,
  );
async function cut(handle: Pick<Room, 'status' | 'onStatus'>): Promise<void> {
  balancer.cut();
  await reached(handle, 'subscribing');
}

describe('a client of a channel with history', () => {
  it('hears what it has missed while it was away, in front of what comes then', async () => {
    const handle = open();
    const heard = hearing(handle);
    await handle.ready();
    await logs.say(1, 2);
    await heardUpTo(heard, 2);
    await cut(handle);
    await logs.say(3, 4, 5);
    await handle.ready();
    await logs.say(6);
    await heardUpTo(heard, 6);
    expect(heard).toEqual(range(1, 6));
    expect(handle.status).toMatchObject({ state: 'subscribed', gap: false });
  });

  it('hears everything once and in order while its connection is cut again and again', async () => {
    const handles = ['ann', 'bob', 'root'].map((as) => open(connect(as)));
    const all = handles.map(hearing);
    const gaps: boolean[] = [];
    for (const handle of handles) handle.onStatus((status) => status.state === 'subscribed' && gaps.push(status.gap));
    await Promise.all(handles.map((handle) => handle.ready()));
    for (const n of range(1, 200)) {
      await logs.say(n);
      if (n % 10 !== 0) continue;
      balancer.cut();
      // The log reaches back for so many events.
      if (n % (SIZE / 2) === 0) for (const heard of all) await heardUpTo(heard, n);
    }
    for (const heard of all) {
      await heardUpTo(heard, 200);
      expect(heard).toEqual(range(1, 200));
    }
    expect(gaps.length).toBeGreaterThan(3);
    expect(gaps).not.toContain(true);
  });

  it('is told of a gap where the log no longer reaches back, and goes on from its end', async () => {
    const handle = open();
    const heard = hearing(handle);
    await handle.ready();
    await logs.say(1);
    await heardUpTo(heard, 1);
    balancer.nodes = [];
    await cut(handle);
    await logs.say(...range(2, SIZE + 5));
    balancer.nodes = [logs.app.url];
    await handle.ready();
    expect(handle.status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
    await logs.say(100);
    await heardUpTo(heard, 100);
    expect(heard).toEqual([1, 100]);
  });

  it('goes on from a position that a page was rendered with, whatever comes meanwhile', async () => {
    await logs.say(1, 2);
    const since = await logs.app.nest.get(IRealtimeHistory).position(logs.target());
    await logs.say(3);
    const client = connect();
    const [live, page] = [open(client), open(client, { since })];
    const [atLive, atPage] = [live, page].map(hearing);
    const saying = logs.say(...range(4, 13));
    await Promise.all([live.ready(), page.ready()]);
    await saying;
    const later = open(client, { since });
    const atLater = hearing(later);
    await later.ready();
    await logs.say(14);
    for (const heard of [atLive, atPage, atLater]) await heardUpTo(heard, 14);
    expect(atPage).toEqual(range(3, 14));
    expect(atLater).toEqual(range(3, 14));
    expect(atLive).toEqual(range(atLive[0], 14));
    for (const { status } of [live, page, later]) expect(status).toMatchObject({ state: 'subscribed', gap: false });
  });

  it('keeps its position over events that leave it out', async () => {
    const handle = open();
    const heard = hearing(handle);
    await handle.ready();
    const realtime = logs.app.nest.get(IRealtimeBroadcaster);
    await logs.say(1);
    await realtime.broadcast(logs.target(), 'said', 2, { except: { userId: 'ann' } });
    await realtime.send({ userId: 'ann' }, logs.target(), 'said', 7);
    await logs.say(3);
    await heardUpTo(heard, 3);
    expect(heard).toEqual([1, 7, 3]);
    expect(handle.position?.offset).toBe(3);
    await cut(handle);
    await handle.ready();
    expect(handle.status).toEqual({ state: 'subscribed', gap: false, replayed: 0 });
  });

  it('reads pages of the log', async () => {
    await logs.say(...range(1, 5));
    const handle = open();
    const heard = hearing(handle);
    const { events, position } = await handle.history({ limit: 2 });
    expect(events).toEqual([4, 5].map((n) => ({ event: 'said', payload: n, offset: n })));
    expect(position).toEqual(handle.position);
    const page = await handle.history({ since: { ...position, offset: 1 }, limit: 3 });
    expect(page.events.map(({ payload }) => payload)).toEqual([2, 3, 4]);
    expect(heard).toEqual([]);
  });

  it('recovers on a channel that the server subscribes', async () => {
    const handle = connect('bob').channel(mine);
    const heard: number[] = [];
    handle.on('message', (n) => heard.push(n));
    await handle.ready();
    await logs.app.broadcast(mine.with({ userId: 'bob' }), 1);
    await heardUpTo(heard, 1);
    balancer.nodes = [];
    await cut(handle);
    for (const n of [2, 3]) await logs.app.broadcast(mine.with({ userId: 'bob' }), n);
    balancer.nodes = [logs.app.url];
    await handle.ready();
    await logs.app.broadcast(mine.with({ userId: 'bob' }), 4);
    await heardUpTo(heard, 4);
    expect(heard).toEqual(range(1, 4));
    expect(handle.status).toEqual({ state: 'subscribed', gap: false, replayed: 2 });
  });

  it('has a gap after a restart of the only node, whose log begins again, and after each loss without history', async () => {
    const restarted = await LogsApp.start();
    const client = connect();
    const handle = open(client);
    const plain = client.channel(bare);
    const heard = hearing(handle);
    await Promise.all([handle.ready(), plain.ready()]);
    await logs.say(1);
    await heardUpTo(heard, 1);
    const { epoch } = handle.position!;
    balancer.nodes = [restarted.app.url];
    const former = logs;
    logs = restarted;
    const away = reached(client, 'reconnecting');
    await former.app.close();
    expect((await away).reason.code).toBe('SHUTDOWN');
    await Promise.all([handle.ready(), plain.ready()]);
    for (const { status } of [handle, plain]) expect(status).toEqual({ state: 'subscribed', gap: true, replayed: 0 });
    expect(handle.position?.epoch).not.toBe(epoch);
    await restarted.app.broadcast({ ...former.target() }, 'said', 2);
    await heardUpTo(heard, 2);
    expect(reasonOf(handle)).toBeUndefined();
    expect(heard).toEqual([1, 2]);
  });
});
