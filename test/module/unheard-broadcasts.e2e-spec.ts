// Who learns of a broadcast that no client can ever hear? The log, once, with what to do.
import { afterEach, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type OnApplicationBootstrap, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  defineRealtimeChannel,
  IRealtimeBroadcaster,
  RealtimeModule,
  type RealtimeModuleOptions,
} from 'nestjs-realtime';
import { type EncodedEvent, IRealtimeBroker } from 'nestjs-realtime/adapters';
import { z } from 'zod';
import { boot, closeApps } from '../kit/boot.js';
import { LogBook } from '../kit/log-book.js';
import { until } from '../kit/until.js';

const ticks = defineRealtimeChannel({ name: 'ticks', scope: 'public', payload: z.number() });

@Injectable()
class EarlyBird implements OnApplicationBootstrap {
  constructor(private readonly realtime: IRealtimeBroadcaster) {}
  async onApplicationBootstrap(): Promise<void> {
    await this.realtime.broadcast(ticks, 0);
  }
}
class OtherProcesses extends IRealtimeBroker {
  override start(): void {}
  override stop(): void {}
  override publish(_event: EncodedEvent): number {
    return 0;
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
    expect(warnings()).toEqual([expect.stringContaining('the application does not listen; call app.listen()')]);
  });

  it('is told once where an application does not listen in time', async () => {
    const app = await NestFactory.create(moduleWith(), { logger });
    await app.init();
    await app.get(IRealtimeBroadcaster).broadcast(ticks, 1);
    await until(warnings, ({ length }) => length === 1);
    await app.get(IRealtimeBroadcaster).broadcast(ticks, 1);
    await app.close();
    expect(warnings()).toHaveLength(1);
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
