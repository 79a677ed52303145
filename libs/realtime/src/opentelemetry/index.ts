export { OpenTelemetryTracer } from './opentelemetry.tracer.js';
export { RealtimeMetrics } from './realtime.metrics.js';
export { RealtimeOpenTelemetryModule } from './realtime-opentelemetry.module.js';
