// Do the client and the module work together over real sockets?
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type CanActivate, type ExecutionContext, Injectable, type INestApplication, UseGuards } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { createRealtimeClient, type RealtimeClient, type RealtimeClientOptions } from '@nestjs-realtime/client';
import type { Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeException,
  RealtimeExecutionContext,
  RealtimeHandler,
  RealtimeHooks,
  RealtimeModule,
  type RealtimeUser,
  SessionAuthenticator,
} from 'nestjs-realtime';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { z } from 'zod';
import { reached, reasonOf } from '../../libs/client/test/reached.js';

describe('the client and the module', () => {
  const orderChannel = defineRealtimeChannel({
    name: 'orders.{orderId}',
    scope: 'authenticated',
    events: { shipped: z.object({ at: z.string() }), note: z.object({ text: z.string(), by: z.string() }) },
    messages: {
      addNote: { payload: z.object({ text: z.string().min(1) }), reply: z.object({ length: z.number() }) },
      fail: null,
      wait: null,
    },
  });
  const newsChannel = defineRealtimeChannel({
    name: 'news',
    scope: 'public',
    payload: z.object({ title: z.string() }),
  });
  const adminChannel = defineRealtimeChannel({ name: 'admin', scope: { role: 'admin' }, payload: z.object({}) });

  const sessions = new Map<string, RealtimeUser>();
  let outage = false;

  @Injectable()
  class Authenticator extends SessionAuthenticator {
    protected findUser(id: string): Promise<RealtimeUser | null> {
      if (outage) throw new Error('database down');
      return Promise.resolve(sessions.get(id) ?? null);
    }
  }
  @Injectable()
  class OpenOrderGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      return RealtimeExecutionContext.create(context).getParams()['orderId'] !== 'secret';
    }
  }
  @RealtimeChannel(orderChannel)
  @UseGuards(OpenOrderGuard)
  class OnOrderMessage {
    @RealtimeHandler('addNote')
    async addNote({ text }: { text: string }, ctx: RealtimeContext<typeof orderChannel>) {
      await ctx.broadcast('note', { text, by: ctx.userId });
      return { length: text.length };
    }
    @RealtimeHandler('fail')
    fail(): never {
      throw new RealtimeException('OVERLOADED');
    }
    @RealtimeHandler('wait')
    wait(_: undefined, { signal }: RealtimeContext<typeof orderChannel>): Promise<void> {
      return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
    }
  }

  let app: INestApplication;
  let url: string;
  let broadcaster: IRealtimeBroadcaster;
  let hooks: RealtimeHooks;
  const transports = new Set<Socket>();
  const clients: RealtimeClient[] = [];

  function connect(options: Partial<RealtimeClientOptions> = {}): RealtimeClient {
    const client = createRealtimeClient({
      url,
      retryDelay: 5,
      maxRetryDelay: 50,
      auth: () => ({ token: 's1' }),
      ...options,
    });
    clients.push(client);
    return client;
  }
  const dropTransports = (): void => transports.forEach((socket) => socket.destroy());

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [
        RealtimeModule.forRoot({
          authenticator: Authenticator,
          requestTimeout: 300,
          limits: { subscriptionsPerConnection: 300 },
        }),
        RealtimeModule.forFeature([newsChannel, adminChannel]),
      ],
      providers: [OnOrderMessage],
    }).compile();
    app = module.createNestApplication({ logger: false });
    await app.listen(0, 'localhost');
    const server = app.getHttpServer() as Server;
    server.on('connection', (socket) => {
      transports.add(socket);
      socket.once('close', () => transports.delete(socket));
    });
    url = `http://localhost:${(server.address() as AddressInfo).port}`;
    broadcaster = app.get(IRealtimeBroadcaster);
    hooks = app.get(RealtimeHooks);
  });
  beforeEach(() => {
    outage = false;
    sessions.clear();
    sessions.set('s1', { userId: 'u1', roles: ['member'] }).set('s2', { userId: 'u2', roles: ['admin'] });
  });
  afterEach(async () => {
    const gone = new Promise<void>((resolve) => {
      const look = (): void => {
        if (app.get(IRealtimeServer).stats().connections > 0) return;
        off();
        resolve();
      };
      const off = hooks.on('disconnected', () => setImmediate(look));
      look();
    });
    for (const client of clients.splice(0)) client.disconnect();
    await gone;
  });
  afterAll(() => app.close());

  it('connects as the user of its token or cookie, and as a guest without credentials', async () => {
    const byToken = connect();
    const byCookie = connect({ auth: undefined, headers: { cookie: 'session=s2', origin: url } });
    const anonymous = connect({ auth: undefined });
    await Promise.all([byToken.ready(), byCookie.ready(), anonymous.ready()]);
    expect(byToken.user).toEqual({ userId: 'u1', roles: ['member'] });
    expect(byCookie.user).toEqual({ userId: 'u2', roles: ['admin'] });
    expect(anonymous.user).toBeNull();
  });

  it('delivers an event to the subscribers of its channel only', async () => {
    const [mine, other] = [connect(), connect({ auth: () => ({ token: 's2' }) })];
    const order = mine.channel(orderChannel, { orderId: '1' });
    const otherOrder = other.channel<typeof orderChannel>('orders.{orderId}', { orderId: '2' });
    const shipped = order.events('shipped');
    const wrong = jest.fn();
    otherOrder.on('shipped', wrong);
    const fence = otherOrder.events('note');
    await Promise.all([order.ready(), otherOrder.ready()]);
    await broadcaster.broadcast(orderChannel.with({ orderId: '1' }), 'shipped', { at: 'today' });
    await broadcaster.broadcast(orderChannel.with({ orderId: '2' }), 'note', { text: 'fence', by: 'test' });
    expect(await shipped.next()).toEqual({ done: false, value: { at: 'today' } });
    await fence.next();
    expect(wrong).not.toHaveBeenCalled();
  });

  it('sends a message and gets the answer of its handler, or the refusal', async () => {
    const order = connect().channel(orderChannel, { orderId: '1' });
    const notes = order.events('note');
    expect(await order.send('addNote', { text: 'Ring twice.' })).toEqual({ length: 11 });
    expect((await notes.next()).value).toEqual({ text: 'Ring twice.', by: 'u1' });
    await expect(order.send('addNote', { text: '' })).rejects.toMatchObject({
      code: 'INVALID_PAYLOAD',
      retryable: false,
      issues: [{ path: 'text', message: expect.any(String) }],
    });
    await expect(order.send('fail')).rejects.toMatchObject({ code: 'OVERLOADED', retryable: true });
    await expect(order.send('wait')).rejects.toMatchObject({ code: 'TIMEOUT', retryable: true });
    await expect(order.send('shipped' as never, {} as never)).rejects.toMatchObject({ code: 'UNKNOWN_EVENT' });
  });

  it('ends a channel that it is not allowed, and keeps the rest of the batch', async () => {
    const client = connect();
    const anonymous = connect({ auth: undefined });
    const cases = [
      [client.channel(newsChannel), undefined],
      [client.channel(adminChannel), 'FORBIDDEN'],
      [client.channel('unknown'), 'FORBIDDEN'],
      [client.channel(orderChannel, { orderId: 'secret' }), 'FORBIDDEN'],
      [client.channel('no name'), 'BAD_REQUEST'],
      [anonymous.channel(newsChannel), undefined],
      [anonymous.channel(orderChannel, { orderId: '1' }), 'UNAUTHENTICATED'],
    ] as const;
    for (const [channel, code] of cases) {
      if (code) await expect(channel.ready()).rejects.toMatchObject({ code });
      else await channel.ready();
      expect(channel.status.state).toBe(code ? 'ended' : 'subscribed');
    }
  });

  it('subscribes once for many handles, to 250 channels at once, and leaves with the last handle', async () => {
    const joined: string[] = [];
    const left = new Promise<string>((resolve) => {
      const offs = [
        hooks.on('subscribed', ({ channel }) => joined.push(channel.name)),
        hooks.on('unsubscribed', ({ channel }) => {
          for (const off of offs) off();
          resolve(channel.name);
        }),
      ];
    });
    const client = connect();
    const handles = Array.from({ length: 250 }, (_, i) => client.channel(orderChannel, { orderId: `${i}` }));
    const again = client.channel(orderChannel, { orderId: '7' });
    await Promise.all([...handles, again].map((handle) => handle.ready()));
    expect(new Set(joined).size).toBe(250);
    expect(joined).toHaveLength(250);
    handles[7].unsubscribe();
    await again.send('addNote', { text: 'still here' });
    again.unsubscribe();
    expect(await left).toBe('orders.7');
  });

  it('reconnects after the transport broke, asks for credentials again and subscribes again', async () => {
    let asked = 0;
    const client = connect({ auth: () => ({ token: `s${++asked}` }) });
    const order = client.channel(orderChannel, { orderId: '1' });
    const shipped = order.events('shipped');
    await order.ready();
    const flying = order.send('wait');
    await client.channel(newsChannel).ready();
    dropTransports();
    await expect(flying).rejects.toMatchObject({ code: 'DISCONNECTED' });
    expect(client.status.state).toBe('reconnecting');
    await order.send('addNote', { text: 'made while away' });
    expect(client.user?.userId).toBe('u2');
    await broadcaster.broadcast(orderChannel.with({ orderId: '1' }), 'shipped', { at: 'later' });
    expect((await shipped.next()).value).toEqual({ at: 'later' });
  });

  it('stops when credentials are bad, and starts again on request', async () => {
    const client = connect();
    await client.ready();
    sessions.clear();
    dropTransports();
    await reached(client, 'failed');
    expect(reasonOf(client)).toMatchObject({ code: 'UNAUTHENTICATED', retryable: false });
    sessions.set('s1', { userId: 'u1', roles: [] });
    client.connect();
    await client.ready();
  });

  it('keeps retrying while the authenticator is down', async () => {
    outage = true;
    const client = connect();
    await reached(client, 'reconnecting');
    expect(reasonOf(client)).toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    outage = false;
    await client.ready();
  });
});
