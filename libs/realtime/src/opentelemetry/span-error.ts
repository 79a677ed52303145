// What does a span tell of an error? Refusals are answers; only what nobody meant is a failure.
import { type Attributes, type Span, SpanStatusCode } from '@opentelemetry/api';
import { InternalError } from '../instrumentation/internal-error.js';
import { RealtimeException } from '../realtime.exception.js';

const MAX_LENGTH = 200;

/** Errors whose cause an inner span has told already: one accident is one exception event. */
const told = new WeakSet<RealtimeException>();

/** What nobody meant, and no inner span has told of. */
export interface Accident {
  /** As it was thrown. */
  readonly error: unknown;
  /** `realtime.code` and `realtime.correlation_id`, where it has become an answer. */
  readonly attributes: Attributes;
}

/** Never throws, whatever was thrown. */
export function recordError(span: Span, error: unknown): Accident | null {
  if (!(error instanceof RealtimeException)) return recordFailure(span, error, {}, true);
  const attributes: Attributes = { 'realtime.code': error.code };
  if (error instanceof InternalError) attributes['realtime.correlation_id'] = error.correlationId;
  span.setAttributes(attributes);
  const isNews = !told.has(error);
  told.add(error);
  if (error.code === 'INTERNAL') return recordFailure(span, error.cause ?? error, attributes, isNews);
  // Something the server needs is down: no failure of ours, but whoever reads the trace wants to know what.
  if (error.code === 'UNAVAILABLE' && error.cause !== undefined && isNews)
    span.recordException(exceptionOf(error.cause));
  return null;
}

function recordFailure(span: Span, error: unknown, attributes: Attributes, isNews: boolean): Accident | null {
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
