// The outer half of the sandwich around gates and handlers (docs/decisions/0009).
import { type IRealtimeTracer, NoopTracer, type SpanOptions } from './realtime.tracer.js';

/** The function, each call of it in a span. Wrap once at boot. Options that differ from call to call are made of its arguments, and must not throw. */
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
