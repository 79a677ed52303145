// Does realtime leave a microservice alone, and work in a hybrid application?
import { Server as NetServer } from 'node:net';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientProxyFactory, MessagePattern, type TcpOptions, Transport } from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { defineRealtimeChannel, IRealtimeBroadcaster, RealtimeHealthIndicator, RealtimeModule } from 'nestjs-realtime';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { lastValueFrom } from 'rxjs';
import { z } from 'zod';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { freePort } from '../kit/free-port.js';
import { LogBook } from '../kit/log-book.js';

const news = defineRealtimeChannel({ name: 'news', scope: 'public', events: { said: z.number() } });

@Controller()
class Sums {
  @MessagePattern('sum')
  sum(numbers: number[]): number {
    return numbers.reduce((sum, number) => sum + number, 0);
  }
}

@Module({ imports: [RealtimeModule.forRoot(), RealtimeModule.forFeature([news])], controllers: [Sums] })
class AppModule {}

const closers: (() => unknown)[] = [];
afterEach(async () => {
  jest.restoreAllMocks();
  for (const close of closers.splice(0).reverse()) await close();
  await closeApps();
});

async function tcp(): Promise<TcpOptions & { transport: Transport.TCP; options: { host: string; port: number } }> {
  return { transport: Transport.TCP, options: { host: '127.0.0.1', port: await freePort() } };
}

/** The ports that any server of this process has opened from now on. */
function portsOpened(): unknown[] {
  const ports: unknown[] = [];
  const { listen } = NetServer.prototype;
  jest.spyOn(NetServer.prototype, 'listen').mockImplementation(function (this: NetServer, ...args: unknown[]) {
    ports.push(args[0]);
    return Reflect.apply(listen, this, args) as NetServer;
  } as never);
  return ports;
}

async function sumAt({ options: { host, port } }: Awaited<ReturnType<typeof tcp>>): Promise<unknown> {
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { host, port } });
  closers.push(() => client.close());
  return lastValueFrom(client.send('sum', [1, 2, 3]));
}

async function expectRealtime(app: TestApp): Promise<void> {
  const client = await app.connect();
  await client.subscribe('news');
  await app.broadcast(news, 'said', 1);
  expect(await client.next('rt:event')).toEqual(['news', 'said', 1]);
  expect(app.stats().state).toBe('accepting');
}

describe('a process with a microservice only', () => {
  it.each([
    [
      'NestFactory',
      (service: TcpOptions, logger: LogBook) =>
        NestFactory.createMicroservice<TcpOptions>(AppModule, { ...service, logger }),
    ],
    [
      'a testing module',
      async (service: TcpOptions, logger: LogBook) => {
        const testing = await Test.createTestingModule({ imports: [AppModule] }).compile();
        return testing.createNestMicroservice<TcpOptions>({ ...service, logger });
      },
    ],
  ])('opens no other port, and says so once: made by %s', async (_by, create) => {
    const service = await tcp();
    const opened = portsOpened();
    const logger = new LogBook();
    const app = await create(service, logger);
    closers.push(() => app.close());
    await app.listen();
    expect(opened).toEqual([service.options.port]);
    expect(logger.lines.filter((line) => line.includes('no HTTP server'))).toHaveLength(1);
    expect(await sumAt(service)).toBe(6);
    expect(app.get(IRealtimeServer, { strict: false }).stats().state).toBe('closed');
    const health = app.get(RealtimeHealthIndicator, { strict: false });
    expect(await health.isHealthy()).toMatchObject({ realtime: { status: 'down' } });
    await app.get(IRealtimeBroadcaster, { strict: false }).broadcast(news, 'said', 1);
  });
});

describe('a hybrid application', () => {
  it.each<[string, object]>([
    ['as Nest documents it', {}],
    ['with the configuration of the application', { inheritAppConfig: true }],
  ])('serves clients where its microservices start after it listens: %s', async (_how, hybrid) => {
    const service = await tcp();
    const app = await boot(
      { imports: [AppModule] },
      { prepare: (nest) => void nest.connectMicroservice(service, hybrid) },
    );
    const opened = portsOpened();
    await app.nest.startAllMicroservices();
    expect(opened).toEqual([service.options.port]);
    expect(await sumAt(service)).toBe(6);
    await expectRealtime(app);
  });

  it.each<[string, object]>([
    ['as Nest documents it', {}],
    ['with the configuration of the application', { inheritAppConfig: true }],
  ])('serves clients where its microservices start before it listens: %s', async (_how, hybrid) => {
    const service = await tcp();
    const opened = portsOpened();
    const app = await boot(
      { imports: [AppModule] },
      {
        prepare: async (nest) => {
          nest.connectMicroservice(service, hybrid);
          await nest.startAllMicroservices();
        },
      },
    );
    expect(opened).toEqual([service.options.port, 0]);
    expect(await sumAt(service)).toBe(6);
    await expectRealtime(app);
  });

  it.each([
    ['before it listens', true],
    ['after', false],
  ])('serves clients where a microservice is initialised after it, and started %s', async (_when, early) => {
    const service = await tcp();
    const opened = portsOpened();
    const app = await boot(
      { imports: [AppModule] },
      {
        prepare: async (nest) => {
          nest.connectMicroservice(service, { deferInitialization: true });
          await nest.init();
          if (early) await nest.startAllMicroservices();
        },
      },
    );
    if (!early) await app.nest.startAllMicroservices();
    expect(opened).toHaveLength(2);
    expect(opened).toContain(service.options.port);
    await expectRealtime(app);
  });
});
