// What must a message pass before its handler? The confirmation of a doubted user, then gate 3.
import { Injectable } from '@nestjs/common';
import { BuiltInMessages } from './built-in.messages.js';
import { Renewal } from '../revocation/authority.renewal.js';
import { CallerContext } from '../connections/caller.context.js';
import type { MessageRequest } from '../connections/message-request.js';
import { Gates } from '../guards/inbound.gates.js';
import { IRealtimeTracer, type SpanOptions } from '../instrumentation/realtime.tracer.js';
import { withSpan } from '../instrumentation/with-span.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';

@Injectable()
export class MessageHandling {
  /** Returns or resolves with the handler's result; throws or rejects with a `RealtimeException`. */
  readonly handle: (context: MessageRequest) => unknown;

  constructor(
    private readonly gates: Gates,
    private readonly builtIn: BuiltInMessages,
    renewal: Renewal,
    private readonly caller: CallerContext,
    { requestTimeout }: RealtimeOptions,
    tracer: IRealtimeTracer,
  ) {
    this.handle = withSpan(tracer, spanOf, (context) => {
      const { live } = context;
      if (!renewal.doubts(live)) return this.pass(context);
      context.wait();
      return renewal.confirm(live, requestTimeout).then(() => this.pass(context));
    });
  }

  private pass(context: MessageRequest): unknown {
    this.gates.message(context);
    const message = context.match?.registered.messages.get(context.message);
    if (message?.whisper || message?.setsMemberData) return this.builtIn.handle(context, message);
    const handler = message?.handler;
    if (handler) return this.caller.run(context.connectionId, () => handler.invoke(context));
    throw new RealtimeException('UNKNOWN_EVENT', { reason: 'gate 3 let a message pass that no handler takes' });
  }
}

/** The labels name only a declared message, because a client can make up any other name. */
function spanOf(context: MessageRequest): SpanOptions {
  const { descriptor, message } = context;
  const labels = {
    ...(descriptor !== null && { channel: descriptor.name }),
    ...(descriptor !== null && Object.hasOwn(descriptor.messages, message) && { event: message }),
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
