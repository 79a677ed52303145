// Do enhancers work in every scope, and do those written for gateways work?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  Scope,
  UseGuards,
  UseInterceptors,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeExecutionContext,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { map } from 'rxjs';
import type { Socket } from 'socket.io';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const any = z.unknown();
const answered = { payload: any, reply: any };
const scopedChannel = defineRealtimeChannel({ name: 'scoped', scope: 'public', messages: { run: answered } });
const transientChannel = defineRealtimeChannel({
  name: 'transient',
  scope: 'public',
  messages: { own: answered, perMessage: answered },
});
const legacyChannel = defineRealtimeChannel({ name: 'legacy', scope: 'public', messages: { run: answered } });

let instances = 0;

@Injectable({ scope: Scope.REQUEST })
class MessageScope {
  readonly serial = ++instances;
  constructor(@Inject(REQUEST) readonly request: RealtimeContext) {}
}

@Injectable({ scope: Scope.TRANSIENT })
class Fresh {
  readonly serial = ++instances;
}

@Injectable({ scope: Scope.REQUEST })
class ScopedGuard implements CanActivate {
  constructor(private readonly scope: MessageScope) {}
  canActivate(context: ExecutionContext): boolean {
    return (this.scope.request as unknown) === RealtimeExecutionContext.create(context).getRequest();
  }
}

@Injectable({ scope: Scope.REQUEST })
class ScopedInterceptor implements NestInterceptor {
  constructor(private readonly scope: MessageScope) {}
  intercept(_context: ExecutionContext, next: CallHandler) {
    return next.handle().pipe(map((data: unknown) => [data, this.scope.serial]));
  }
}

@RealtimeChannel(scopedChannel)
@UseGuards(ScopedGuard)
class OnScoped {
  @RealtimeHandler('run')
  @UseInterceptors(ScopedInterceptor)
  run(): string {
    return 'ran';
  }
}

@RealtimeChannel(transientChannel)
class OnTransient {
  constructor(private readonly fresh: Fresh) {}
  @RealtimeHandler('own')
  own(): number {
    return this.fresh.serial;
  }
}

@RealtimeChannel(transientChannel)
@Injectable({ scope: Scope.REQUEST })
class OnTransientToo {
  constructor(private readonly fresh: Fresh) {}
  @RealtimeHandler('perMessage')
  perMessage(): number {
    return this.fresh.serial;
  }
}

/** A guard as it is written for gateways, without knowledge of this module. */
@Injectable()
class GatewayGuard implements CanActivate {
  readonly seen: unknown[] = [];
  canActivate(context: ExecutionContext): boolean {
    const ws = context.switchToWs();
    const client = ws.getClient<Socket>();
    this.seen.push([context.getType(), ws.getPattern(), ws.getData()]);
    return client.handshake.headers['x-device'] === 'phone' && client.handshake.auth.token === 'ann';
  }
}

@RealtimeChannel(legacyChannel)
@UseGuards(GatewayGuard)
class OnLegacy {
  @RealtimeHandler('run')
  run(): string {
    return 'ran';
  }
}

describe('enhancers', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await boot({
      imports: [RealtimeModule.forRoot({ authenticator: KnownUsers })],
      providers: [MessageScope, Fresh, OnScoped, OnTransient, OnTransientToo, GatewayGuard, OnLegacy],
    });
  });
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  async function on(channel: string, as?: string, headers?: Record<string, string>) {
    const client = await app.connect({ as, headers });
    await client.subscribe(channel);
    return client;
  }

  it('request-scoped enhancers are made again for each message and share its providers', async () => {
    const client = await on('scoped', 'ann');
    const replies = [await client.send('scoped', 'run'), await client.send('scoped', 'run')];
    const serials = replies.map(({ data }) => (data as [string, number])[1]);
    expect(replies.map(({ data }) => (data as [string, number])[0])).toEqual(['ran', 'ran']);
    expect(new Set(serials).size).toBe(2);
  });

  it('transient providers are left to Nest: one for each class instance', async () => {
    const client = await on('transient');
    const serialsOf = async (message: string) =>
      [await client.send('transient', message), await client.send('transient', message)].map(({ data }) => data);
    const [own, same] = await serialsOf('own');
    const [fresh, another] = await serialsOf('perMessage');
    expect(same).toBe(own);
    expect(another).not.toBe(fresh);
    expect(fresh).not.toBe(own);
  });

  it('enhancers that were written for gateways work unchanged', async () => {
    const phone = await on('legacy', 'ann', { 'x-device': 'phone' });
    expect(await phone.send('legacy', 'run', { some: 'data' })).toEqual({ ok: true, data: 'ran' });
    const laptop = await app.connect({ as: 'ann', headers: { 'x-device': 'laptop' } });
    expect(await laptop.subscribe('legacy')).toMatchObject({ error: { code: 'FORBIDDEN' } });
    const { seen } = app.nest.get(GatewayGuard);
    expect(seen).toContainEqual(['ws', 'run', { some: 'data' }]);
    expect(seen).toContainEqual(['ws', 'subscribe', undefined]);
  });
});
