// Which trace does a client say it is in? Trace context comes from outside: what is not well-formed is as if it had not been sent.
import { type Context, propagation, ROOT_CONTEXT } from '@opentelemetry/api';
import type { TraceCarrier } from '../instrumentation/realtime.tracer.js';

/** Most characters of either value; W3C obliges nobody to keep more of a `tracestate`. */
const MAX_LENGTH = 512;
/** Version, trace id, parent id, flags; versions to come may add more. Ids of zeros are left to the propagator. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]([0-9a-f])(-.*)?$/;
const PRINTABLE = /^[\x20-\x7e]+$/;

/**
 * The context that a client's request begins in: that of the trace it names, else an empty one. What the process happens to be
 * doing is not its cause. Never throws.
 *
 * Security note: reads client data. Only what has been matched reaches the propagator, so baggage cannot come in.
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
