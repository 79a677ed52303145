// How does an application get realtime's metrics? The module it imports beside RealtimeModule.
import { type DynamicModule, Module } from '@nestjs/common';
import { RealtimeMetrics } from './realtime.metrics.js';

/**
 * Metrics of this node for whatever OpenTelemetry SDK is registered before the application has bootstrapped.
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
