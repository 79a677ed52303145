// Whose connection does an HTTP request leave out of a broadcast? Its own page's, and no other.
import { afterEach, describe, expect, it } from '@jest/globals';
import { type CanActivate, Controller, type ExecutionContext, Injectable, Post, UseGuards } from '@nestjs/common';
import { defineRealtimeChannel, IRealtimeBroadcaster, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, HTTP_ADAPTERS, type HttpAdapterName, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const orders = defineRealtimeChannel({ name: 'orders', scope: 'authenticated', payload: z.number() });

interface Authenticated {
  headers: Record<string, string | undefined>;
  user?: { id: string };
}

/** Finds the user after middleware has run, as most applications do. */
class UserGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<Authenticated>();
    if (request.headers.authorization) request.user = { id: request.headers.authorization };
    return true;
  }
}

@Injectable()
class Orders {
  constructor(private readonly realtime: IRealtimeBroadcaster) {}

  async change(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    await this.realtime.broadcast(orders, 'message', 1, { except: 'caller' });
  }
}

@Controller()
@UseGuards(UserGuard)
class OrdersController {
  constructor(private readonly orders: Orders) {}

  @Post('orders')
  async change(): Promise<string> {
    await this.orders.change();
    return 'changed';
  }
}

const requestUser = (request: unknown): string | null | Promise<string | null> => {
  const { user, headers } = request as Authenticated;
  if (headers['x-fails'] !== undefined) throw new Error('the user could not be found');
  if (headers['x-hangs'] !== undefined) return new Promise(() => undefined);
  return user?.id ?? null;
};

afterEach(closeApps);

const start = async (http: HttpAdapterName, settings: object): Promise<TestApp> =>
  boot(
    {
      imports: [
        RealtimeModule.forRoot({ authenticator: KnownUsers, ...settings }),
        RealtimeModule.forFeature([orders]),
      ],
      providers: [Orders],
      controllers: [OrdersController],
    },
    { http },
  );

describe.each(HTTP_ADAPTERS)('a request on %s', (http) => {
  it.each<[string, Record<string, string>, object, string[]]>([
    ['leaves out its own page', { authorization: 'ann', 'x-realtime-connection': 'ANN' }, { requestUser }, ['bob']],
    ['leaves out no page without the header', { authorization: 'ann' }, { requestUser }, ['ann', 'bob']],
    [
      'leaves out no page of another user, whatever its header says',
      { authorization: 'ann', 'x-realtime-connection': 'BOB' },
      { requestUser },
      ['ann', 'bob'],
    ],
    [
      'leaves out no page of a user it does not name',
      { 'x-realtime-connection': 'ANN' },
      { requestUser },
      ['ann', 'bob'],
    ],
    [
      'leaves out no page that does not exist',
      { authorization: 'ann', 'x-realtime-connection': 'none' },
      { requestUser },
      ['ann', 'bob'],
    ],
    [
      'believes no header without requestUser',
      { authorization: 'ann', 'x-realtime-connection': 'ANN' },
      {},
      ['ann', 'bob'],
    ],
    [
      'has no caller where requestUser fails',
      { authorization: 'ann', 'x-realtime-connection': 'ANN', 'x-fails': '1' },
      { requestUser },
      ['ann', 'bob'],
    ],
    [
      'has no caller where requestUser takes too long',
      { authorization: 'ann', 'x-realtime-connection': 'ANN', 'x-hangs': '1' },
      { requestUser, authenticationTimeout: 200 },
      ['ann', 'bob'],
    ],
  ])('%s', async (_, headers, settings, hearing) => {
    const app = await start(http, settings);
    const clients = { ann: await app.connect({ as: 'ann' }), bob: await app.connect({ as: 'bob' }) };
    for (const client of Object.values(clients)) await client.subscribe('orders');
    const ids: Record<string, string> = { ANN: clients.ann.socket.id!, BOB: clients.bob.socket.id! };
    const named = headers['x-realtime-connection'];
    const sent = { ...headers, ...(named !== undefined && { 'x-realtime-connection': ids[named] ?? named }) };
    const response = await fetch(`${app.url}/orders`, { method: 'POST', headers: sent });
    expect(await response.text()).toBe('changed');
    for (const client of Object.values(clients)) await client.settle();
    const heard = Object.entries(clients).filter(([, client]) => client.events.length > 0);
    expect(heard.map(([name]) => name)).toEqual(hearing);
  });
});
