// Which trace does a client's request belong to? Trace context comes from outside, so it is ignored if it is not well-formed.
import { type Context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { TraceCarrier } from '../instrumentation/realtime.tracer.js';

/** Most characters of either value. W3C requires no more of a `tracestate` to be kept. */
const MAX_LENGTH = 512;
/** Version, trace id, parent id, flags; later versions may add more. The propagator refuses ids of zeros. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]([0-9a-f])(-.*)?$/;
const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * The context in which a client's request begins: that of the trace it names, else an empty one. The active context of the process is
 * not its parent. Never throws.
 *
 * Security note: reads client data. Only matched values reach the propagator, so baggage cannot come in.
 */
export function contextOfClient(carrier: TraceCarrier | null | undefined): Context {
  const parent = match(TRACEPARENT, carrier?.traceparent);
  if (parent === null) return ROOT_CONTEXT;
  const sampled = Number.parseInt(parent[3], 16) & 1;
  const traceparent = `00-${parent[1]}-${parent[2]}-0${sampled}`;
  const tracestate = match(PRINTABLE, carrier?.tracestate)?.[0];
  return propagation.extract(ROOT_CONTEXT, tracestate === undefined ? { traceparent } : { traceparent, tracestate });
}

function match(form: RegExp, value: unknown): RegExpExecArray | null {
  return typeof value === 'string' && value.length <= MAX_LENGTH ? form.exec(value) : null;
}
