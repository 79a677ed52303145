// How do spans reach OpenTelemetry? Through its API only; the application registers an SDK.
import { type Attributes, type Context, context, diag, isSpanContextValid, SpanKind, trace } from '@opentelemetry/api';
import { Injectable } from '@nestjs/common';
import { IRealtimeTracer, type SpanOptions } from '../instrumentation/realtime.tracer.js';
import { OpenSpan } from './open-span.js';
import { contextOfClient } from './trace-context.js';

/**
 * Creates OpenTelemetry spans for gates, handlers and broadcasts. Without a registered SDK they are dropped.
 *
 * @example RealtimeModule.forRoot({ tracer: OpenTelemetryTracer })
 */
@Injectable()
export class OpenTelemetryTracer extends IRealtimeTracer {
  private readonly tracer = trace.getTracer('nestjs-realtime');

  override span<Result>({ op, name, attributes, kind, parent, signal }: SpanOptions, run: () => Result): Result {
    const cause = kind === 'server' || kind === 'consumer' ? contextOfClient(parent) : context.active();
    const labels = qualified(op, attributes);
    const span = this.tracer.startSpan(name, { kind: KINDS[kind ?? 'internal'], attributes: labels }, cause);
    const within = trace.setSpan(cause, span);
    const open = new OpenSpan(span, (error, more) => this.report(within, error, { ...labels, ...more }));
    try {
      const result = context.with(within, run);
      if (!(result instanceof Promise)) {
        open.end();
        return result;
      }
      result.then(
        () => open.end(),
        (error: unknown) => open.fail(error),
      );
      if (signal !== undefined && span.isRecording()) open.endWith(signal());
      return result;
    } catch (error) {
      open.fail(error);
      throw error;
    }
  }

  override traceparent(): string | undefined {
    const span = trace.getSpanContext(context.active());
    if (span === undefined || !isSpanContextValid(span)) return undefined;
    return `00-${span.traceId}-${span.spanId}-0${span.traceFlags & 1}`;
  }

  /**
   * Called once for every unexpected error, sampled or not, while the error's span is active. Does nothing by default: override it to
   * report to an error tracker.
   * @param _error the thrown value.
   * @param _attributes of its span: `realtime.op`, and `realtime.channel`, `realtime.event`, `realtime.correlation_id` if it has them.
   */
  protected failed(_error: unknown, _attributes: Attributes): void {}

  private report(within: Context, error: unknown, attributes: Attributes): void {
    try {
      context.with(within, () => this.failed(error, attributes));
    } catch (fault) {
      diag.error('OpenTelemetryTracer.failed() threw', fault);
    }
  }
}

const KINDS = {
  server: SpanKind.SERVER,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

function qualified(op: string, attributes: SpanOptions['attributes']): Attributes {
  const labels: Attributes = { 'realtime.op': op };
  for (const key in attributes) labels[`realtime.${key}`] = attributes[key];
  return labels;
}
