// Does the trace of a domain event lead from the HTTP request over the bus and the bridge to the broadcast?
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, type MiddlewareConsumer, Module, type NestModule, Param, Post } from '@nestjs/common';
import { CqrsModule, EventBus } from '@nestjs/cqrs';
import { SpanKind, SpanStatusCode } from '@opentelemetry/api';
import { defineRealtimeChannel, RealtimeModule } from 'nestjs-realtime';
import { forward, RealtimeCqrsModule } from 'nestjs-realtime/cqrs';
import { OpenTelemetryTracer, RealtimeOpenTelemetryModule } from 'nestjs-realtime/opentelemetry';
import { z } from 'zod';
import { HttpTraceMiddleware } from '../../src/observability/http-trace.middleware.js';
import { boot, closeApps, type TestApp } from '../kit/boot.js';
import { Recorder } from './recorder.js';

const roomChannel = defineRealtimeChannel({
  name: 'rooms.{roomId}',
  scope: 'public',
  events: { said: z.object({ text: z.string() }) },
});

class Spoken {
  constructor(readonly text: string) {}
}

const bridge = forward(Spoken).to(roomChannel, 'said', async ({ text }) => {
  if (text === 'nothing') throw new TypeError('nothing was said');
  return { params: { roomId: '42' }, payload: { text } };
});

@Controller('speak/:text')
class SpeechController {
  constructor(private readonly events: EventBus) {}

  @Post()
  speak(@Param('text') text: string): void {
    this.events.publish(new Spoken(text));
  }
}

@Module({
  imports: [
    CqrsModule.forRoot(),
    RealtimeModule.forRoot({ tracer: OpenTelemetryTracer }),
    RealtimeModule.forFeature([roomChannel]),
    RealtimeCqrsModule.forRoot({ allowlist: [bridge] }),
    RealtimeOpenTelemetryModule.forRoot(),
  ],
  controllers: [SpeechController],
})
class SpeechModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(HttpTraceMiddleware).forRoutes('{*path}');
  }
}

describe('the trace of a domain event', () => {
  let recorder: Recorder;
  let app: TestApp;

  beforeAll(async () => {
    recorder = new Recorder();
    app = await boot({ imports: [SpeechModule] });
  });
  afterAll(async () => {
    await closeApps();
    await recorder.stop();
  });

  const speak = (text: string): Promise<Response> => fetch(`${app.url}/speak/${text}`, { method: 'POST' });

  it('leads from the request that published it over the bridge to the broadcast', async () => {
    await speak('hello');
    const [request, bridged, broadcast] = [
      await recorder.span('POST /speak/:text'),
      await recorder.span('realtime-bridge Spoken'),
      await recorder.span('realtime-broadcast rooms.{roomId} said'),
    ];
    expect(bridged.parentSpanContext?.spanId).toBe(request.spanContext().spanId);
    expect(broadcast.parentSpanContext?.spanId).toBe(bridged.spanContext().spanId);
    expect(bridged.kind).toBe(SpanKind.INTERNAL);
    expect(bridged.attributes).toMatchObject({ 'realtime.channel': 'rooms.{roomId}', 'realtime.event': 'said' });
  });

  it('ends at the mapper that threw, and the metrics count it', async () => {
    recorder.forget();
    await speak('nothing');
    const bridged = await recorder.span('realtime-bridge Spoken');
    expect(bridged.status).toEqual({ code: SpanStatusCode.ERROR, message: 'nothing was said' });
    const points = (await recorder.collect())['realtime.server.bridge.events'];
    expect(points.map(({ labels, value }) => [labels['realtime.outcome'], value]).sort()).toEqual([
      ['failed', 1],
      ['forwarded', 1],
    ]);
  });
});
