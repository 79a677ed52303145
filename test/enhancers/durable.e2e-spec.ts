// How long do durable providers live? As long as the strategy says that the application has given to Nest, as in a Nest gateway.
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type CanActivate, Inject, Injectable, Scope, type Type, UseGuards } from '@nestjs/common';
import { ContextIdFactory, type ContextIdStrategy, REQUEST } from '@nestjs/core';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const answered = { payload: z.unknown(), reply: z.unknown() };
const channel = defineRealtimeChannel({ name: 'tenants', scope: 'public', messages: { ask: answered } });

let made: string[] = [];
let asked: unknown[] = [];

type ContextId = ReturnType<typeof ContextIdFactory.create>;

/** One tree of instances for each tenant, which the client names as it connects. */
class ByTenant implements ContextIdStrategy<RealtimeContext> {
  private readonly trees = new Map<unknown, ContextId>();

  constructor(private readonly payloadOf: (tenant: unknown) => unknown = (tenant) => ({ tenant })) {}

  attach(contextId: ContextId, request: RealtimeContext) {
    const { tenant } = request.connection.handshake.auth;
    if (tenant === 'none') throw new Error('SECRET: there is no tenant');
    asked.push(tenant);
    const tree = this.trees.get(tenant) ?? ContextIdFactory.create();
    this.trees.set(tenant, tree);
    return {
      resolve: ({ isTreeDurable }: { isTreeDurable: boolean }) => (isTreeDurable ? tree : contextId),
      payload: this.payloadOf(tenant),
    };
  }
}

interface TenantRequest {
  readonly tenant?: string;
  readonly message?: string;
  readonly userId?: string;
}

@Injectable({ scope: Scope.REQUEST, durable: true })
class Database {
  readonly tenant: string;
  constructor(@Inject(REQUEST) readonly request: TenantRequest | undefined) {
    this.tenant = String(request?.tenant);
    made.push(`database of ${this.tenant}`);
  }
}

@Injectable({ scope: Scope.REQUEST })
class Audit {
  constructor(@Inject(REQUEST) readonly request: TenantRequest) {
    made.push('audit');
  }
}

@RealtimeChannel(channel)
class OnAsk {
  private calls = 0;
  constructor(private readonly database: Database) {}
  @RealtimeHandler('ask')
  ask(_payload: unknown, context: RealtimeContext): unknown {
    return [this.database.tenant, ++this.calls, context.userId, this.database.request?.message ?? null];
  }
}

@RealtimeChannel(channel)
class OnAskAudited {
  constructor(
    private readonly database: Database,
    private readonly audit: Audit,
  ) {}
  @RealtimeHandler('ask')
  ask(_payload: unknown, context: RealtimeContext): unknown {
    const { request } = this.audit;
    return [this.database.tenant, request.tenant, request === (context as unknown), request.message, request.userId];
  }
}

@Injectable()
class TenantGuard implements CanActivate {
  constructor(private readonly database: Database) {}
  canActivate(): boolean {
    return this.database.tenant === 'red';
  }
}

@RealtimeChannel(channel)
@UseGuards(TenantGuard)
class OnGuarded {
  @RealtimeHandler('ask')
  ask(): string {
    return 'red only';
  }
}

describe('a durable provider', () => {
  beforeEach(() => {
    made = [];
    asked = [];
  });
  afterEach(async () => {
    ContextIdFactory.apply(undefined as never);
    await closeApps();
  });

  async function start(handler: Type, strategy: ContextIdStrategy | null) {
    if (strategy !== null) ContextIdFactory.apply(strategy);
    const app = await boot({
      imports: [RealtimeModule.forRoot({ authenticator: KnownUsers })],
      providers: [Database, Audit, TenantGuard, handler],
    });
    return async (as: string, tenant: string) => {
      const client = await app.connect({ as, auth: { tenant } });
      const subscribed = await client.subscribe('tenants');
      return { subscribed, ask: async () => client.send('tenants', 'ask') };
    };
  }

  it('is made once for each tenant, with the payload of the strategy as REQUEST', async () => {
    const connect = await start(OnAsk, new ByTenant());
    const [ann, bob, cyd] = [await connect('ann', 'red'), await connect('bob', 'red'), await connect('ann', 'blue')];
    expect((await ann.ask()).data).toEqual(['red', 1, 'ann', null]);
    expect((await bob.ask()).data).toEqual(['red', 2, 'bob', null]);
    expect((await cyd.ask()).data).toEqual(['blue', 1, 'ann', null]);
    expect((await ann.ask()).data).toEqual(['red', 3, 'ann', null]);
    expect(made).toEqual(['database of red', 'database of blue']);
    expect(asked).toEqual(['red', 'red', 'blue', 'red']);
  });

  it('is made once where its first messages come at the same time', async () => {
    const connect = await start(OnAsk, new ByTenant());
    const clients = await Promise.all(['ann', 'bob', 'ann'].map((user) => connect(user, 'red')));
    const replies = await Promise.all(clients.map(({ ask }) => ask()));
    expect(replies.map(({ data }) => (data as unknown[])[1]).sort()).toEqual([1, 2, 3]);
    expect(made).toEqual(['database of red']);
  });

  it('is shared by handlers that are made for each message; their REQUEST is the context, with the payload', async () => {
    const connect = await start(OnAskAudited, new ByTenant());
    const ann = await connect('ann', 'red');
    const reply = ['red', 'red', true, 'ask', 'ann'];
    expect([(await ann.ask()).data, (await ann.ask()).data]).toEqual([reply, reply]);
    expect(made.sort()).toEqual(['audit', 'audit', 'database of red']);
  });

  it('and a payload takes the place of nothing that the context has', async () => {
    const payload = { tenant: 'red', userId: 'root', message: 'drop', user: null, match: null };
    const connect = await start(OnAskAudited, new ByTenant(() => payload));
    const ann = await connect('ann', 'red');
    expect((await ann.ask()).data).toEqual(['red', 'red', true, 'ask', 'ann']);
  });

  it('serves guards at gates 2 and 3', async () => {
    const connect = await start(OnGuarded, new ByTenant());
    const [red, blue] = [await connect('ann', 'red'), await connect('ann', 'blue')];
    expect(blue.subscribed).toMatchObject({ error: { code: 'FORBIDDEN' } });
    expect([(await red.ask()).data, (await red.ask()).data]).toEqual(['red only', 'red only']);
    expect(made.sort()).toEqual(['database of blue', 'database of red']);
  });

  it('is made for each message where there is no strategy, with the context as REQUEST', async () => {
    const connect = await start(OnAsk, null);
    const ann = await connect('ann', 'red');
    expect([(await ann.ask()).data, (await ann.ask()).data]).toEqual([
      ['undefined', 1, 'ann', 'ask'],
      ['undefined', 1, 'ann', 'ask'],
    ]);
  });

  it('lets nothing pass where the strategy throws', async () => {
    const connect = await start(OnGuarded, new ByTenant());
    const { subscribed } = await connect('ann', 'none');
    expect(subscribed).toMatchObject({ ok: false });
    expect(JSON.stringify(subscribed)).not.toContain('SECRET');
  });
});
