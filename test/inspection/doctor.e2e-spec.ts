import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type CanActivate,
  type INestApplication,
  Injectable,
  type ModuleMetadata,
  Scope,
  type Type,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  defineRealtimeChannel,
  diagnose,
  type DiagnoseOptions,
  IRealtimeAuthenticator,
  RealtimeChannel,
  type RealtimeFinding,
  RealtimeHandler,
  RealtimeModule,
  type RealtimeSettings,
} from 'nestjs-realtime';
import type { Server, ServerOptions } from 'socket.io';
import { z } from 'zod';
import { OLDEST_SOCKET_IO } from '../../libs/realtime/src/socket-io/installed-copies.js';
import { boot, closeApps } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const note = z.object({});
const orders = defineRealtimeChannel({ name: 'orders.{orderId}', scope: 'public', payload: note, message: note });
const sent = defineRealtimeChannel({ name: 'sent', scope: 'public', payload: note, message: note });
const idle = defineRealtimeChannel({ name: 'idle', scope: 'public' });

@RealtimeChannel(orders)
class OnOrder {
  @RealtimeHandler()
  handle(): void {}
}

@Injectable()
class HttpGuard implements CanActivate {
  canActivate(): boolean {
    return true;
  }
}

const ORIGINS = ['https://app.example'];

interface Case {
  readonly settings?: RealtimeSettings;
  readonly authenticator?: Type<IRealtimeAuthenticator>;
  readonly module?: ModuleMetadata;
  readonly prepare?: (app: INestApplication) => void;
  readonly examine?: DiagnoseOptions;
}

async function findingsOf({ settings, authenticator, module, prepare, examine }: Case): Promise<RealtimeFinding[]> {
  const imports = [RealtimeModule.forRoot({ authenticator, ...settings }), ...(module?.imports ?? [])];
  const app = await boot({ ...module, imports }, { prepare });
  return [...diagnose(app.nest, examine)];
}

/** Files in a folder of their own, by path. */
function filesIn(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), 'doctor-'));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const folders: string[] = [];
const environment = process.env.NODE_ENV;
afterEach(async () => {
  process.env.NODE_ENV = environment;
  await closeApps();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const one = (code: string, severity: string, message: string): unknown[] => [
  { code, severity, message: expect.stringContaining(message), fix: expect.stringMatching(/./) },
];

describe('the doctor', () => {
  it('finds nothing in a sound application', async () => {
    const module = { providers: [OnOrder] };
    expect(await findingsOf({ authenticator: KnownUsers, settings: { origins: ORIGINS }, module })).toEqual([]);
    expect(await findingsOf({ authenticator: KnownUsers, settings: { hosts: ['app.example'] }, module })).toEqual([]);
  });

  it.each<[string, Case, string]>([
    ['APP_GUARD', { module: { providers: [{ provide: APP_GUARD, useClass: HttpGuard }] } }, 'HttpGuard'],
    ['useGlobalGuards()', { prepare: (app) => void app.useGlobalGuards(new HttpGuard()) }, 'HttpGuard'],
    [
      'a request-scoped APP_GUARD',
      { module: { providers: [{ provide: APP_GUARD, useClass: HttpGuard, scope: Scope.REQUEST }] } },
      'HttpGuard',
    ],
  ])('reports that global guards do not run here: %s', async (_title, given, name) => {
    expect(await findingsOf(given)).toEqual(one('GLOBAL_GUARDS', 'info', name));
  });

  it('reports missing origins where a session cookie authenticates', async () => {
    expect(await findingsOf({ authenticator: KnownUsers })).toEqual(
      one('COOKIES_WITHOUT_ORIGINS', 'warning', 'KnownUsers reads a session cookie'),
    );
  });

  it('reports them at a lower level where cookies may authenticate, and not where no user is known', async () => {
    class AnyAuthenticator extends IRealtimeAuthenticator {
      override authenticate(): Promise<null> {
        return Promise.resolve(null);
      }
    }
    expect(await findingsOf({ authenticator: AnyAuthenticator })).toEqual(
      one('COOKIES_WITHOUT_ORIGINS', 'info', 'AnyAuthenticator may read cookies'),
    );
    expect(await findingsOf({})).toEqual([]);
    expect(await findingsOf({ authenticator: AnyAuthenticator, settings: { mode: 'in-memory' } })).toEqual([]);
  });

  it('reports both missing origins and missing hosts in production, with any authenticator', async () => {
    process.env.NODE_ENV = 'production';
    const anyHost = one('ANY_HOST', 'warning', 'DNS rebinding');
    expect(await findingsOf({})).toEqual(anyHost);
    expect(await findingsOf({ authenticator: KnownUsers })).toEqual(anyHost);
    expect(await findingsOf({ settings: { origins: [...ORIGINS, 'self'] } })).toEqual(anyHost);
    expect(await findingsOf({ authenticator: KnownUsers, settings: { origins: ORIGINS } })).toEqual([]);
    expect(await findingsOf({ authenticator: KnownUsers, settings: { hosts: ['app.example'] } })).toEqual([]);
    const inMemory: RealtimeSettings = { mode: 'in-memory', allowInMemoryInProduction: true };
    expect(await findingsOf({ settings: inMemory })).toEqual([]);
  });

  it('warns of polling', async () => {
    expect(await findingsOf({ settings: { transports: ['websocket', 'polling'] } })).toEqual(
      one('POLLING', 'warning', 'must all reach one node'),
    );
    expect(await findingsOf({ settings: { transports: ['websocket'] } })).toEqual([]);
  });

  it.each([
    [60_000, one('SLOW_PING', 'warning', 'every 60000 ms')],
    [59_999, []],
  ])('reads the ping interval of the mounted server: %s ms', async (pingInterval, findings) => {
    class SlowAdapter extends IoAdapter {
      override createIOServer(port: number, options?: ServerOptions): Server {
        return super.createIOServer(port, { ...options!, pingInterval });
      }
    }
    const prepare = (app: INestApplication): void => void app.useWebSocketAdapter(new SlowAdapter(app));
    expect(await findingsOf({ prepare })).toEqual(findings);
  });

  it('names messages that no handler takes, and channels that take no messages', async () => {
    const module = { imports: [RealtimeModule.forFeature([sent, idle])] };
    expect(await findingsOf({ module })).toEqual([
      ...one('UNHANDLED_MESSAGE', 'error', 'Channel "sent" declares the message "message"'),
      ...one('IDLE_CHANNEL', 'warning', 'Channel "idle" has no event and no handler'),
    ]);
  });

  it('looks at the socket.io that Nest loads, whatever else is installed', async () => {
    const manifest = (version: string): string => JSON.stringify({ name: 'socket.io', version });
    const platform = 'node_modules/@nestjs/platform-socket.io';
    const two = (ofApplication: string, ofNest: string): string =>
      filesIn({
        'node_modules/socket.io/package.json': manifest(ofApplication),
        [`${platform}/package.json`]: '{"name":"@nestjs/platform-socket.io","main":"index.js"}',
        [`${platform}/index.js`]: '',
        [`${platform}/node_modules/socket.io/package.json`]: manifest(ofNest),
      });
    expect(await findingsOf({ examine: { root: two('4.8.4', '4.8.3') } })).toEqual([]);
    expect(await findingsOf({ examine: { root: two('2.5.0', '4.8.3') } })).toEqual([]);
    const old = two('4.8.4', '4.7.5');
    expect(await findingsOf({ examine: { root: old } })).toEqual(
      one('OLD_SOCKET_IO', 'warning', `4.7.5 in ${join(old, platform, 'node_modules/socket.io')}`),
    );
    expect(await findingsOf({ examine: { root: filesIn({ 'package.json': '{}' }) } })).toEqual([]);
  });

  it('reports packages of another Nest than the one that runs', async () => {
    const packages = (versions: Readonly<Record<string, string>>): string =>
      filesIn(
        Object.fromEntries(
          Object.entries(versions).flatMap(([name, version]) => [
            [`node_modules/@nestjs/${name}/package.json`, JSON.stringify({ version, main: 'index.js' })],
            [`node_modules/@nestjs/${name}/index.js`, ''],
          ]),
        ),
      );
    const foreign = packages({ core: '11.1.9', websockets: '11.0.0', 'platform-socket.io': '12.1.1' });
    expect(await findingsOf({ examine: { root: foreign } })).toEqual(
      one('FOREIGN_NEST', 'warning', '@nestjs/platform-socket.io 12.1.1 belongs to Nest 12, and'),
    );
    const fitting = packages({ core: '11.1.9', websockets: '11.0.0', 'platform-socket.io': '11.1.20' });
    expect(await findingsOf({ examine: { root: fitting } })).toEqual([]);
    expect(await findingsOf({ examine: { root: packages({ websockets: '12.0.0' }) } })).toEqual([]);
  });

  it.each([
    ['4.8.0', true],
    ['4.7.9', true],
    ['3.9.9', true],
    ['4.8.1', false],
    ['4.8.3', false],
    ['4.8.10', false],
    ['4.10.0', false],
    ['5.0.0', false],
  ])('reports whether the socket.io that Nest loads is too old: %s', async (version, isOld) => {
    const platform = 'node_modules/@nestjs/platform-socket.io';
    const root = filesIn({
      'node_modules/socket.io/package.json': JSON.stringify({ name: 'socket.io', version }),
      [`${platform}/package.json`]: '{"name":"@nestjs/platform-socket.io","main":"index.js"}',
      [`${platform}/index.js`]: '',
    });
    const findings = one(
      'OLD_SOCKET_IO',
      'warning',
      `Nest loads socket.io ${version} in ${join(root, 'node_modules')}`,
    );
    expect(await findingsOf({ examine: { root } })).toEqual(isOld ? findings : []);
  });

  it('demands at least the version where the range of the peer starts', () => {
    const manifest = readFileSync(join(import.meta.dirname, '../../libs/realtime/package.json'), 'utf8');
    const { peerDependencies } = JSON.parse(manifest) as { peerDependencies: Record<string, string> };
    expect(peerDependencies['socket.io']).toBe(`^${OLDEST_SOCKET_IO}`);
  });

  it('finds no copy where none is installed', async () => {
    expect(await findingsOf({ examine: { root: filesIn({}) } })).toEqual([]);
  });

  it('names channels of a source tree that no test mentions', async () => {
    const declaring = (constant: string, name: string): string =>
      `export const ${constant} = defineRealtimeChannel({\n  scope: 'public',\n  name: '${name}',\n});\n`;
    const root = filesIn({
      'src/a.channel.ts': declaring('alphaChannel', 'alpha.{id}') + declaring('betaChannel', 'beta'),
      'src/c.channel.ts': declaring('gammaChannel', 'gamma.{id}'),
      'src/d.channel.ts': declaring('deltaChannel', 'delta.{id'),
      'src/z.channel.ts': declaring('zetaChannel', 'zeta.{id}'),
      'src/node_modules/e.channel.ts': declaring('foreignChannel', 'foreign'),
      'src/a.spec.ts': "import { alphaChannel } from './a.channel.js';",
      'test/b.e2e-spec.ts': "await client.subscribe('gamma.42', 'zeta.ada%40example%2Ecom'); // betaChannels",
    });
    const sources = [join(root, 'src'), join(root, 'test')];

    const untested = await findingsOf({ examine: { sources } });

    expect(untested.map(({ code, severity, message }) => [code, severity, message])).toEqual([
      [
        'UNTESTED_CHANNEL',
        'info',
        `No test speaks of channel "beta" (betaChannel in ${join(root, 'src/a.channel.ts')}).`,
      ],
      ['UNTESTED_CHANNEL', 'info', expect.stringContaining('"delta.{id" (deltaChannel in')],
    ]);
  });

  it('omits findings that are silenced', async () => {
    const settings: RealtimeSettings = { transports: ['polling'], doctor: { silence: ['COOKIES_WITHOUT_ORIGINS'] } };
    const findings = await findingsOf({ authenticator: KnownUsers, settings });
    expect(findings.map(({ code }) => code)).toEqual(['POLLING']);
  });

  it('knows its codes', () => {
    const silence = ['POLING'] as never;
    expect(() => RealtimeModule.forRoot({ doctor: { silence } })).toThrow(
      'doctor.silence must be a list of ADAPTER_OPTIONS, ANY_HOST, COOKIES_WITHOUT_ORIGINS, FOREIGN_NEST, GLOBAL_GUARDS,',
    );
    expect(() => RealtimeModule.forRoot({ doctor: true as never })).toThrow('doctor must be an object');
    expect(() => RealtimeModule.forRoot({ doctor: { silent: [] } as never })).toThrow('doctor.silent is not an option');
  });

  it('needs realtime', async () => {
    const app = await Test.createTestingModule({}).compile();
    expect(() => diagnose(app)).toThrow('The application has no realtime; import RealtimeModule.forRoot().');
  });
});
