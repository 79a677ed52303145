// What must a message pass before its handler? The confirmation of a doubted user, then gate 3.
import { Injectable } from '@nestjs/common';
import { Renewal } from '../revocation/authority.renewal.js';
import type { RealtimeContext } from '../connections/realtime-context.js';
import { Gates } from '../guards/inbound.gates.js';
import { IRealtimeTracer, type SpanOptions } from '../instrumentation/realtime.tracer.js';
import { withSpan } from '../instrumentation/with-span.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';

@Injectable()
export class MessageHandling {
  /** Returns or resolves with the handler's result; throws or rejects with a `RealtimeException`. */
  readonly handle: (context: RealtimeContext) => unknown;

  constructor(
    private readonly gates: Gates,
    renewal: Renewal,
    { requestTimeout }: RealtimeOptions,
    tracer: IRealtimeTracer,
  ) {
    this.handle = withSpan(tracer, spanOf, (context) => {
      const { connection } = context;
      if (!renewal.doubts(connection)) return this.pass(context);
      context.wait();
      return renewal.confirm(connection, requestTimeout).then(() => this.pass(context));
    });
  }

  private pass(context: RealtimeContext): unknown {
    this.gates.message(context);
    const handler = context.match?.registered.messages.get(context.event)?.handler;
    if (handler) return handler.invoke(context);
    throw new RealtimeException('UNKNOWN_EVENT', { reason: 'gate 3 let a message pass that no handler takes' });
  }
}

/** The labels name only a declared message, because a client can make up any other name. */
function spanOf(context: RealtimeContext): SpanOptions {
  const { descriptor, event } = context;
  const labels = {
    ...(descriptor !== null && { channel: descriptor.name }),
    ...(descriptor !== null && Object.hasOwn(descriptor.messages, event) && { event }),
  };
  return {
    op: 'realtime-message',
    name: ['realtime-message', ...Object.values(labels)].join(' '),
    attributes: labels,
    kind: 'server',
    parent: context.trace,
    signal: () => context.signal,
  };
}
