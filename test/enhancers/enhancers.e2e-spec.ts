// Do Nest's enhancers work on channels as everywhere else: on classes and methods, with DI and metadata?
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  Catch,
  type ExceptionFilter,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
  ParseIntPipe,
  type PipeTransform,
  SetMetadata,
  UseFilters,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { MessageBody } from '@nestjs/websockets';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeException,
  RealtimeExecutionContext,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { map } from 'rxjs';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const any = z.unknown();
const allChannel = defineRealtimeChannel({
  name: 'all.{id}',
  scope: 'public',
  messages: {
    full: { payload: z.object({ text: z.string() }), reply: any },
    bare: { payload: any, reply: any },
    fails: { payload: z.string(), reply: any },
    piped: { payload: any, reply: any },
    param: { payload: any, reply: any },
  },
});

/** What ran, in order. */
@Injectable()
class Trail {
  readonly steps: string[] = [];
}

const Roles = (...roles: string[]) => SetMetadata('roles', roles);

@Injectable()
class RolesGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly trail: Trail,
  ) {}
  canActivate(context: ExecutionContext): boolean {
    const realtime = RealtimeExecutionContext.create(context);
    const roles = this.reflector.getAllAndOverride<string[] | undefined>('roles', [
      context.getHandler(),
      context.getClass(),
    ]);
    this.trail.steps.push(`${realtime.getGate()} guard ${context.getClass().name} ${String(roles)}`);
    return !roles || roles.some((role) => realtime.getUser()?.roles.includes(role));
  }
}

@Injectable()
class ClassInterceptor implements NestInterceptor {
  constructor(private readonly trail: Trail) {}
  intercept(context: ExecutionContext, next: CallHandler) {
    this.trail.steps.push(`class interceptor ${context.getHandler().name}`);
    return next.handle().pipe(map((data: unknown) => ({ wrapped: data })));
  }
}

@Injectable()
class MethodInterceptor implements NestInterceptor {
  constructor(private readonly trail: Trail) {}
  intercept(context: ExecutionContext, next: CallHandler) {
    const { channel } = context.getArgByIndex<RealtimeContext>(2);
    this.trail.steps.push(`method interceptor ${context.getType()} ${channel.name}`);
    return next.handle();
  }
}

@Injectable()
class ShoutPipe implements PipeTransform {
  constructor(private readonly trail: Trail) {}
  transform(value: unknown): unknown {
    this.trail.steps.push(`pipe ${JSON.stringify(value)}`);
    const text = (value as { text?: unknown } | undefined)?.text;
    return typeof text === 'string' ? { text: text.toUpperCase() } : value;
  }
}

class Broken extends Error {}

@Catch(Broken)
class BrokenFilter implements ExceptionFilter {
  constructor(@Inject(Trail) private readonly trail: Trail) {}
  catch(error: Broken, host: ArgumentsHost): unknown {
    this.trail.steps.push(`filter ${error.message} ${host.getType()}`);
    if (error.message === 'recover') return { recovered: true };
    throw new RealtimeException('UNAVAILABLE', { reason: error.message });
  }
}

@RealtimeChannel(allChannel)
@UseGuards(RolesGuard)
@UseInterceptors(ClassInterceptor)
@UseFilters(BrokenFilter)
class OnAll {
  constructor(private readonly trail: Trail) {}

  @RealtimeHandler('full')
  @Roles('admin')
  @UseGuards(RolesGuard)
  @UseInterceptors(MethodInterceptor)
  @UsePipes(ShoutPipe)
  full(payload: { text: string }): string {
    this.trail.steps.push('handler');
    return payload.text;
  }

  @RealtimeHandler('fails')
  fails(how: string): void {
    throw how === 'accident' ? new Error('SECRET') : new Broken(how);
  }

  @RealtimeHandler('param')
  param(@MessageBody('n', ParseIntPipe) n: number): number {
    return n + 1;
  }
}

@RealtimeChannel(allChannel)
class OnAllPlainly {
  constructor(private readonly trail: Trail) {}
  @RealtimeHandler('bare')
  bare(): string {
    this.trail.steps.push('bare handler');
    return 'bare';
  }
  @RealtimeHandler('piped')
  @UsePipes(ShoutPipe)
  piped(payload: unknown, context: RealtimeContext): unknown {
    return [payload, context.message === 'piped'];
  }
}

describe('enhancers', () => {
  let app: TestApp;
  let trail: Trail;

  beforeAll(async () => {
    app = await boot({
      imports: [RealtimeModule.forRoot({ authenticator: KnownUsers })],
      providers: [Trail, OnAll, OnAllPlainly],
    });
    trail = app.nest.get(Trail);
  });
  afterEach(() => app.hangUp());
  afterAll(closeApps);

  async function on(channel: string, as?: string, headers?: Record<string, string>) {
    const client = await app.connect({ as, headers });
    await client.subscribe(channel);
    trail.steps.length = 0;
    return client;
  }

  it("enhancers run in Nest's order: the class before the method, the schema before the pipes", async () => {
    const client = await on('all.7', 'root');
    expect(await client.send('all.7', 'full', { text: 'hi' })).toEqual({ ok: true, data: { wrapped: 'HI' } });
    expect(trail.steps).toEqual([
      'message guard OnAll admin',
      'message guard OnAll admin',
      'class interceptor full',
      'method interceptor ws all.7',
      'pipe {"text":"hi"}',
      'handler',
    ]);
  });

  it('no pipe and no handler runs for a payload that the schema refuses', async () => {
    const client = await on('all.7', 'root');
    expect(await client.send('all.7', 'full', { text: 7 })).toMatchObject({ error: { code: 'INVALID_PAYLOAD' } });
    expect(trail.steps.filter((step) => step.startsWith('pipe') || step === 'handler')).toEqual([]);
  });

  it('metadata of the handler can make a class guard refuse', async () => {
    const client = await on('all.7', 'bob');
    expect(await client.send('all.7', 'full', { text: 'hi' })).toMatchObject({ error: { code: 'FORBIDDEN' } });
    expect(trail.steps).toEqual(['message guard OnAll admin']);
  });

  it('class guards run at gate 2 with the metadata of the class', async () => {
    const client = await on('all.1', 'bob');
    await client.subscribe('all.8');
    expect(trail.steps).toEqual(['subscribe guard OnAll undefined']);
  });

  it('enhancers apply to their own class only, also where two classes share a channel', async () => {
    const client = await on('all.7', 'bob');
    expect(await client.send('all.7', 'bare')).toEqual({ ok: true, data: 'bare' });
    expect(trail.steps).toEqual(['bare handler']);
  });

  it('pipes get payloads and no contexts', async () => {
    const client = await on('all.7', 'bob');
    expect(await client.send('all.7', 'piped', { text: 'x' })).toEqual({ ok: true, data: [{ text: 'X' }, true] });
    expect(trail.steps).toEqual(['pipe {"text":"x"}']);
  });

  it('pipes of a single parameter run, and their refusal is an invalid payload', async () => {
    const client = await on('all.7', 'bob');
    expect(await client.send('all.7', 'param', { n: '41' })).toEqual({ ok: true, data: { wrapped: 42 } });
    const reply = await client.send('all.7', 'param', { n: 'SECRET' });
    expect(reply).toMatchObject({ ok: false, error: { code: 'INVALID_PAYLOAD' } });
    expect(JSON.stringify(reply)).not.toContain('numeric');
  });

  it('a filter turns an exception into an answer or a refusal, and passes all other exceptions on', async () => {
    const client = await on('all.7', 'bob');
    expect(await client.send('all.7', 'fails', 'recover')).toEqual({ ok: true, data: { recovered: true } });
    expect(await client.send('all.7', 'fails', 'refuse')).toMatchObject({ error: { code: 'UNAVAILABLE' } });
    expect(await client.send('all.7', 'fails', 'accident')).toMatchObject({ error: { code: 'INTERNAL' } });
    expect(trail.steps.filter((step) => step.startsWith('filter'))).toEqual(['filter recover ws', 'filter refuse ws']);
  });
});
