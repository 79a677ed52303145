// In which forms may an application provide its handlers? In all that Nest has, and no class that was merely loaded decides a boot.
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type CanActivate,
  type ExecutionContext,
  Inject,
  Injectable,
  type ModuleMetadata,
  type NestInterceptor,
  type PipeTransform,
  type Provider,
  Scope,
  UseGuards,
  UseInterceptors,
  UsePipes,
} from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { MessageBody } from '@nestjs/websockets';
import {
  defineRealtimeChannel,
  diagnose,
  IRealtimeHandlerRegistry,
  OnRealtime,
  RealtimeChannel,
  type RealtimeContext,
  RealtimeExecutionContext,
  RealtimeHandler,
  type RealtimeHookEvents,
  RealtimeModule,
} from 'nestjs-realtime';
import { map, type Observable } from 'rxjs';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const answered = { payload: z.unknown(), reply: z.unknown() };
const notes = defineRealtimeChannel({ name: 'notes', scope: 'public', messages: { add: answered, drop: answered } });

@RealtimeChannel(notes)
class OnAdd {
  name = 'plain';

  @RealtimeHandler('add')
  add(): string {
    return this.name;
  }
}

@Injectable()
class OnAddToo extends OnAdd {
  override name = 'too';
}

const named = (name: string) => Object.assign(new OnAdd(), { name });

@RealtimeChannel(notes)
abstract class Adding {
  abstract readonly name: string;

  @RealtimeHandler('add')
  add(): string {
    return this.name;
  }
}

class OnAddAtLast extends Adding {
  readonly name = 'at last';
}

@Injectable({ scope: Scope.REQUEST })
class OnAddPerMessage extends OnAdd {
  constructor(@Inject(REQUEST) request: RealtimeContext) {
    super();
    this.name = `for ${request.userId}`;
  }
}

class Hearing {
  readonly heard: string[] = [];

  @OnRealtime('connected')
  @OnRealtime('subscribed')
  hear(event: RealtimeHookEvents['connected'] | RealtimeHookEvents['subscribed']): void {
    this.heard.push('channel' in event ? 'subscribed' : 'connected');
  }
}

/** Loaded, as a barrel loads it, and provided nowhere. */
@RealtimeChannel(notes)
class OnDrop {
  @RealtimeHandler('drop')
  drop(): void {}
}

const start = (providers: Provider[], more: ModuleMetadata['imports'] = []): Promise<TestApp> =>
  boot({ imports: [RealtimeModule.forRoot({ authenticator: KnownUsers }), ...more], providers });

async function added(app: TestApp, payload?: unknown): Promise<unknown> {
  const client = await app.connect({ as: 'ann' });
  expect(await client.subscribe('notes')).toMatchObject({ ok: true });
  return client.send('notes', 'add', payload);
}

const unhandled = (app: TestApp) =>
  diagnose(app.nest)
    .filter(({ code }) => code === 'UNHANDLED_MESSAGE')
    .map(({ message }) => /message "(\w+)"/.exec(message)![1]);

const FORMS: [string, Provider[], name: string][] = [
  ['a class', [OnAdd], 'plain'],
  ['one class in the place of another', [{ provide: OnAdd, useClass: OnAddToo }], 'too'],
  ['a class under a token', [{ provide: 'adding', useClass: OnAddToo }], 'too'],
  ['a factory', [{ provide: OnAdd, useFactory: () => named('made') }], 'made'],
  ['an asynchronous factory under a token', [{ provide: 'adding', useFactory: async () => named('late') }], 'late'],
  ['a factory of a subclass', [{ provide: OnAdd, useFactory: () => new OnAddToo() }], 'too'],
  ['a value', [{ provide: 'adding', useValue: named('kept') }], 'kept'],
  ['a subclass of a class that claims the channel', [OnAddAtLast], 'at last'],
  [
    'several providers of one instance',
    [
      OnAddToo,
      { provide: OnAdd, useExisting: OnAddToo },
      { provide: 'adding', useFactory: (one: OnAdd) => one, inject: [OnAdd] },
    ],
    'too',
  ],
  ['a request-scoped class', [OnAddPerMessage], 'for ann'],
  [
    'a request-scoped factory',
    [
      {
        provide: OnAdd,
        scope: Scope.REQUEST,
        useFactory: (request: RealtimeContext) => named(`made for ${request.userId}`),
        inject: [REQUEST],
      },
    ],
    'made for ann',
  ],
];

@Injectable()
class Keys {
  readonly right = 'key';
}

@Injectable()
class KeyGuard implements CanActivate {
  constructor(private readonly keys: Keys) {}
  canActivate(context: ExecutionContext): boolean {
    const { gate, payload } = RealtimeExecutionContext.create(context).getRequest();
    return gate === 'subscribe' || payload === this.keys.right;
  }
}

@Injectable()
class Twice implements NestInterceptor {
  constructor(private readonly keys: Keys) {}
  intercept(_context: ExecutionContext, next: { handle(): Observable<unknown> }): Observable<unknown> {
    return next.handle().pipe(map((reply) => [reply, this.keys.right]));
  }
}

@Injectable()
class Upper implements PipeTransform {
  constructor(private readonly keys: Keys) {}
  transform(value: unknown): unknown {
    return value === this.keys.right ? 'KEY' : value;
  }
}

@RealtimeChannel(notes)
@UseGuards(KeyGuard)
class OnAddWithKey {
  @RealtimeHandler('add')
  @UseInterceptors(Twice)
  @UsePipes(Upper)
  add(@MessageBody() payload: string): string {
    return payload;
  }
}

@Injectable({ scope: Scope.REQUEST })
class UserGuard implements CanActivate {
  constructor(@Inject(REQUEST) private readonly request: RealtimeContext) {}
  canActivate(): boolean {
    return this.request.user?.userId === 'ann';
  }
}

@RealtimeChannel(notes)
@UseGuards(UserGuard)
class OnAddOfUsers {
  @RealtimeHandler('add')
  add(): string {
    return 'ann is here';
  }
}

describe('a handler that is provided as', () => {
  afterEach(closeApps);

  it.each(FORMS)('%s takes its message', async (_form, providers, name) => {
    const app = await start(providers);
    expect(await added(app)).toMatchObject({ ok: true, data: name });
    expect(unhandled(app)).toEqual(['drop']);
  });

  it.each<[string, Provider]>([
    ['a class under a token', { provide: 'adding', useClass: OnAddWithKey }],
    ['a factory', { provide: 'adding', useFactory: () => new OnAddWithKey() }],
    ['a value', { provide: 'adding', useValue: new OnAddWithKey() }],
  ])('%s keeps its guards, interceptors and pipes, with what they inject', async (_form, provider) => {
    const app = await start([provider, Keys]);
    expect(await added(app, 'key')).toEqual({ ok: true, data: ['KEY', 'key'] });
    expect(await added(app, 'stone')).toMatchObject({ error: { code: 'FORBIDDEN' } });
  });

  it('a factory keeps request-scoped guards', async () => {
    const app = await start([{ provide: 'adding', useFactory: () => new OnAddOfUsers() }]);
    expect(await added(app)).toEqual({ ok: true, data: 'ann is here' });
    const bob = await app.connect({ as: 'bob' });
    expect(await bob.subscribe('notes')).toMatchObject({ error: { code: 'FORBIDDEN' } });
  });

  it('a value with a request-scoped guard rejects the boot', async () => {
    await expect(start([{ provide: 'adding', useValue: new OnAddOfUsers() }])).rejects.toThrow(
      'UserGuard on OnAddOfUsers is request-scoped or injects what is, but a value of a provider is the same for all requests',
    );
  });

  it('a request-scoped factory of a subclass with a guard of its own lets no request pass without the guard', async () => {
    @UseGuards(KeyGuard)
    class OnAddInSecret extends OnAdd {}
    const provider = { provide: OnAdd, scope: Scope.REQUEST, useFactory: () => new OnAddInSecret() };
    const app = await start([provider, Keys]);
    const client = await app.connect({ as: 'ann' });
    expect(await client.subscribe('notes')).toMatchObject({ ok: false });
  });

  it.each(['a factory', 'a value'])('%s hears hooks, all that its method names and each once', async (form) => {
    const instance = new Hearing();
    const app = await start([
      form === 'a value'
        ? { provide: 'adding', useValue: instance }
        : { provide: 'adding', useFactory: () => instance },
      { provide: 'again', useValue: instance },
      OnAdd,
    ]);
    await added(app);
    expect(instance.heard).toEqual(['connected', 'subscribed']);
  });
});

describe('a class that claims a channel and is provided nowhere', () => {
  afterEach(closeApps);

  it('is no fault where its module is left out: the doctor names the message, once', async () => {
    const app = await start([OnAdd]);
    expect(unhandled(app)).toEqual(['drop']);
    expect(await added(app)).toMatchObject({ ok: true });
  });

  it('is no fault in an application that only sends', async () => {
    const app = await start([], [RealtimeModule.forFeature([notes])]);
    expect(unhandled(app)).toEqual(['add', 'drop']);
  });

  it('is no fault where its file was evaluated again', async () => {
    const evaluate = () => {
      @RealtimeChannel(notes)
      class Reloaded {
        @RealtimeHandler('drop')
        drop(): string {
          return 'new';
        }
      }
      return Reloaded;
    };
    const old = evaluate();
    const app = await start([evaluate()]);
    const client = await app.connect();
    await client.subscribe('notes');
    expect(await client.send('notes', 'drop')).toEqual({ ok: true, data: 'new' });
    expect(old).toBeDefined();
  });

  it('is not looked for in values that have no class', async () => {
    const values = [null, undefined, 7, [], OnDrop, Object.create(null), { constructor: OnDrop }];
    const app = await start(values.map((useValue: unknown, index) => ({ provide: `value ${index}`, useValue })));
    expect(app.nest.get(IRealtimeHandlerRegistry).list()).toEqual([]);
  });

  it('is no fault where an application of the same process provides it', async () => {
    const [one, other] = [await start([OnAdd]), await start([OnDrop])];
    expect([unhandled(one), unhandled(other)]).toEqual([['drop'], ['add']]);
  });
});
