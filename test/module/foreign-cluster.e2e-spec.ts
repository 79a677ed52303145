// Is our Socket.IO server ours alone, where the application connects its gateways over Redis?
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Module } from '@nestjs/common';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { createAdapter } from '@socket.io/redis-adapter';
import { createAdapter as createStreamsAdapter } from '@socket.io/redis-streams-adapter';
import { Redis } from 'ioredis';
import { IRealtimeAuthenticator, type RealtimeUser, RealtimeModule } from 'nestjs-realtime';
import { Server } from 'socket.io';
import { io as clientOf, type Socket as ClientSocket } from 'socket.io-client';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { type AdapterConstructor, CLUSTER_ADAPTER_WAYS, ClusterIoAdapter } from '../kit/cluster-io-adapter.js';
import { RedisServer } from '../kit/redis-server.js';
import { until } from '../kit/until.js';

@WebSocketGateway()
class OwnGateway {
  @SubscribeMessage('shout')
  shout(): void {}
}

@Module({ providers: [OwnGateway] })
class GatewayModule {}

class Ada extends IRealtimeAuthenticator {
  override authenticate(): Promise<RealtimeUser> {
    const claims: Record<string, unknown> = { password: 'secret', rows: 10n };
    claims.self = claims;
    return Promise.resolve({ userId: 'ada', roles: ['reader'], claims });
  }
}

const realtime = RealtimeModule.forRoot({ authenticator: Ada });
const cases = CLUSTER_ADAPTER_WAYS.flatMap((way) => [
  { way, order: 'before', imports: [GatewayModule, realtime] },
  { way, order: 'after', imports: [realtime, GatewayModule] },
]);

let redis: RedisServer;
const connections: Redis[] = [];
const closers: (() => unknown)[] = [];

function connection(): Redis {
  const made = new Redis(redis.port, '127.0.0.1');
  connections.push(made);
  return made;
}

function redisAdapter(): AdapterConstructor {
  return createAdapter(connection(), connection()) as AdapterConstructor;
}

/** A server of another process, as far as Redis can tell, and one client of it. */
async function startStranger(adapter: AdapterConstructor): Promise<{ server: Server; client: ClientSocket }> {
  const http = createServer().listen(0, '127.0.0.1');
  await once(http, 'listening');
  const server = new Server(http, { adapter });
  const client = await connectTo(`http://127.0.0.1:${(http.address() as AddressInfo).port}`);
  closers.push(() => server.close());
  return { server, client };
}

async function connectTo(url: string): Promise<ClientSocket> {
  const client = clientOf(url, { transports: ['websocket'], forceNew: true, reconnection: false });
  closers.push(() => client.disconnect());
  await new Promise<void>((resolve, reject) => client.once('connect', resolve).once('connect_error', reject));
  return client;
}

async function start(way: (typeof CLUSTER_ADAPTER_WAYS)[number], imports: object[], adapter = redisAdapter()) {
  let adapters!: ClusterIoAdapter;
  const app = await boot(
    { imports: imports as never },
    {
      prepare: (nest) => {
        adapters = new ClusterIoAdapter(nest, adapter, way);
        nest.useWebSocketAdapter(adapters);
      },
    },
  );
  return { app, ours: adapters.servers.get('/realtime')!, theirs: adapters.servers.get('/socket.io')! };
}

/** Until Redis has all subscriptions: a request that every server of the cluster answers. */
function joined({ server }: { server: Server }, servers: number): Promise<unknown> {
  return until(
    () => server.of('/').adapter.serverCount(),
    (count) => count === servers,
  );
}

async function settled(app: TestApp, client: Awaited<ReturnType<TestApp['connect']>>): Promise<string[]> {
  await client.settle();
  expect(app.stats().connections).toBe(1);
  return client.log.filter((line) => !line.startsWith('reply'));
}

beforeAll(async () => {
  redis = await RedisServer.start();
});
afterEach(async () => {
  await closeApps();
  for (const close of closers.splice(0)) await close();
  for (const made of connections.splice(0)) made.disconnect();
});
afterAll(() => redis.stop());

describe.each(cases)('with a Redis adapter by $way, and the application’s gateway bound $order ours', (given) => {
  it('another process reaches the gateway, and none of our clients', async () => {
    const { app, ours, theirs } = await start(given.way, given.imports);
    const stranger = await startStranger(redisAdapter());
    const own = await connectTo(app.url);
    const client = await app.connect();
    await joined(stranger, 2);

    const heard = once(own as never, 'news');
    stranger.server.emit('news', 1);
    expect(await heard).toEqual([1]);

    const asked: string[] = [];
    ours.on('ask', () => asked.push('ours'));
    const arrived = new Promise((resolve) => theirs.once('ask', resolve));
    stranger.server.serverSideEmit('ask', 1);
    await arrived;
    expect(asked).toEqual([]);

    const found = (await stranger.server.fetchSockets()).map(({ id }) => id);
    expect(found).toContain(stranger.client.id);
    expect([own.id, stranger.client.id]).toEqual(expect.arrayContaining(found));
    // Of two adapters on one connection to Redis, Socket.IO's adapter waits for the answer of one.
    if (given.way === 'server.adapter(...)') expect(found).toContain(own.id);

    const gone = once(own as never, 'disconnect');
    stranger.server.disconnectSockets(true);
    await gone;
    expect(await settled(app, client)).toEqual(['rt:welcome']);
  });

  it('our server reaches no client of another process, and none is disconnected by a boot', async () => {
    const stranger = await startStranger(redisAdapter());
    const first = await start(given.way, given.imports);
    const own = await connectTo(first.app.url);
    const client = await first.app.connect();
    const heard: unknown[] = [];
    for (const socket of [own, stranger.client]) socket.onAny((...args: unknown[]) => heard.push(args));
    const second = await start(given.way, given.imports);
    second.ours.emit('from us');
    second.ours.disconnectSockets(true);
    expect(await second.ours.fetchSockets()).toEqual([]);

    const after = ['after'];
    const news = [own, stranger.client].map((socket) => once(socket as never, 'news'));
    second.theirs.emit('news', ...after);
    expect(await Promise.all(news)).toEqual([after, after]);
    expect(heard).toEqual([
      ['news', 'after'],
      ['news', 'after'],
    ]);
    expect(await settled(first.app, client)).toEqual(['rt:welcome']);
  });
});

describe('with Redis streams', () => {
  it('another process finds none of our clients', async () => {
    const streams = () => createStreamsAdapter(connection(), { blockTimeInMs: 50 }) as AdapterConstructor;
    const { app } = await start('server.adapter(...)', [realtime, GatewayModule], streams());
    const stranger = await startStranger(streams());
    const own = await connectTo(app.url);
    const client = await app.connect();
    await joined(stranger, 2);
    const found = await stranger.server.fetchSockets();
    expect(found.map(({ id }) => id).sort()).toEqual([own.id, stranger.client.id].sort());
    const gone = once(own as never, 'disconnect');
    stranger.server.disconnectSockets(true);
    await gone;
    expect(await settled(app, client)).toEqual(['rt:welcome']);
  });
});

describe('a WebSocket adapter that comes later', () => {
  it('does not replace ours either, and socket.data holds plain data', async () => {
    const { app, ours } = await start('server.adapter(...)', [realtime]);
    const client = await app.connect();
    const before = ours.of('/').adapter;
    ours.adapter(redisAdapter());
    expect(ours.of('/').adapter).toBe(before);
    const [{ data }] = await ours.fetchSockets();
    expect(JSON.parse(JSON.stringify(data))).toEqual({ user: { userId: 'ada', roles: ['reader'] } });
    expect(await settled(app, client)).toEqual(['rt:welcome']);
  });
});
