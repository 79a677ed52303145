// How do spans reach OpenTelemetry? Through its API alone; who listens is the application's business.
import { type Attributes, type Context, context, diag, SpanKind, trace } from '@opentelemetry/api';
import { Injectable } from '@nestjs/common';
import { IRealtimeTracer, type SpanOptions } from '../instrumentation/realtime.tracer.js';
import { OpenSpan } from './open-span.js';
import { contextOfClient } from './trace-context.js';

/**
 * Makes OpenTelemetry spans of what passes the gates. Where no SDK is registered they go nowhere.
 *
 * @example RealtimeModule.forRoot({ tracer: OpenTelemetryTracer })
 */
@Injectable()
export class OpenTelemetryTracer extends IRealtimeTracer {
  private readonly tracer = trace.getTracer('nestjs-realtime');

  override span<Result>({ op, name, attributes, kind, parent, signal }: SpanOptions, run: () => Result): Result {
    const cause = kind === 'server' ? contextOfClient(parent) : context.active();
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

  /**
   * Told of every error that nobody meant, once, whether its trace is sampled or not, while its span is the active one. Does nothing:
   * override it to tell a tracker of errors.
   * @param _error as it was thrown.
   * @param _attributes of its span: `realtime.op`, `realtime.channel`, `realtime.event`, `realtime.correlation_id`, where there are any.
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

const KINDS = { server: SpanKind.SERVER, producer: SpanKind.PRODUCER, internal: SpanKind.INTERNAL } as const;

function qualified(op: string, attributes: SpanOptions['attributes']): Attributes {
  const labels: Attributes = { 'realtime.op': op };
  for (const key in attributes) labels[`realtime.${key}`] = attributes[key];
  return labels;
}
