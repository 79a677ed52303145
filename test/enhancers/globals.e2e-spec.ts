// Do global enhancers, written for HTTP (APP_* providers, useGlobal*), serve HTTP routes and never realtime traffic?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  Controller,
  type ExceptionFilter,
  ForbiddenException,
  Get,
  type INestApplication,
  Inject,
  Injectable,
  type NestInterceptor,
  Param,
  type PipeTransform,
  type Provider,
  Scope,
  UseGuards,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, REQUEST } from '@nestjs/core';
import { defineRealtimeChannel, RealtimeChannel, RealtimeHandler, RealtimeModule } from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const ran: string[] = [];

@Injectable()
class Denying implements CanActivate {
  canActivate(): boolean {
    ran.push('guard');
    return false;
  }
}
@Injectable({ scope: Scope.REQUEST })
class ScopedDenying implements CanActivate {
  constructor(@Inject(REQUEST) private readonly request: { url?: string }) {}
  canActivate(): boolean {
    ran.push(`scoped guard ${this.request.url}`);
    return false;
  }
}
@Injectable()
class RefusingPipe implements PipeTransform {
  transform(): never {
    ran.push('pipe');
    throw new ForbiddenException();
  }
}
@Injectable()
class RecordingInterceptor implements NestInterceptor {
  intercept(_context: unknown, next: CallHandler) {
    ran.push('interceptor');
    return next.handle();
  }
}
@Catch()
class RecordingFilter implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): void {
    ran.push('filter');
    const response = host.switchToHttp().getResponse<{ status(code: number): { send(body: string): void } }>();
    response.status(418).send('filtered');
  }
}
@Injectable()
class Passing implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

const plainChannel = defineRealtimeChannel({
  name: 'plain',
  scope: 'public',
  payload: z.number(),
  messages: { go: { payload: z.string(), reply: z.string() } },
});
const guardedChannel = defineRealtimeChannel({
  name: 'guarded',
  scope: 'public',
  messages: { go: { payload: z.string(), reply: z.string() } },
});

@RealtimeChannel(plainChannel)
class OnPlain {
  @RealtimeHandler('go')
  go(how: string): string {
    if (how === 'throw') throw new Error('SECRET');
    return how;
  }
}
@RealtimeChannel(guardedChannel)
@UseGuards(Passing)
class OnGuarded {
  @RealtimeHandler('go')
  @UseGuards(Passing)
  go(how: string): string {
    return how;
  }
}

@Controller('http')
class HttpController {
  @Get(':id')
  get(@Param('id') id: string): string {
    if (id === 'throw') throw new Error('thrown');
    return id;
  }
}

interface Global {
  readonly name: string;
  readonly providers?: Provider[];
  readonly prepare?: (app: INestApplication) => void;
  /** What the route answers, and what has run for it. */
  readonly status: number;
  readonly trail: string[];
}

const globals: Global[] = [
  {
    name: 'a denying APP_GUARD',
    providers: [{ provide: APP_GUARD, useClass: Denying }],
    status: 403,
    trail: ['guard'],
  },
  {
    name: 'a request-scoped APP_GUARD',
    providers: [{ provide: APP_GUARD, useClass: ScopedDenying }],
    status: 403,
    trail: ['scoped guard /http/1'],
  },
  { name: 'an APP_PIPE', providers: [{ provide: APP_PIPE, useClass: RefusingPipe }], status: 403, trail: ['pipe'] },
  {
    name: 'an APP_INTERCEPTOR',
    providers: [{ provide: APP_INTERCEPTOR, useClass: RecordingInterceptor }],
    status: 200,
    trail: ['interceptor'],
  },
  {
    name: 'an APP_FILTER',
    providers: [
      { provide: APP_GUARD, useClass: Denying },
      { provide: APP_FILTER, useClass: RecordingFilter },
    ],
    status: 418,
    trail: ['guard', 'filter'],
  },
  { name: 'useGlobalGuards', prepare: (app) => app.useGlobalGuards(new Denying()), status: 403, trail: ['guard'] },
  { name: 'useGlobalPipes', prepare: (app) => app.useGlobalPipes(new RefusingPipe()), status: 403, trail: ['pipe'] },
  {
    name: 'useGlobalInterceptors',
    prepare: (app) => app.useGlobalInterceptors(new RecordingInterceptor()),
    status: 200,
    trail: ['interceptor'],
  },
  {
    name: 'useGlobalFilters',
    providers: [{ provide: APP_GUARD, useClass: Denying }],
    prepare: (app) => app.useGlobalFilters(new RecordingFilter()),
    status: 418,
    trail: ['guard', 'filter'],
  },
];

describe('globals', () => {
  afterAll(closeApps);

  describe.each(globals)('$name', ({ providers = [], prepare, status, trail }) => {
    let app: TestApp;

    beforeAll(async () => {
      app = await boot(
        {
          imports: [RealtimeModule.forRoot({ authenticator: KnownUsers })],
          controllers: [HttpController],
          providers: [OnPlain, OnGuarded, ...providers],
        },
        { prepare },
      );
    });

    it('serves HTTP routes', async () => {
      ran.length = 0;
      expect((await fetch(`${app.url}/http/1`)).status).toBe(status);
      expect(ran).toEqual(trail);
    });

    it('does not run for a connect, a subscribe, a message or a broadcast', async () => {
      ran.length = 0;
      const client = await app.connect({ as: 'ann' });
      for (const channel of ['plain', 'guarded']) {
        expect(await client.subscribe(channel)).toEqual({ ok: true, channel });
        expect(await client.send(channel, 'go', 'went')).toEqual({ ok: true, data: 'went' });
        expect(await client.send(channel, 'go', 7)).toMatchObject({ error: { code: 'INVALID_PAYLOAD' } });
      }
      expect(await client.send('plain', 'go', 'throw')).toMatchObject({ error: { code: 'INTERNAL' } });
      await app.broadcast(plainChannel, 1);
      expect(await client.next('rt:event')).toEqual(['plain', 'message', 1]);
      expect(ran).toEqual([]);
    });
  });
});
