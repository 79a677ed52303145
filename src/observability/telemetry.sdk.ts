// Which OpenTelemetry SDK does the demo run with? One that Prometheus can scrape; the libraries use only the API.
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import {
  AlwaysOffSampler,
  BasicTracerProvider,
  ConsoleSpanExporter,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';

/** Registers itself when constructed, before the application is initialised. An SDK that was registered earlier stays. */
@Injectable()
export class Telemetry implements OnApplicationShutdown {
  /** Answers on a route of the application, instead of a port of its own. */
  readonly prometheus = new PrometheusExporter({ preventServerStart: true });
  private readonly meters = new MeterProvider({ readers: [this.prometheus] });
  private readonly tracers = tracerProvider(process.env.OTEL_TRACES_EXPORTER);

  constructor() {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    metrics.setGlobalMeterProvider(this.meters);
    trace.setGlobalTracerProvider(this.tracers);
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.meters.shutdown(), this.tracers.shutdown()]);
  }
}

/** Trace context is always passed on; spans are recorded only with an exporter. */
function tracerProvider(exporter: string | undefined): BasicTracerProvider {
  return exporter === 'console'
    ? new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(new ConsoleSpanExporter())] })
    : new BasicTracerProvider({ sampler: new AlwaysOffSampler() });
}
