// How does a trace lead from a broadcast to the nodes that deliver it? Each delivery is a span below that of the broadcast.
import type { EncodedEvent } from '../connections/encoded-event.js';
import type { IRealtimeServer } from '../connections/realtime.server.js';
import type { IRealtimeTracer, SpanOptions } from '../instrumentation/realtime.tracer.js';
import { withSpan } from '../instrumentation/with-span.js';

/** Delivers an event that came from the broker; `channel` is the name template. */
export type Deliver = (event: EncodedEvent, channel: string) => number;

/** An event whose broadcast was not traced makes no span. */
export function tracedDelivery(tracer: IRealtimeTracer, server: IRealtimeServer): Deliver {
  const deliver: Deliver = (event) => server.deliver(event);
  const traced = withSpan(tracer, spanOf, deliver);
  return (event, channel) => (event.trace === undefined ? server.deliver(event) : traced(event, channel));
}

/** The name of an event that is skipped is not declared here. */
function spanOf({ event, isSkipped, trace }: EncodedEvent, channel: string): SpanOptions {
  const attributes: Record<string, string> = { channel, ...(isSkipped !== true && { event }) };
  const name = ['realtime-deliver', ...Object.values(attributes)].join(' ');
  return { op: 'realtime-deliver', name, attributes, kind: 'consumer', parent: { traceparent: trace } };
}
