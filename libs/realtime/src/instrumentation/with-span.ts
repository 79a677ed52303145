// How are gates and handlers traced? Each call runs in a span, outside of `withCapture` (docs/decisions/0009).
import { type IRealtimeTracer, NoopTracer, type SpanOptions } from './realtime.tracer.js';

/** Wraps a function so that each call runs in a span. Wrap once at boot. Options that depend on the arguments are a function, which must not throw. */
export function withSpan<Args extends unknown[], Result>(
  tracer: IRealtimeTracer,
  options: SpanOptions | ((...args: Args) => SpanOptions),
  run: (...args: Args) => Result,
): (...args: Args) => Result {
  if (tracer.constructor === NoopTracer) return run;
  return typeof options === 'function'
    ? (...args) => tracer.span(options(...args), () => run(...args))
    : (...args) => tracer.span(options, () => run(...args));
}
