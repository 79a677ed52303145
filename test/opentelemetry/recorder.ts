// What reaches OpenTelemetry? A real SDK that keeps spans in memory and is asked for metrics by the test.
import { context, metrics, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { PrometheusExporter, PrometheusSerializer } from '@opentelemetry/exporter-prometheus';
import { type HistogramMetricData, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { until } from '../kit/until.js';

class OnDemand extends MetricReader {
  protected override async onShutdown(): Promise<void> {}
  protected override async onForceFlush(): Promise<void> {}
}

export interface Point {
  readonly labels: Readonly<Record<string, unknown>>;
  readonly value: number;
}

export class Recorder {
  private readonly exporter = new InMemorySpanExporter();
  private readonly reader = new OnDemand();
  private readonly tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(this.exporter)] });
  private readonly prometheus = new PrometheusExporter({ preventServerStart: true });
  private readonly meters = new MeterProvider({ readers: [this.reader, this.prometheus] });

  /** Registers with the API; before the application boots. */
  constructor() {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(this.tracers);
    metrics.setGlobalMeterProvider(this.meters);
  }

  /** Spans that have ended, in that order. */
  get spans(): ReadableSpan[] {
    return this.exporter.getFinishedSpans();
  }

  forget(): void {
    this.exporter.reset();
  }

  /** The one ended span of this name; waits for it. */
  async span(name: string): Promise<ReadableSpan> {
    const found = await until(
      () => this.spans.filter((span) => span.name === name),
      (spans) => spans.length > 0,
    ).catch(() => {
      throw new Error(`No span "${name}" among ${JSON.stringify(this.spans.map((span) => span.name))}`);
    });
    if (found.length > 1) throw new Error(`${found.length} spans "${name}"`);
    return found[0];
  }

  /** One collection: points by name of the metric; of a histogram the count. */
  async collect(): Promise<Record<string, Point[]>> {
    const { resourceMetrics, errors } = await this.reader.collect();
    if (errors.length > 0) throw errors[0];
    const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    return Object.fromEntries(
      all.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        (dataPoints as HistogramMetricData['dataPoints']).map(({ attributes, value }) => ({
          labels: attributes,
          value: typeof value === 'number' ? value : value.count,
        })),
      ]),
    );
  }

  /** One collection as the official exporter answers Prometheus, a line each. */
  async scrape(): Promise<string[]> {
    const { resourceMetrics, errors } = await this.prometheus.collect();
    if (errors.length > 0) throw errors[0];
    return new PrometheusSerializer().serialize(resourceMetrics).split('\n');
  }

  async stop(): Promise<void> {
    await Promise.all([this.tracers.shutdown(), this.meters.shutdown()]);
    for (const api of [context, propagation, trace, metrics]) api.disable();
  }
}
