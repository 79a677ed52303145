// How do spans reach OpenTelemetry? Through its API alone; who listens is the application's business.
import { type Attributes, context, type Span, SpanKind, trace } from '@opentelemetry/api';
import { Injectable } from '@nestjs/common';
import { IRealtimeTracer, type SpanOptions } from '../instrumentation/realtime.tracer.js';
import { RealtimeException } from '../realtime.exception.js';
import { recordError } from './span-error.js';
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
    const options = { kind: KINDS[kind ?? 'internal'], attributes: qualified(op, attributes) };
    const open = new OpenSpan(this.tracer.startSpan(name, options, cause));
    try {
      const result = context.with(trace.setSpan(cause, open.span), run);
      if (!(result instanceof Promise)) {
        open.end();
        return result;
      }
      result.then(
        () => open.end(),
        (error: unknown) => open.fail(error),
      );
      if (signal !== undefined && open.span.isRecording()) open.endWith(signal());
      return result;
    } catch (error) {
      open.fail(error);
      throw error;
    }
  }
}

/** Ends once, whichever comes first: its work, or the signal that nobody waits for it any more. */
class OpenSpan {
  private ended = false;

  constructor(readonly span: Span) {}

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.span.end();
  }

  fail(error: unknown): void {
    if (!this.ended) recordError(this.span, error);
    this.end();
  }

  endWith(signal: AbortSignal): void {
    const abandon = (): void => {
      const reason: unknown = signal.reason;
      if (reason instanceof RealtimeException) return this.fail(reason);
      // The client has gone: nobody failed, and nobody will be answered.
      if (!this.ended) this.span.addEvent('realtime.abandoned');
      this.end();
    };
    if (signal.aborted) abandon();
    else signal.addEventListener('abort', abandon, { once: true });
  }
}

const KINDS = { server: SpanKind.SERVER, producer: SpanKind.PRODUCER, internal: SpanKind.INTERNAL } as const;

function qualified(op: string, attributes: SpanOptions['attributes']): Attributes {
  const labels: Attributes = { 'realtime.op': op };
  for (const key in attributes) labels[`realtime.${key}`] = attributes[key];
  return labels;
}
