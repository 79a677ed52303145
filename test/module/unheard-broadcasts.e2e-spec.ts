// Who learns of a broadcast that no client can ever hear? The log, once, with what to do.
import { createServer } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  RealtimeModule,
  type RealtimeModuleOptions,
} from 'nestjs-realtime';
import { IRealtimeServer } from 'nestjs-realtime/adapters';
import { z } from 'zod';
import { boot, closeApps } from '../kit/boot.js';
import { LogBook } from '../kit/log-book.js';
import { OtherNodes } from '../kit/other-nodes.js';
import { until } from '../kit/until.js';

const ticks = defineRealtimeChannel({ name: 'ticks', scope: 'public', payload: z.number() });

@Injectable()
class EarlyBird implements OnApplicationBootstrap {
  constructor(private readonly realtime: IRealtimeBroadcaster) {}
  async onApplicationBootstrap(): Promise<void> {
    await this.realtime.broadcast(ticks, 0);
  }
}
class OtherProcesses extends OtherNodes {}

/** A transport of microservices that listens nowhere. */
class Silent extends Server implements CustomTransportStrategy {
  listen(ready: () => void): void {
    ready();
  }
  close(): void {}
  on(): void {}
  unwrap<T>(): T {
    return undefined as T;
  }
}

const logger = new LogBook();
const warnings = (): string[] => logger.lines.filter((line) => line.includes('No client can hear'));
const moduleWith = (settings: RealtimeModuleOptions = {}, providers: Type[] = []): Type => {
  @Module({ imports: [RealtimeModule.forRoot(settings), RealtimeModule.forFeature([ticks])], providers })
  class AppModule {}
  return AppModule;
};

describe('a broadcast that no client can hear', () => {
  afterEach(async () => {
    await closeApps();
    logger.lines.length = 0;
  });

  it.each([
    ['after', []],
    ['during', [EarlyBird]],
  ] as const)('is told once where a process has no server, %s its boot', async (_when, providers) => {
    const context = await NestFactory.createApplicationContext(moduleWith({}, [...providers]), { logger });
    for (let n = 0; n < 3; n++) await context.get(IRealtimeBroadcaster).broadcast(ticks, n);
    expect(warnings()).toEqual([
      `warn No client can hear the broadcast to "ticks": this process has no HTTP server, as with createApplicationContext(). Broadcast in the process that serves the clients, or pass RealtimeModule.forRoot({ broker }) a broker that reaches it. Where no client is meant to hear, set mode: 'in-memory'. Realtime`,
    ]);
    await context.close();
    expect(warnings()).toHaveLength(1);
  });

  it('is told once where an application closes without having listened', async () => {
    const app = await NestFactory.create(moduleWith({}, [EarlyBird]), { logger });
    await app.init();
    await app.get(IRealtimeBroadcaster).broadcast(ticks, 1);
    expect(warnings()).toEqual([]);
    await app.close();
    expect(warnings()).toEqual([expect.stringContaining('the application did not listen; call app.listen()')]);
  });

  it('is not told again where the server has warned that nothing listens', async () => {
    const app = await NestFactory.create(moduleWith(), { logger });
    await app.init();
    await app.get(IRealtimeBroadcaster).broadcast(ticks, 1);
    const all = (): string[] => logger.lines.filter((line) => line.startsWith('warn'));
    await until(all, ({ length }) => length === 1);
    expect(all()).toEqual([expect.stringContaining('nothing that serves realtime listens')]);
    await app.get(IRealtimeBroadcaster).broadcast(ticks, 1);
    await app.close();
    expect(all()).toHaveLength(1);
  });

  it('is told once in a microservice, beside that it opens no port', async () => {
    const app = await NestFactory.createMicroservice(moduleWith({}, [EarlyBird]), { logger, strategy: new Silent() });
    await app.listen();
    await app.get(IRealtimeBroadcaster).broadcast(ticks, 1);
    await app.close();
    const ours = logger.lines.filter((line) => /no HTTP server/.test(line)).map((line) => line.split(' ')[0]);
    expect(ours).toEqual(['log', 'warn']);
  });

  it('is not told where a server of the application listens that was attached', async () => {
    const app = await NestFactory.create(moduleWith({}, [EarlyBird]), { logger });
    await app.init();
    const server = createServer();
    app.get(IRealtimeServer).attach(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await app.get(IRealtimeBroadcaster).broadcast(ticks, 1);
    await app.close();
    server.close();
    expect(warnings()).toEqual([]);
  });

  it('is not told where the application listens, before or after, or where no client is meant to hear', async () => {
    const app = await boot({ imports: [moduleWith({}, [EarlyBird])] }, { logger });
    await app.broadcast(ticks, 1);
    await app.close();
    const settings: RealtimeModuleOptions[] = [{ mode: 'in-memory' }, { broker: OtherProcesses }];
    for (const each of settings) {
      const context = await NestFactory.createApplicationContext(moduleWith(each), { logger });
      await context.get(IRealtimeBroadcaster).broadcast(ticks, 1);
      await context.close();
    }
    const silent = await NestFactory.createApplicationContext(moduleWith(), { logger });
    await silent.close();
    expect(warnings()).toEqual([]);
  });
});
