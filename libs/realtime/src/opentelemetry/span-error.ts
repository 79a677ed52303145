// How does a span record an error? A refusal as an answer, and an unexpected error as a failure.
import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';
import { InternalError } from '../instrumentation/internal-error.js';
import { RealtimeException } from '../realtime.exception.js';

const MAX_LENGTH = 200;

/** Errors that an inner span has recorded already: one failure is one exception event. */
const recorded = new WeakSet<RealtimeException>();

/** An unexpected error that no inner span has recorded. */
export interface Failure {
  /** The thrown value. */
  readonly error: unknown;
  /** `realtime.code` and `realtime.correlation_id`, if the error has become an answer. */
  readonly attributes: Attributes;
}

/** Never throws. Returns the failure if it is to be reported, else null. */
export function recordError(span: Span, error: unknown): Failure | null {
  if (!(error instanceof RealtimeException)) return recordFailure(span, error, {}, true);
  const attributes: Attributes = { 'realtime.code': error.code };
  if (error instanceof InternalError) attributes['realtime.correlation_id'] = error.correlationId;
  span.setAttributes(attributes);
  const isNews = !recorded.has(error);
  recorded.add(error);
  if (error.code === 'INTERNAL') return recordFailure(span, error.cause ?? error, attributes, isNews);
  // A dependency of the server is down. That is no failure of the layer, but the trace names the cause.
  if (error.code === 'UNAVAILABLE' && error.cause !== undefined && isNews)
    span.recordException(exceptionOf(error.cause));
  return null;
}

function recordFailure(span: Span, error: unknown, attributes: Attributes, isNews: boolean): Failure | null {
  const exception = exceptionOf(error);
  if (isNews) span.recordException(exception);
  const message = typeof exception === 'string' ? exception : exception.message;
  span.setStatus({ code: SpanStatusCode.ERROR, message: String(message).slice(0, MAX_LENGTH) });
  return isNews ? { error, attributes } : null;
}

function exceptionOf(error: unknown): Error | string {
  if (error instanceof Error) return error;
  try {
    return `Thrown value: ${String(error).slice(0, MAX_LENGTH)}`;
  } catch {
    return 'Thrown value that has no text';
  }
}
