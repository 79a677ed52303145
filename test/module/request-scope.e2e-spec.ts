// What if a part of the layer is request-scoped? The boot fails and says why; the process lives.
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type CanActivate,
  forwardRef,
  Inject,
  Injectable,
  Module,
  type Provider,
  Scope,
  type Type,
} from '@nestjs/common';
import { NestFactory, REQUEST } from '@nestjs/core';
import { CqrsModule } from '@nestjs/cqrs';
import { RealtimeDashboardModule } from '@nestjs-realtime/dashboard';
import {
  defineRealtimeChannel,
  IRealtimeAuthenticator,
  IRealtimeBroadcaster,
  OnRealtime,
  RealtimeFault,
  RealtimeModule,
  type RealtimeModuleAsyncOptions,
  type RealtimeModuleOptions,
} from 'nestjs-realtime';
import { InMemoryRealtimeBroker, IRealtimeTracer, SocketIORealtimeServer } from 'nestjs-realtime/adapters';
import { forward, RealtimeCqrsModule } from 'nestjs-realtime/cqrs';
import { z } from 'zod';
import { boot, closeApps } from '../kit/boot.js';

const news = defineRealtimeChannel({ name: 'news', scope: 'public', events: { said: z.object({}) } });

@Injectable({ scope: Scope.REQUEST })
class Tenant {}

@Injectable({ scope: Scope.REQUEST, durable: true })
class DurableTenant {}

@Injectable()
class Accounts {
  constructor(readonly tenant: Tenant) {}
}

@Injectable()
class Requests {
  @Inject(REQUEST) readonly request: unknown;
}

@Injectable({ scope: Scope.TRANSIENT })
class Fresh {
  readonly name = 'ann';
}

@Injectable({ scope: Scope.TRANSIENT })
class FreshWithTenant {
  constructor(readonly tenant: Tenant) {}
}

@Injectable()
class Chicken {
  constructor(@Inject(forwardRef(() => Egg)) readonly egg: unknown) {}
}

@Injectable()
class Egg {
  constructor(
    @Inject(forwardRef(() => Chicken)) readonly chicken: unknown,
    readonly tenant: Tenant,
  ) {}
}

const parts: Provider[] = [
  Tenant,
  DurableTenant,
  Accounts,
  Requests,
  Fresh,
  FreshWithTenant,
  Chicken,
  Egg,
  { provide: 'accounts', useExisting: Accounts },
];
@Module({ providers: parts, exports: parts.map((part) => ('provide' in part ? 'accounts' : part)) })
class PartsModule {}

/** A part that injects something. */
function injecting<Part extends object>(part: Type<Part>, name: string, ...tokens: unknown[]): Type<Part> {
  const type = { [name]: class extends (part as unknown as new () => object) {} }[name];
  Injectable()(type);
  Reflect.defineMetadata('design:paramtypes', tokens, type);
  tokens.forEach((token, index) => Inject(token as never)(type, undefined, index));
  return type as unknown as Type<Part>;
}

class Anonymous extends IRealtimeAuthenticator {
  override authenticate = () => Promise.resolve(null);
}

class Silent extends IRealtimeTracer {
  override span = (_span: unknown, run: (span: never) => unknown) => run(undefined as never) as never;
}

class Admitting implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

@Injectable({ scope: Scope.REQUEST })
class ScopedAuthenticator extends Anonymous {}

@Injectable({ scope: Scope.REQUEST })
class ScopedGuard extends Admitting {}

const authenticator = (name: string, ...tokens: unknown[]) => ({
  authenticator: injecting(Anonymous, name, ...tokens),
});

const CASES: [string, RealtimeModuleOptions, chain: string][] = [
  ['the authenticator', { authenticator: ScopedAuthenticator }, 'ScopedAuthenticator is request-scoped'],
  [
    'what the authenticator injects',
    authenticator('Auth', Fresh, Accounts),
    'Auth injects Accounts, which injects Tenant, which is request-scoped',
  ],
  [
    'what injects the request into a property',
    authenticator('Auth', Requests),
    'Auth injects Requests, which injects REQUEST',
  ],
  ['what injects the request itself', authenticator('Auth', REQUEST), 'Auth injects REQUEST'],
  [
    'what a transient dependency injects',
    authenticator('Auth', FreshWithTenant),
    'Auth injects FreshWithTenant, which injects Tenant, which is request-scoped',
  ],
  ['a durable dependency', authenticator('Auth', DurableTenant), 'Auth injects DurableTenant, which is request-scoped'],
  [
    'a dependency in a circle',
    authenticator('Auth', Chicken),
    'Auth injects Chicken, which injects Egg, which injects Tenant, which is request-scoped',
  ],
  [
    'an alias that is injected',
    authenticator('Auth', 'accounts'),
    'Auth injects Accounts, which injects Tenant, which is request-scoped',
  ],
  [
    'what useExisting points to',
    { authenticator: { useExisting: Accounts as never } },
    'IRealtimeAuthenticator injects Accounts, which injects Tenant, which is request-scoped',
  ],
  [
    'what a factory injects',
    { authenticator: { useFactory: () => new Anonymous(), inject: [Tenant] } },
    'the factory of IRealtimeAuthenticator injects Tenant, which is request-scoped',
  ],
  [
    'the tracer',
    { tracer: injecting(Silent as never, 'Tracer', Tenant) as never },
    'Tracer injects Tenant, which is request-scoped',
  ],
  [
    'the broker',
    { broker: injecting(InMemoryRealtimeBroker, 'Broker', Tenant) },
    'Broker injects Tenant, which is request-scoped',
  ],
  [
    'the server',
    { server: injecting(SocketIORealtimeServer, 'Server', Tenant) },
    'Server injects Tenant, which is request-scoped',
  ],
  ['a connect guard', { guards: { connect: [Admitting, ScopedGuard] } }, 'ScopedGuard is request-scoped'],
  [
    'what a connect guard injects',
    { guards: { connect: [injecting(Admitting, 'Guard', Accounts)] } },
    'Guard injects Accounts, which injects Tenant, which is request-scoped',
  ],
];

const ASYNC: [string, RealtimeModuleAsyncOptions, chain: string][] = [
  [
    'a factory',
    { useFactory: () => ({}), inject: [Accounts] },
    'the factory of RealtimeOptions injects Accounts, which injects Tenant, which is request-scoped',
  ],
  [
    'a class',
    { useClass: injecting(class {} as never, 'Settings', Tenant) },
    'Settings injects Tenant, which is request-scoped',
  ],
  [
    'an existing provider',
    { useExisting: Tenant as never },
    'the factory of RealtimeOptions injects Tenant, which is request-scoped',
  ],
];

const TEXT =
  'Realtime makes its parts once, before the first client connects, so none can be request-scoped. ' +
  'Give these the default scope; what belongs to one client comes as an argument:\n';

describe('a part that is request-scoped rejects the boot', () => {
  afterEach(closeApps);

  const imports = [PartsModule];

  it.each(CASES)('%s', async (_part, options, chain) => {
    const booting = boot({ imports: [RealtimeModule.forRoot({ ...options, imports })] });
    await expect(booting).rejects.toThrow(new RealtimeFault(`${TEXT}  - ${chain}`));
  });

  it.each(ASYNC)('what forRootAsync injects into %s', async (_form, options, chain) => {
    const booting = boot({ imports: [RealtimeModule.forRootAsync({ ...options, imports })] });
    await expect(booting).rejects.toThrow(new RealtimeFault(`${TEXT}  - ${chain}`));
  });

  it('and every such part is named once', async () => {
    const options = { imports, authenticator: ScopedAuthenticator, guards: { connect: [ScopedGuard] } };
    const booting = boot({ imports: [RealtimeModule.forRoot(options)] });
    await expect(booting).rejects.toThrow(
      new RealtimeFault(`${TEXT}  - ScopedAuthenticator is request-scoped\n  - ScopedGuard is request-scoped`),
    );
  });

  it('also beside the bridge, the dashboard and providers that inject the broadcaster, and without an HTTP server', async () => {
    class Said {}
    @Injectable()
    class Speaker {
      constructor(readonly realtime: IRealtimeBroadcaster) {}
    }
    @Module({
      imports: [
        CqrsModule.forRoot(),
        RealtimeCqrsModule.forRoot({ allowlist: [forward(Said).to(news, 'said', () => ({ payload: {} }))] }),
        RealtimeDashboardModule.forRoot(),
        RealtimeModule.forRoot({ authenticator: ScopedAuthenticator }),
        RealtimeModule.forFeature([news]),
      ],
      providers: [Speaker],
    })
    class AppModule {}
    const fault = new RealtimeFault(`${TEXT}  - ScopedAuthenticator is request-scoped`);
    await expect(boot({ imports: [AppModule] })).rejects.toThrow(fault);
    const context = NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
    await expect(context).rejects.toThrow(fault);
  });

  it('and a listener of hooks says what it injects', async () => {
    @Injectable()
    class Hearing {
      constructor(readonly accounts: Accounts) {}
      @OnRealtime('connected')
      hear(): void {}
    }
    const booting = boot({ imports: [PartsModule, RealtimeModule.forRoot()], providers: [Hearing] });
    await expect(booting).rejects.toThrow(
      "Hearing.hear() has @OnRealtime('connected'), but Hearing injects Accounts, which injects Tenant, which is request-scoped; a hook belongs to no request: give it the default scope.",
    );
  });
});

describe('a part that is transient, or injects what is', () => {
  afterEach(closeApps);

  it('works', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Auth extends IRealtimeAuthenticator {
      constructor(private readonly fresh: Fresh) {
        super();
      }
      override authenticate = async () => ({ userId: this.fresh.name, roles: [] });
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Guard implements CanActivate {
      constructor(private readonly fresh: Fresh) {}
      canActivate(): boolean {
        return this.fresh.name === 'ann';
      }
    }
    const realtime = { imports: [PartsModule], authenticator: Auth, guards: { connect: [Guard] } };
    const app = await boot({ imports: [RealtimeModule.forRoot(realtime)] });
    const client = await app.connect();
    expect((await client.welcome()).user?.userId).toBe('ann');
  });
});

describe('a connect guard that is no class', () => {
  it.each([undefined, new Admitting()])('is a fault: %p', (guard) => {
    expect(() => RealtimeModule.forRoot({ guards: { connect: [guard as never] } })).toThrow(
      /guards\.connect has .*, which is no class; list classes of guards/,
    );
  });
});
