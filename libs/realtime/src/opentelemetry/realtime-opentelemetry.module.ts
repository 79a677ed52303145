// How does an application get realtime's metrics? With a module that it imports beside RealtimeModule.
import { type DynamicModule, Module } from '@nestjs/common';
import { RealtimeMetrics } from './realtime.metrics.js';

/**
 * Metrics of this node for the OpenTelemetry SDK. Register the SDK before the application bootstraps.
 *
 * @example
 * imports: [RealtimeModule.forRoot({ tracer: OpenTelemetryTracer }), RealtimeOpenTelemetryModule.forRoot()]
 */
@Module({})
export class RealtimeOpenTelemetryModule {
  static forRoot(): DynamicModule {
    return { module: RealtimeOpenTelemetryModule, providers: [RealtimeMetrics], exports: [RealtimeMetrics] };
  }
}
