import { Controller, Get } from '@nestjs/common';
import { HealthCheck, type HealthCheckResult, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { Test } from '@nestjs/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  defineRealtimeChannel,
  RealtimeChannel,
  RealtimeHandler,
  RealtimeHealthIndicator,
  RealtimeModule,
} from 'nestjs-realtime';
import { z } from 'zod';
import { boot, closeApps, HTTP_ADAPTERS, type TestApp } from '../kit/boot.js';
import { Latch } from '../kit/latch.js';

const work = defineRealtimeChannel({ name: 'work', scope: 'public', message: z.null() });
let entered = new Latch();
let released = new Latch();

@RealtimeChannel(work)
class OnWork {
  @RealtimeHandler()
  async handle(): Promise<void> {
    entered.open();
    await released.opened;
  }
}

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly realtime: RealtimeHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  check(): Promise<HealthCheckResult> {
    return this.health.check([() => this.realtime.isHealthy(), () => this.realtime.isHealthy('again')]);
  }
}

const MODULE = {
  imports: [RealtimeModule.forRoot(), TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController],
  providers: [OnWork],
};

async function healthOf(app: TestApp): Promise<{ status: number; body: any }> {
  const response = await fetch(`${app.url}/health`, { headers: { connection: 'close' } });
  return { status: response.status, body: await response.json() };
}

afterEach(closeApps);

/** What every answer of a node says of it and of its broker. */
const OF_NODE = {
  nodeId: expect.stringMatching(/-[a-z]{6}$/),
  fanOut: 'fast',
  broker: { state: 'ok', since: expect.stringMatching(/Z$/) },
};

describe.each(HTTP_ADAPTERS)('the health indicator, over HTTP on %s', (http) => {
  it('is up while connections are admitted', async () => {
    const app = await boot(MODULE, { http });
    await app.connect();
    expect(await healthOf(app)).toEqual({
      status: 200,
      body: {
        status: 'ok',
        error: {},
        info: {
          realtime: { status: 'up', state: 'accepting', connections: 1, ...OF_NODE },
          again: { status: 'up', state: 'accepting', connections: 1, ...OF_NODE },
        },
        details: expect.anything(),
      },
    });
  });

  it('is down while the application drains', async () => {
    [entered, released] = [new Latch(), new Latch()];
    const app = await boot(MODULE, { http });
    const client = await app.connect();
    await client.subscribe('work');
    const reply = client.send('work', 'message', null);
    await entered.opened;

    const closed = app.nest.close();
    await client.next('rt:bye');
    const { status, body } = await healthOf(app);
    released.open();
    await closed;

    expect(status).toBe(503);
    expect(body.error.realtime).toEqual({ status: 'down', state: 'draining', connections: 1, ...OF_NODE });
    expect(await reply).toMatchObject({ ok: true });
  });
});

describe('the health indicator', () => {
  it('is down where the server does not listen', async () => {
    const app = await Test.createTestingModule({ imports: [RealtimeModule.forRoot()] }).compile();
    expect(await app.get(RealtimeHealthIndicator).isHealthy('live')).toEqual({
      live: { status: 'down', state: 'closed', connections: 0, ...OF_NODE },
    });
    await app.close();
  });
});
