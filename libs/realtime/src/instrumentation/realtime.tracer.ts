// Where do spans go? A port with a default that does nothing (ADR-014's tracer).

/** Names and labels of one span; labels are of bounded cardinality: templates, never concrete names. */
export interface SpanOptions {
  /** What kind of work: `realtime-gate`, `realtime-handler`, `realtime-broadcast`. */
  readonly op: string;
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
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
