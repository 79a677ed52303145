// Does the module do what a client by contract relies on? Announcements, declared errors and replies, another user, the caller of a request.
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, type INestApplication, Post } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { createRealtimeClient, type RealtimeClient } from '@nestjs-realtime/client';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  defineRealtimeChannel,
  IRealtimeAuthenticator,
  IRealtimeBroadcaster,
  IRealtimeConnections,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeHandler,
  type RealtimeHandshake,
  RealtimeModule,
  type RealtimeUser,
} from 'nestjs-realtime';
import { z } from 'zod';
import { reached } from '../../libs/client/test/reached.js';

const auctions = defineRealtimeChannel({
  name: 'auctions.{auctionId}',
  scope: 'authenticated',
  events: { bidded: z.object({ amount: z.number() }), closed: null },
  messages: {
    close: null,
    bid: {
      payload: z.object({ amount: z.number() }),
      errors: { BID_TOO_LOW: z.object({ minimum: z.number() }) },
      reply: z.object({ rank: z.number() }),
    },
  },
});
const inbox = defineRealtimeChannel({
  name: 'inbox.{userId}',
  scope: { userScoped: 'userId' },
  events: { mail: z.object({ text: z.string() }) },
  autoSubscribe: true,
});
interface Contract {
  readonly auctions: typeof auctions;
  readonly inbox: typeof inbox;
}

describe('a client by contract', () => {
  class Authenticator extends IRealtimeAuthenticator {
    authenticate({ auth: { token } }: RealtimeHandshake): Promise<RealtimeUser | null> {
      return Promise.resolve(typeof token === 'string' ? { userId: token, roles: [] } : null);
    }
  }
  @RealtimeChannel(auctions)
  class OnAuction {
    @RealtimeHandler(auctions, 'bid')
    bid({ amount }: { amount: number }, ctx: RealtimeContext<typeof auctions, 'bid'>) {
      if (amount < 10) throw ctx.refusal('BID_TOO_LOW', { data: { minimum: 10 } });
      return { rank: 1, secret: 'stays' };
    }
    @RealtimeHandler(auctions, 'close')
    async close(_: undefined, ctx: RealtimeContext<typeof auctions, 'close'>): Promise<void> {
      await ctx.broadcast('closed');
    }
  }
  @Controller()
  class Bids {
    constructor(private readonly realtime: IRealtimeBroadcaster) {}

    @Post('bids')
    async bid(@Body() { amount }: { amount: number }): Promise<void> {
      await this.realtime.broadcast(auctions.with({ auctionId: '1' }), 'bidded', { amount }, { except: 'caller' });
    }
  }

  let app: INestApplication;
  let url: string;
  const clients: RealtimeClient<typeof auctions | typeof inbox>[] = [];

  function connect(token?: string) {
    const client = createRealtimeClient<Contract>({ url, retryDelay: 5, auth: () => (token ? { token } : undefined) });
    clients.push(client);
    return client;
  }

  beforeAll(async () => {
    const module = await Test.createTestingModule({
      imports: [
        RealtimeModule.forRoot({ authenticator: Authenticator, requestUser: () => 'ada' }),
        RealtimeModule.forFeature([inbox]),
      ],
      controllers: [Bids],
      providers: [OnAuction],
    }).compile();
    app = module.createNestApplication({ logger: false });
    await app.listen(0, 'localhost');
    url = `http://localhost:${((app.getHttpServer() as Server).address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  afterAll(() => app.close());

  it('is subscribed by the server to the channels of its user, and hears them', async () => {
    const mine = connect('auth0|ada').channel('inbox.{userId}');
    const mails = mine.events('mail');
    await mine.ready();
    expect([mine.name, mine.params]).toEqual(['inbox.auth0%7Cada', { userId: 'auth0|ada' }]);
    await app.get(IRealtimeBroadcaster).broadcast(inbox.with({ userId: 'auth0|ada' }), 'mail', { text: 'hello' });
    expect((await mails.next()).value).toEqual({ text: 'hello' });
  });

  it('hears a channel to which the server subscribes it, and no more once the server ends that', async () => {
    const client = connect('ada');
    await client.ready();
    const connections = app.get(IRealtimeConnections);
    const address = auctions.with({ auctionId: '7' });
    await connections.subscribe({ connectionId: client.connectionId! }, address);
    const auction = client.channel(address);
    await auction.ready();
    const closed = auction.events('closed');
    await client.send(address, 'close');
    expect(await closed.next()).toEqual({ done: false, value: null });
    await connections.unsubscribe({ userId: 'ada' }, address);
    await expect(closed.next()).rejects.toMatchObject({ code: 'REVOKED' });
    await reached(auction, 'ended');
  });

  it('gets replies and errors as they are declared, and nothing else', async () => {
    const auction = connect('ada').channel('auctions.{auctionId}', { auctionId: '1' });
    expect(await auction.trySend('bid', { amount: 10 })).toEqual({ ok: true, data: { rank: 1 } });
    const low = await auction.trySend('bid', { amount: 1 });
    expect(low).toMatchObject({ ok: false, error: { code: 'BID_TOO_LOW', data: { minimum: 10 } } });
    expect(await auction.send('close')).toBeUndefined();
  });

  it('becomes a user over the open connection, and another one over a new one, with the channels of that user', async () => {
    let token: string | undefined;
    const client = createRealtimeClient<Contract>({ url, auth: () => (token ? { token } : {}) });
    clients.push(client);
    const mine = client.channel('inbox.{userId}');
    await client.ready();
    const { connectionId } = client;
    expect(client.user).toBeNull();
    token = 'grace';
    expect(await client.authenticate()).toEqual({ userId: 'grace', roles: [] });
    expect(client.status).toEqual({ state: 'connected', connectionId, user: { userId: 'grace', roles: [] } });
    await mine.ready();
    expect(mine.params).toEqual({ userId: 'grace' });
    token = 'eve';
    expect(await client.authenticate()).toEqual({ userId: 'eve', roles: [] });
    expect(client.connectionId).not.toBe(connectionId);
    await mine.ready();
    expect(mine.params).toEqual({ userId: 'eve' });
  });

  it('is left out of what its own request causes', async () => {
    const [caller, other] = [connect('ada'), connect('ada')];
    const heard: unknown[][] = [[], []];
    const channels = [caller, other].map((client, i) => {
      const channel = client.channel('auctions.{auctionId}', { auctionId: '1' });
      channel.on('bidded', ({ amount }) => heard[i].push(amount));
      return channel;
    });
    await Promise.all(channels.map((channel) => channel.ready()));
    const post = (amount: number, headers: Readonly<Record<string, string>>) =>
      fetch(`${url}/bids`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify({ amount }),
      });
    await post(1, caller.callerHeaders);
    await post(2, {});
    await Promise.all(channels.map((channel) => channel.trySend('bid', { amount: 1 })));
    expect(heard).toEqual([[2], [1, 2]]);
  });
});
