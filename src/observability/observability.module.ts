// How is the demo observed? By metrics for Prometheus, and by a trace of each HTTP request that includes its broadcasts.
import { type MiddlewareConsumer, Module, type NestModule } from '@nestjs/common';
import { OwnHostGuard } from 'nestjs-realtime';
import { RealtimeOpenTelemetryModule } from 'nestjs-realtime/opentelemetry';
import { HttpTraceMiddleware } from './http-trace.middleware.js';
import { MetricsController } from './metrics.controller.js';
import { Telemetry } from './telemetry.sdk.js';

@Module({
  imports: [RealtimeOpenTelemetryModule.forRoot()],
  controllers: [MetricsController],
  providers: [Telemetry, OwnHostGuard],
})
export class ObservabilityModule implements NestModule {
  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(HttpTraceMiddleware).forRoutes('{*path}');
  }
}
