// What does a span tell of an error? Refusals are answers; only what nobody meant is a failure.
import { type Span, SpanStatusCode } from '@opentelemetry/api';
import { InternalError } from '../instrumentation/with-capture.js';
import { RealtimeException } from '../realtime.exception.js';

const MAX_LENGTH = 200;

/** Errors whose cause an inner span has told already: one accident is one exception event. */
const told = new WeakSet<RealtimeException>();

/** Never throws, whatever was thrown. */
export function recordError(span: Span, error: unknown): void {
  if (!(error instanceof RealtimeException)) return recordFailure(span, error, true);
  span.setAttribute('realtime.code', error.code);
  if (error instanceof InternalError) span.setAttribute('realtime.correlation_id', error.correlationId);
  if (error.code === 'INTERNAL') recordFailure(span, error.cause ?? error, !told.has(error));
  // Something the server needs is down: no failure of ours, but whoever reads the trace wants to know what.
  else if (error.code === 'UNAVAILABLE' && error.cause !== undefined && !told.has(error)) {
    span.recordException(exceptionOf(error.cause));
  }
  told.add(error);
}

function recordFailure(span: Span, error: unknown, isNews: boolean): void {
  const exception = exceptionOf(error);
  if (isNews) span.recordException(exception);
  const message = typeof exception === 'string' ? exception : exception.message;
  span.setStatus({ code: SpanStatusCode.ERROR, message: String(message).slice(0, MAX_LENGTH) });
}

function exceptionOf(error: unknown): Error | string {
  if (error instanceof Error) return error;
  try {
    return `Thrown value: ${String(error).slice(0, MAX_LENGTH)}`;
  } catch {
    return 'Thrown value that has no text';
  }
}
