// Where do spans go? A port with a default that does nothing (docs/decisions/0009).

/** Trace context of a client, in the form of W3C Trace Context. */
export interface TraceCarrier {
  readonly traceparent?: unknown;
  readonly tracestate?: unknown;
}

/** Names and labels of one span. Labels have bounded cardinality: templates, never concrete names. */
export interface SpanOptions {
  /** The kind of work: `realtime-connect`, `-subscribe`, `-message`, `-gate`, `-handler`, `-snapshot`, `-broadcast`, `-deliver`, `-bridge`. */
  readonly op: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** `server` for a request of a client, which begins a trace; `producer` for a broadcast, `consumer` for what came from another node. Default: internal work within another span. */
  readonly kind?: 'server' | 'producer' | 'consumer';
  /** The trace context that the client or the other node sent. It is not validated: ignore it if it is not well-formed. */
  readonly parent?: TraceCarrier | null;
  /** When it aborts, the span ends with its reason, although the work may continue. Called only if the span is recorded. */
  readonly signal?: () => AbortSignal;
}

/** Implementations must return what `run` returns and rethrow what it throws. */
export abstract class IRealtimeTracer {
  abstract span<Result>(options: SpanOptions, run: () => Result): Result;
  /** The active span as a `traceparent` of W3C Trace Context, which other nodes continue; undefined if there is none. */
  traceparent?(): string | undefined;
}

/** Traces nothing. With it, `withSpan` returns the function itself. */
export class NoopTracer extends IRealtimeTracer {
  override span<Result>(_options: SpanOptions, run: () => Result): Result {
    return run();
  }
}
