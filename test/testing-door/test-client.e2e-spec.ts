// Does the test client of nestjs-realtime/testing work as the test of an application uses it?
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import {
  defineRealtimeChannel,
  IRealtimeAuthenticator,
  IRealtimeBroadcaster,
  IRealtimeConnections,
  RealtimeHooks,
  RealtimeModule,
  type RealtimeSettings,
} from 'nestjs-realtime';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { connectTestClient, type TestClient } from 'nestjs-realtime/testing';
import { newsChannel, orderChannel, ordersModule } from './orders.js';

/** Not every machine has IPv6. */
const IPV6 = Object.values(networkInterfaces())
  .flat()
  .some((entry) => entry?.address === '::1');
const HOSTS = ['127.0.0.1', '0.0.0.0', 'localhost', ...(IPV6 ? ['::', '::1'] : [])];

async function create(settings?: RealtimeSettings, fastify = false): Promise<INestApplication> {
  const module = await Test.createTestingModule(ordersModule(settings)).compile();
  return fastify
    ? module.createNestApplication(new FastifyAdapter(), { logger: false })
    : module.createNestApplication({ logger: false });
}
const portOf = (app: INestApplication): number => ((app.getHttpServer() as Server).address() as AddressInfo).port;

describe('connectTestClient', () => {
  let app: INestApplication;
  beforeEach(async () => {
    app = await create();
  });
  afterEach(() => app.close());

  it('listens on a free port once, however many clients connect at the same time', async () => {
    const clients = await Promise.all([connectTestClient(app), connectTestClient(app), connectTestClient(app)]);
    const port = portOf(app);
    await connectTestClient(app);
    expect(portOf(app)).toBe(port);
    expect(clients.map(({ status, user }) => [status.state, user])).toEqual(Array(3).fill(['connected', null]));
    expect(app.get(IRealtimeServer).stats().connections).toBe(4);
  });

  it.each(HOSTS)('takes an application that listens already, on %s', async (host) => {
    await app.listen(0, host);
    const port = portOf(app);
    const client = await connectTestClient(app, { cookies: { session: 'ann' } });
    expect([portOf(app), client.user?.userId]).toEqual([port, 'ann']);
  });

  it('connects as the user that auth, a cookie or a header names', async () => {
    const clients = await Promise.all([
      connectTestClient(app, { auth: { token: 'ann' } }),
      connectTestClient(app, { auth: async () => ({ token: 'bob' }) }),
      connectTestClient(app, { cookies: { theme: 'dark; blue', session: 'root' } }),
      connectTestClient(app, { headers: { Cookie: 'session=ann' } }),
    ]);
    expect(clients.map(({ user }) => user?.userId)).toEqual(['ann', 'bob', 'root', 'ann']);
  });

  it('sends the given origin, or none', async () => {
    const refused = { code: 'ORIGIN_REFUSED' };
    const cookies = { session: 'ann' };
    await expect(
      connectTestClient(app, { cookies, headers: { Origin: 'https://evil.example' } }),
    ).rejects.toMatchObject(refused);
    await expect(connectTestClient(app, { cookies, headers: { origin: undefined } })).rejects.toMatchObject(refused);
    await connectTestClient(app, { headers: { origin: undefined } });
  });

  it.each<RealtimeSettings>([
    { origins: ['https://app.example'] },
    { origins: ['https://app.example', 'self'] },
    { hosts: ['App.example'] },
    { hosts: ['app.example:80', '10.0.0.7'] },
    { hosts: ['127.0.0.1'] },
    { origins: [] },
  ])('connects from a page that may connect: %j', async (settings) => {
    const bounded = await create(settings);
    const cookies = settings.origins?.length === 0 ? undefined : { session: 'ann' };
    const client = await connectTestClient(bounded, { cookies });
    expect(client.user?.userId).toBe(cookies && 'ann');
    await bounded.close();
  });

  it('rejects with the first refusal, final or not, and does not retry', async () => {
    await expect(connectTestClient(app, { auth: { token: 'nobody' } })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    let asked = 0;
    app.get(IRealtimeAuthenticator).authenticate = () => {
      asked++;
      return Promise.reject(new Error('database down'));
    };
    await expect(connectTestClient(app)).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(asked).toBe(1);
  });

  it('rejects when there is no answer in time', async () => {
    app.get(IRealtimeAuthenticator).authenticate = () => new Promise(() => undefined);
    await expect(connectTestClient(app, { timeout: 50 })).rejects.toThrow(
      'The client is connecting, and was neither welcomed nor refused within 50 ms.',
    );
  });

  it('follows the path of the application, on Fastify too', async () => {
    const other = await create({ path: '/live' }, true);
    const client = await connectTestClient(other, { cookies: { session: 'ann' } });
    expect(client.user?.userId).toBe('ann');
    await other.close();
  });

  it('rejects with the fault of an application that does not boot', async () => {
    const rival = defineRealtimeChannel({ name: 'news', scope: 'public' });
    const { imports = [], ...rest } = ordersModule();
    const module = { imports: [...imports, RealtimeModule.forFeature([rival])], ...rest };
    const other = (await Test.createTestingModule(module).compile()).createNestApplication({ logger: false });
    const connecting = [connectTestClient(other), connectTestClient(other)];
    await Promise.all(connecting.map((client) => expect(client).rejects.toThrow('can match the same name')));
    await other.close();
  });

  it('reports that the in-memory transport takes no client', async () => {
    const other = await create({ mode: 'in-memory' });
    await expect(connectTestClient(other)).rejects.toThrow("No client can connect to mode: 'in-memory'");
    expect((other.getHttpServer() as Server).listening).toBe(false);
    await other.close();
  });

  it('closes its clients with the application', async () => {
    const clients = await Promise.all([connectTestClient(app), connectTestClient(app)]);
    await app.close();
    expect(clients.map(({ status }) => status.state)).toEqual(['closed', 'closed']);
  });

  it('lets one client leave earlier, and keeps the others connected', async () => {
    const [leaving, staying] = await Promise.all([connectTestClient(app), connectTestClient(app)]);
    const gone = new Promise((resolve) => app.get(RealtimeHooks).on('disconnected', resolve));
    leaving.close();
    await gone;
    expect([leaving.status.state, staying.status.state]).toEqual(['closed', 'connected']);
  });
});

describe('a test client', () => {
  let app: INestApplication;
  let ann: TestClient;
  let bob: TestClient;
  let broadcaster: IRealtimeBroadcaster;
  const address = orderChannel.with({ orderId: '42' });

  beforeEach(async () => {
    app = await create();
    [ann, bob] = await Promise.all([
      connectTestClient(app, { cookies: { session: 'ann' } }),
      connectTestClient(app, { auth: { token: 'bob' } }),
    ]);
    broadcaster = app.get(IRealtimeBroadcaster);
  });
  afterEach(() => app.close());

  it('subscribes, sends and awaits events separately for each client', async () => {
    const [ofAnn, ofBob] = await Promise.all([
      ann.subscribe(orderChannel, { orderId: '42' }),
      bob.subscribe(orderChannel, { orderId: '42' }),
    ]);
    await ofAnn.send('addNote', { text: 'Ring twice.' });
    const noted = { text: 'Ring twice.', by: 'ann' };
    expect(await Promise.all([ofAnn.next('noted'), ofBob.next('noted')])).toEqual([noted, noted]);
  });

  it('returns each event once, in order, whether it arrived before or after it was asked for', async () => {
    const order = await ann.subscribe(orderChannel, { orderId: '42' });
    const early = [order.next('shipped'), order.next('shipped')];
    for (const at of ['1', '2', '3']) await broadcaster.broadcast(address, 'shipped', { at });
    await broadcaster.broadcast(address, 'noted', { text: 'a', by: 'b' });
    expect(await order.next('noted')).toEqual({ text: 'a', by: 'b' });
    expect(await Promise.all([...early, order.next('shipped')])).toEqual([{ at: '1' }, { at: '2' }, { at: '3' }]);
    expect(order.received.map(({ event }) => event)).toEqual(['shipped', 'shipped', 'shipped', 'noted']);
  });

  it('reports what came instead of the event, and gives the late event to the next call', async () => {
    const order = await ann.subscribe(orderChannel, { orderId: '42' });
    await broadcaster.broadcast(address, 'shipped', { at: 'today' });
    await ann.settled();
    await expect(order.next('noted', { timeout: 20 })).rejects.toThrow(
      'orders.42 is subscribed, received shipped, and no further "noted" within 20 ms.',
    );
    await broadcaster.broadcast(address, 'noted', { text: 'late', by: 'b' });
    expect(await order.next('noted')).toEqual({ text: 'late', by: 'b' });
    const news = ann.channel(newsChannel);
    await expect(news.next('message', { timeout: 20 })).rejects.toThrow('received nothing, and no further "message"');
    await expect(news.next('sent' as never)).rejects.toThrow('Channel "news" declares no event "sent" (message).');
  });

  it('shows that an event did not come, by a round trip', async () => {
    const [ofAnn, ofBob] = await Promise.all([
      ann.subscribe(orderChannel, { orderId: '42' }),
      bob.subscribe(orderChannel, { orderId: '7' }),
    ]);
    await broadcaster.broadcast(address, 'shipped', { at: 'today' });
    await Promise.all([ann.settled(), bob.settled()]);
    expect(ofAnn.received).toEqual([{ event: 'shipped', payload: { at: 'today' } }]);
    expect(ofBob.received).toEqual([]);
  });

  it('settles without rights, any number of times', async () => {
    const anonymous = await connectTestClient(app);
    await Promise.all(Array.from({ length: 10 }, () => anonymous.settled()));
    expect(app.get(IRealtimeServer).stats().subscriptions).toBe(0);
  });

  it('rejects with the refusal of a channel, retryable or not', async () => {
    const anonymous = await connectTestClient(app);
    await expect(anonymous.subscribe(orderChannel, { orderId: '42' })).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    await expect(ann.subscribe(orderChannel, { orderId: 'secret' })).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await expect(ann.subscribe(orderChannel, { orderId: 'busy' })).rejects.toMatchObject({ code: 'OVERLOADED' });
    await expect(ann.channel(orderChannel, { orderId: 'secret' }).next('shipped')).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
  });

  it('has the whole channel of the client', async () => {
    const order = ann.channel(orderChannel, { orderId: '42' });
    const noted = order.events('noted');
    await order.ready();
    expect([order.name, order.status.state]).toEqual(['orders.42', 'subscribed']);
    await expect(order.send('addNote', { text: '' })).rejects.toMatchObject({ code: 'INVALID_PAYLOAD' });
    await order.send('addNote', { text: 'a' });
    expect((await noted.next()).value).toEqual({ text: 'a', by: 'ann' });
    order.unsubscribe();
    expect(order.status.state).toBe('ended');
  });

  it('awaits the end of a channel and of a connection', async () => {
    const order = await ann.subscribe(orderChannel, { orderId: '42' });
    const waiting = expect(order.next('shipped')).rejects.toMatchObject({ code: 'REVOKED' });
    await app.get(IRealtimeConnections).unsubscribe({ userId: 'ann' }, address);
    await order.reached('ended');
    await waiting;
    await app.get(IRealtimeConnections).disconnect({ userId: 'ann' });
    await ann.reached('failed');
    expect(ann.status).toMatchObject({ reason: { code: 'REVOKED' } });
    await expect(ann.reached('connected', { timeout: 20 })).rejects.toThrow(
      /^The client is failed \(.+\), and was not connected within 20 ms\.$/,
    );
  });

  it('leaves no call waiting when the channel is left, the client closed or the application gone', async () => {
    const left = ann.channel(newsChannel);
    const closed = bob.channel(newsChannel);
    const waits = [
      expect(left.next('message')).rejects.toThrow('news was unsubscribed.'),
      expect(closed.next('message')).rejects.toThrow('The client of news was closed.'),
    ];
    left.unsubscribe();
    bob.close();
    await Promise.all(waits);
    const order = await ann.subscribe(orderChannel, { orderId: '42' });
    const gone = expect(order.next('shipped')).rejects.toThrow('The client of orders.42 was closed.');
    await app.close();
    await gone;
  });
});
