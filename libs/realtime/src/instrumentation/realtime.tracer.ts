// Where do spans go? A port with a default that does nothing (docs/decisions/0009).

/** Trace context in the form of W3C Trace Context, as a client may send it along. */
export interface TraceCarrier {
  readonly traceparent?: unknown;
  readonly tracestate?: unknown;
}

/** Names and labels of one span; labels are of bounded cardinality: templates, never concrete names. */
export interface SpanOptions {
  /** What kind of work: `realtime-connect`, `-subscribe`, `-message`, `-gate`, `-handler`, `-broadcast`, `-bridge`. */
  readonly op: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** `server` for what a client asks for, which begins a trace; `producer` for what goes out to many. Default: work of ours within another span. */
  readonly kind?: 'server' | 'producer';
  /** What caused it, in the client's own words. Every byte comes from outside: what is not well-formed must be ignored. */
  readonly parent?: TraceCarrier | null;
  /** When it aborts, the span ends with its reason, though the work may go on. Asked for only where the span is recorded. */
  readonly signal?: () => AbortSignal;
}

/** Implementations must return what `run` returns and let its errors through. */
export abstract class IRealtimeTracer {
  abstract span<Result>(options: SpanOptions, run: () => Result): Result;
}

/** Traces nothing and costs nothing: `withSpan` leaves functions as they are. */
export class NoopTracer extends IRealtimeTracer {
  override span<Result>(_options: SpanOptions, run: () => Result): Result {
    return run();
  }
}
