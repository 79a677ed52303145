// Is the caller of a message known wherever a provider can ask for it? An application in which none can does not follow its handlers.
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  type CanActivate,
  Controller,
  Global,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  Optional,
  Scope,
  UseGuards,
} from '@nestjs/common';
import { LazyModuleLoader, ModuleRef } from '@nestjs/core';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  IRealtimeConnections,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';

const roomChannel = defineRealtimeChannel({
  name: 'room',
  scope: 'public',
  payload: z.number(),
  messages: { tell: null },
});

/** Gets the broadcaster from the application, which no boot can see. */
let app: TestApp;
let asksLate = true;

@RealtimeChannel(roomChannel)
class OnTell {
  @RealtimeHandler(roomChannel, 'tell')
  async tell(): Promise<void> {
    if (asksLate) await setImmediate();
    await app.broadcast(roomChannel, 'message', 1, { except: 'caller' });
  }
}

class Injected {
  constructor(readonly tool: unknown) {}
}

@Injectable()
class ByConstructor {
  constructor(readonly realtime: IRealtimeBroadcaster) {}
}

@Injectable()
class ByProperty {
  @Inject(IRealtimeBroadcaster) readonly realtime: IRealtimeBroadcaster;
}

@Injectable()
class WhereOptional {
  constructor(@Optional() readonly realtime?: IRealtimeConnections) {}
}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {
  constructor(readonly realtime: IRealtimeBroadcaster) {}
}

@Controller()
class InController {
  constructor(readonly realtime: IRealtimeBroadcaster) {}
}

@Injectable()
class InGuard implements CanActivate {
  constructor(readonly realtime: IRealtimeBroadcaster) {}

  canActivate(): boolean {
    return true;
  }
}

@Controller()
@UseGuards(InGuard)
class GuardedController {}

@RealtimeChannel(defineRealtimeChannel({ name: 'guarded', scope: 'public', messages: { tell: null } }))
@UseGuards(InGuard)
class OnGuarded {
  @RealtimeHandler('tell')
  tell(): void {}
}

@Injectable()
class ByModuleRef {
  constructor(readonly moduleRef: ModuleRef) {}
}

@Injectable()
class ByLoader {
  constructor(readonly loader: LazyModuleLoader) {}
}

@Global()
@Module({ providers: [ByConstructor] })
class Elsewhere {}

@Module({})
class ItselfModule {
  constructor(readonly connections: IRealtimeConnections) {}
}

const places: [string, ModuleMetadata][] = [
  ['a constructor', { providers: [ByConstructor] }],
  ['a property', { providers: [ByProperty] }],
  ['an optional parameter', { providers: [WhereOptional] }],
  ['a request-scoped provider', { providers: [PerRequest] }],
  ['a controller', { controllers: [InController] }],
  ['a guard', { controllers: [GuardedController] }],
  ['a guard of a handler that is a value', { providers: [{ provide: 'handler', useValue: new OnGuarded() }] }],
  ['another module', { imports: [Elsewhere] }],
  ['a module class', { imports: [ItselfModule] }],
  [
    'a factory',
    { providers: [{ provide: 'tool', useFactory: (tool) => new Injected(tool), inject: [IRealtimeConnections] }] },
  ],
  ['an alias', { providers: [{ provide: 'alias', useExisting: IRealtimeBroadcaster }] }],
  ['a provider that finds others', { providers: [ByModuleRef] }],
  ['a provider that loads modules', { providers: [ByLoader] }],
];

describe('the caller of a message', () => {
  afterEach(async () => {
    asksLate = true;
    await closeApps();
  });

  async function start({ imports = [], providers = [], controllers = [] }: ModuleMetadata): Promise<void> {
    app = await boot({
      imports: [RealtimeModule.forRoot(), ...imports],
      providers: [OnTell, ...providers],
      controllers,
    });
  }

  /** What the sender and another member of the room hear. */
  async function tell(): Promise<{ readonly reply: unknown; readonly heard: number[] }> {
    const members = [await app.connect(), await app.connect()];
    for (const member of members) await member.subscribe('room');
    const reply = await members[0].send('room', 'tell');
    for (const member of members) await member.settle();
    const heard = members.map(({ events }) => events.length);
    await app.hangUp();
    return { reply, heard };
  }

  it.each(places)('is known where the application injects what takes it: %s', async (_, metadata) => {
    await start(metadata);
    expect(await tell()).toEqual({ reply: { ok: true }, heard: [0, 1] });
  });

  it('is known from the second message on where nothing injects it, and the first is refused', async () => {
    await start({});
    expect(await tell()).toMatchObject({ reply: { ok: false, error: { code: 'INTERNAL' } }, heard: [0, 0] });
    expect(await tell()).toEqual({ reply: { ok: true }, heard: [0, 1] });
  });

  it('is known at once to a handler that asks before it waits, and is none outside of handlers', async () => {
    asksLate = false;
    await start({});
    expect(await tell()).toEqual({ reply: { ok: true }, heard: [0, 1] });
    await app.broadcast(roomChannel, 'message', 2, { except: 'caller' });
  });
});
