// Do options take effect in every way an application can give them?
import { afterEach, describe, expect, it } from '@jest/globals';
import { type DynamicModule, Injectable, Module } from '@nestjs/common';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  RealtimeFault,
  RealtimeHandler,
  RealtimeModule,
  type RealtimeModuleAsyncOptions,
  RealtimeOptions,
  type RealtimeOptionsFactory,
  type RealtimeSettings,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, HTTP_ADAPTERS } from '../kit/boot.js';
import { KnownUsers } from '../kit/known-users.js';

const echoChannel = defineRealtimeChannel({
  name: 'echo',
  scope: 'public',
  payload: z.unknown(),
  message: z.unknown(),
});

@RealtimeChannel(echoChannel)
class OnEcho {
  @RealtimeHandler()
  handle(payload: unknown): unknown {
    return payload;
  }
}

const SETTINGS: RealtimeSettings = {
  path: '/live/events',
  origins: ['https://listed.example'],
  limits: { payloadBytes: 500, payloadDepth: 3 },
};

@Injectable()
class Config {
  get(): Promise<RealtimeSettings> {
    return new Promise((resolve) => setImmediate(resolve, SETTINGS));
  }
}
@Module({ providers: [Config], exports: [Config] })
class ConfigModule {}

@Injectable()
class SettingsFactory implements RealtimeOptionsFactory {
  constructor(private readonly config: Config) {}
  createRealtimeOptions(): Promise<RealtimeSettings> {
    return this.config.get();
  }
}
@Module({ imports: [ConfigModule], providers: [SettingsFactory], exports: [SettingsFactory] })
class SettingsModule {}

const imports = [ConfigModule];
const ways: [string, () => DynamicModule][] = [
  ['forRoot', () => RealtimeModule.forRoot({ ...SETTINGS, authenticator: KnownUsers })],
  [
    'forRootAsync with useFactory and inject',
    () =>
      RealtimeModule.forRootAsync({
        imports,
        inject: [Config],
        useFactory: (config: Config) => config.get(),
        authenticator: KnownUsers,
      }),
  ],
  [
    'forRootAsync with useClass',
    () => RealtimeModule.forRootAsync({ imports, useClass: SettingsFactory, authenticator: KnownUsers }),
  ],
  [
    'forRootAsync with useExisting',
    () =>
      RealtimeModule.forRootAsync({
        imports: [SettingsModule],
        useExisting: SettingsFactory,
        authenticator: KnownUsers,
      }),
  ],
];

describe('options', () => {
  afterEach(closeApps);

  describe.each(ways)('given by %s', (_way, realtime) => {
    it.each(HTTP_ADAPTERS)('options take effect, on %s', async (http) => {
      const app = await boot({ imports: [realtime()], providers: [OnEcho] }, { http });
      await expect(app.connect()).rejects.toThrow('websocket error');
      await expect(
        app.connect({ path: '/live/events', headers: { origin: 'https://evil.example' } }),
      ).rejects.toThrow();
      const headers = { origin: 'https://listed.example' };
      const client = await app.connect({ path: '/live/events', as: 'ann', headers });
      expect((await client.welcome()).user?.userId).toBe('ann');
      await client.subscribe('echo');
      const codeFor = async (payload: unknown) => (await client.send('echo', 'message', payload)).error?.code ?? 'OK';
      expect(await codeFor('x'.repeat(400))).toBe('OK');
      expect(await codeFor('x'.repeat(500))).toBe('PAYLOAD_TOO_LARGE');
      expect(await codeFor([[[]]])).toBe('OK');
      expect(await codeFor([[[[]]]])).toBe('PAYLOAD_TOO_LARGE');
    });
  });

  it('a peer whose frame is over the limit is disconnected', async () => {
    const app = await boot({
      imports: [RealtimeModule.forRoot({ limits: { payloadBytes: 100_000 } })],
      providers: [OnEcho],
    });
    const client = await app.connect();
    await client.subscribe('echo');
    expect(await client.send('echo', 'message', 'x'.repeat(99_000))).toMatchObject({ ok: true });
    client.socket.emit('rt:message', { channel: 'echo', payload: 'x'.repeat(110_000) });
    expect(await client.closed).toMatch(/transport/);
  });

  it('options can be injected, defaults included', async () => {
    const app = await boot({ imports: [RealtimeModule.forRoot({ requestTimeout: 70 })] });
    expect(app.nest.get(RealtimeOptions)).toMatchObject({
      path: '/realtime',
      requestTimeout: 70,
      transports: ['websocket'],
      limits: { payloadBytes: 65_536, payloadDepth: 16, payloadKeys: 1_000 },
    });
  });

  const bad = {
    path: 'realtime',
    requestTimeout: -1,
    origins: ['listed.example'],
    limits: { payloadKeys: 0 },
    colour: 1,
  };
  const faulty: [string, RealtimeModuleAsyncOptions][] = [
    ['useFactory', { useFactory: () => bad }],
    ['useFactory with a promise', { useFactory: () => Promise.resolve(bad as RealtimeSettings) }],
    [
      'useClass',
      {
        useClass: class implements RealtimeOptionsFactory {
          createRealtimeOptions(): RealtimeSettings {
            return bad;
          }
        },
      },
    ],
  ];

  it.each(faulty)('invalid options from %s reject the boot with all faults in one message', async (_way, options) => {
    const booting: unknown = await boot({ imports: [RealtimeModule.forRootAsync(options)] }).catch((e: unknown) => e);
    expect(booting).toBeInstanceOf(RealtimeFault);
    const { message } = booting as Error;
    for (const name of ['path', 'requestTimeout', 'origins', 'limits.payloadKeys', 'colour']) {
      expect(message).toContain(`- ${name} `);
    }
  });

  it.each(['origins', 'limits', 'colour'])('%s beside a factory throws, and says where it goes', (name) => {
    const options = { useFactory: () => ({}), [name]: [] } as RealtimeModuleAsyncOptions;
    expect(() => RealtimeModule.forRootAsync(options)).toThrow(
      `RealtimeModule.forRootAsync does not take ${name}; return settings from the factory.`,
    );
  });

  it.each([undefined, null, 'settings'])('a factory that returns %p rejects the boot', async (settings) => {
    const result = settings as unknown as RealtimeSettings;
    const ways: RealtimeModuleAsyncOptions[] = [
      { useFactory: () => result },
      {
        useClass: class {
          createRealtimeOptions = () => result;
        },
      },
    ];
    for (const options of ways) {
      await expect(boot({ imports: [RealtimeModule.forRootAsync(options)] })).rejects.toThrow(
        `The factory of RealtimeModule.forRootAsync returned ${String(settings)}; return an object of settings`,
      );
    }
  });

  it('invalid options in forRoot throw where they are written', () => {
    expect(() => RealtimeModule.forRoot(bad as RealtimeSettings)).toThrow(RealtimeFault);
  });

  it('a factory that fails rejects the boot with its error', async () => {
    const failing = RealtimeModule.forRootAsync({ useFactory: () => Promise.reject(new Error('no configuration')) });
    await expect(boot({ imports: [failing] })).rejects.toThrow('no configuration');
  });
});
