// What if realtime is in one application twice? Two roots are a fault, and two copies of the package work together or say why not.
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import {
  type CanActivate,
  type ExecutionContext,
  Injectable,
  Module,
  type ModuleMetadata,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { CqrsModule, EventBus } from '@nestjs/cqrs';
import * as contract from '@nestjs-realtime/contract';
import * as realtime from 'nestjs-realtime';
import { RealtimeFault, RealtimeModule } from 'nestjs-realtime';
import * as cqrs from 'nestjs-realtime/cqrs';
import { z } from 'zod';
import { boot, closeApps } from '../kit/boot.js';

const OURS = (JSON.parse(readFileSync('libs/realtime/package.json', 'utf8')) as { version: string }).version;
const HERE = realpathSync('libs');

let folder: string;

interface Copy {
  readonly realtime: typeof realtime;
  readonly cqrs: typeof cqrs;
  readonly contract: typeof contract;
}

/** Another copy of the packages, as a monorepo may install it. */
async function copy(name: string, version: string): Promise<Copy> {
  const home = join(folder, name);
  mkdirSync(home);
  symlinkSync(realpathSync('node_modules'), join(home, 'node_modules'));
  for (const lib of ['realtime', 'contract']) {
    cpSync(`libs/${lib}/src`, join(home, lib, 'src'), { recursive: true });
    const manifest = JSON.parse(readFileSync(`libs/${lib}/package.json`, 'utf8')) as object;
    writeFileSync(join(home, lib, 'package.json'), JSON.stringify({ ...manifest, version }));
  }
  return {
    realtime: (await import(join(home, 'realtime/src/index.ts'))) as typeof realtime,
    cqrs: (await import(join(home, 'realtime/src/cqrs/index.ts'))) as typeof cqrs,
    contract: (await import(join(home, 'contract/src/index.ts'))) as typeof contract,
  };
}

const text = z.object({ text: z.string() });

/** What a feature has that was written with one copy. */
function feature({ realtime, cqrs, contract }: Copy) {
  const notes = contract.defineRealtimeChannel({
    name: 'notes.{id}',
    scope: 'public',
    events: { added: text },
    messages: { add: { payload: text, errors: { FULL: null } } },
  });
  const news = contract.defineRealtimeChannel({ name: 'news', scope: 'public', events: { said: text } });

  class Said {
    constructor(readonly text: string) {}
  }

  @Injectable()
  class NoteGuard implements CanActivate {
    canActivate(context: ExecutionContext): boolean {
      return realtime.RealtimeExecutionContext.create(context).getParams().id !== 'closed';
    }
  }

  class OnAdd {
    constructor(private readonly broadcaster: realtime.IRealtimeBroadcaster) {}

    async add({ text }: { text: string }): Promise<void> {
      if (text === 'much') throw new realtime.RealtimeException('FULL');
      await this.broadcaster.broadcast(notes.with({ id: '1' }), 'added', { text });
    }
  }
  const handler = Object.getOwnPropertyDescriptor(OnAdd.prototype, 'add')!;
  realtime.RealtimeHandler('add')(OnAdd.prototype, 'add', handler);
  UseGuards(NoteGuard)(OnAdd);
  Reflect.defineMetadata('design:paramtypes', [realtime.IRealtimeBroadcaster], OnAdd);
  realtime.RealtimeChannel(notes)(OnAdd);

  class FeatureModule {}
  Module({
    imports: [
      realtime.RealtimeModule.forFeature([news]),
      cqrs.RealtimeCqrsModule.forFeature([cqrs.forward(Said).to(news, 'said', ({ text }) => ({ payload: { text } }))]),
    ],
    providers: [OnAdd],
  })(FeatureModule);
  return { notes, news, Said, OnAdd, FeatureModule };
}

const root = (...imports: NonNullable<ModuleMetadata['imports']>): ModuleMetadata => ({
  imports: [CqrsModule.forRoot(), RealtimeModule.forRoot(), cqrs.RealtimeCqrsModule.forRoot(), ...imports],
});

const inModule = (name: string, ...imports: NonNullable<ModuleMetadata['imports']>): Type => {
  const module = { [name]: class {} }[name];
  Module({ imports })(module);
  return module;
};

describe('two calls of forRoot() in one application', () => {
  afterEach(closeApps);

  it.each([
    ['the same path', {}],
    ['different paths', { path: '/other' }],
  ])('are a fault with %s', async (_case, options) => {
    const one = inModule('AppModule', RealtimeModule.forRoot());
    const other = inModule('ChatModule', RealtimeModule.forRootAsync({ useFactory: () => options, global: false }));
    const booting = boot({ imports: [one, other] });
    await expect(booting).rejects.toBeInstanceOf(RealtimeFault);
    await expect(booting).rejects.toThrow(
      'RealtimeModule.forRoot() is called 2 times for one application (imported by AppModule, ChatModule), so that each would have clients, channels and broadcasts of its own. Call it once, in the root module, and use RealtimeModule.forFeature() elsewhere.',
    );
  });

  it('are none where two modules import what one call has returned', async () => {
    const once = RealtimeModule.forRoot();
    const app = await boot({ imports: [inModule('AppModule', once), inModule('ChatModule', once)] });
    await expect(app.connect()).resolves.toBeDefined();
  });

  it('are none in two applications', async () => {
    const [one, other] = [await boot(root()), await boot(root())];
    await Promise.all([one.connect(), other.connect()]);
  });
});

describe('another copy of the package', () => {
  let twin: Copy;
  let stranger: Copy;

  beforeAll(async () => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'copies-')));
    twin = await copy('twin', OURS);
    stranger = await copy('stranger', '99.0.0');
  });
  afterEach(closeApps);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('of the same version serves a feature as the own one does', async () => {
    const { FeatureModule, Said } = feature(twin);
    const app = await boot(root(FeatureModule));
    const client = await app.connect();
    expect(await client.subscribe('notes.1')).toMatchObject({ ok: true });
    expect(await client.subscribe('news')).toMatchObject({ ok: true });
    expect(await client.subscribe('notes.closed')).toMatchObject({ ok: false });
    expect(await client.send('notes.1', 'add', { text: 'a' })).toMatchObject({ ok: true });
    expect(await client.send('notes.1', 'add', { text: 'much' })).toMatchObject({ error: { code: 'FULL' } });
    const said = app.nextHook('bridged');
    app.nest.get(EventBus, { strict: false }).publish(new Said('b'));
    await said;
    await client.settle();
    expect(client.events).toEqual([
      { channel: 'notes.1', event: 'added', payload: { text: 'a' } },
      { channel: 'news', event: 'said', payload: { text: 'b' } },
    ]);
  });

  it('of the same version gives its ports: they are those of the application', async () => {
    const app = await boot(root());
    for (const port of ['IRealtimeBroadcaster', 'IRealtimeConnections', 'RealtimeHooks'] as const) {
      expect(twin.realtime[port]).not.toBe(realtime[port]);
      expect(app.nest.get<object>(twin.realtime[port] as never)).toBe(app.nest.get(realtime[port] as never));
    }
  });

  it('of the same version diagnoses the application, and knows its errors', async () => {
    const app = await boot(root());
    expect(twin.realtime.diagnose(app.nest)).toEqual(realtime.diagnose(app.nest));
    const { notes } = feature(twin);
    const error: unknown = await app
      .broadcast(notes.with({ id: '1' }), 'added', { text: 'a' })
      .catch((e: unknown) => e);
    expect(
      [twin.realtime.BroadcastFault, RealtimeFault, realtime.RealtimeException].map((type) => error instanceof type),
    ).toEqual([true, true, false]);
  });

  it('of another version is a fault that names both, for what registers channels', async () => {
    const { notes, news, OnAdd } = feature({ ...stranger, contract });
    const booting = boot({
      ...root(stranger.realtime.RealtimeModule.forFeature([news])),
      providers: [{ provide: 'handler', useFactory: () => new OnAdd(null as never) }],
    });
    const copies = `comes from nestjs-realtime 99.0.0 in ${folder}/stranger/realtime, and this application runs ${OURS} in ${HERE}/realtime; install one version for both.`;
    await expect(booting).rejects.toThrow(`  - forFeature() in RealtimeFeatureModule ${copies}`);
    await expect(booting).rejects.toThrow(`  - OnAdd in RootTestModule ${copies}`);
    expect(notes.name).toBe('notes.{id}');
  });

  it('of another version is a fault that names both, for what injects a port of it', async () => {
    class Speaker {}
    Injectable()(Speaker);
    Reflect.defineMetadata('design:paramtypes', [stranger.realtime.IRealtimeBroadcaster], Speaker);
    await expect(boot({ ...root(), providers: [Speaker] })).rejects.toThrow(
      `Speaker injects IRealtimeBroadcaster of nestjs-realtime 99.0.0 in ${folder}/stranger/realtime, and this application runs ${OURS} in ${HERE}/realtime; install one version for both.`,
    );
  });

  it('of another version is a fault that names both, for entries of the bridge', async () => {
    const entries = stranger.cqrs.RealtimeCqrsModule.forFeature([]);
    await expect(boot(root(entries))).rejects.toThrow(`nestjs-realtime 99.0.0 in ${folder}/stranger/realtime`);
  });

  it('of another version is no fault where the application uses nothing of it', async () => {
    const app = await boot(root());
    await expect(app.connect()).resolves.toBeDefined();
  });

  it('of the contract in another version is a fault that names both', async () => {
    const news = stranger.contract.defineRealtimeChannel({ name: 'news', scope: 'public', events: { said: text } });
    await expect(boot(root(RealtimeModule.forFeature([news])))).rejects.toThrow(
      `Channel "news" (forFeature() in RealtimeFeatureModule) was declared with @nestjs-realtime/contract 99.0.0 in ${folder}/stranger/contract, and this application runs ${OURS} in ${HERE}/contract; install one version for both.`,
    );
  });

  it.each(['twin', 'stranger'] as const)(
    'that calls forRoot() as well is a fault that names both places: %s',
    async (name) => {
      const { realtime } = { twin, stranger }[name];
      const booting = boot({
        imports: [RealtimeModule.forRoot(), realtime.RealtimeModule.forRoot({ path: '/other' })],
      });
      await expect(booting).rejects.toThrow(/is called 2 times for one application/);
      await expect(booting).rejects.toThrow(`${HERE}/realtime`);
      await expect(booting).rejects.toThrow(`${folder}/${name}/realtime`);
    },
  );
});
