// How does a message reach its handler? rt:message.
import { Injectable, Logger } from '@nestjs/common';
import type { RefusalCode } from '@nestjs-realtime/contract';
import { Renewal } from '../revocation/authority.renewal.js';
import { RealtimeCounters } from '../connections/realtime.counters.js';
import { RealtimeContext } from '../connections/realtime-context.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import { Gates } from '../guards/inbound.gates.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { IRealtimeTracer, type SpanOptions } from '../instrumentation/realtime.tracer.js';
import { internalError } from '../instrumentation/internal-error.js';
import { withSpan } from '../instrumentation/with-span.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeHooks } from '../realtime.hooks.js';
import { RealtimeOptions } from '../realtime.options.js';
import { Deadlines } from './deadlines.js';
import { MessageStanding } from './message.standing.js';
import { type MessageService, MessageTask } from './message-task.js';
import type { PendingRequest } from './pending-request.js';
import { parseMessage, type ParsedMessage } from './request-frames.js';

/** Serves messages. Answers every request once, within the request timeout, and never throws. */
@Injectable()
export class MessageRequests implements MessageService {
  private readonly logger = new Logger('Realtime');
  /** Gate 3, then the handler. */
  readonly handle: (context: RealtimeContext) => unknown;
  readonly deadlines: Deadlines;

  constructor(
    private readonly gates: Gates,
    private readonly standing: MessageStanding,
    private readonly renewal: Renewal,
    private readonly refusals: RefusalLog,
    private readonly counters: RealtimeCounters,
    private readonly hooks: RealtimeHooks,
    private readonly options: RealtimeOptions,
    tracer: IRealtimeTracer,
  ) {
    this.deadlines = new Deadlines(options.requestTimeout);
    this.handle = withSpan(tracer, spanOf, (context) => {
      const { connection } = context;
      if (!this.renewal.doubts(connection)) return this.pass(context);
      context.wait();
      return this.renewal.confirm(connection, options.requestTimeout).then(() => this.pass(context));
    });
  }

  message(connection: RealtimeConnection, frame: unknown, pending: PendingRequest): void {
    const parsed = parseMessage(frame);
    if (parsed === null) return this.refuse(connection, pending, new RealtimeException('BAD_REQUEST'));
    if (!connection.slots.enter(this.slots))
      return this.refuse(connection, pending, new RealtimeException('OVERLOADED'), parsed);
    new MessageTask(this, connection, parsed, pending).queue();
  }

  get slots(): number {
    return this.options.limits.handlersInFlight;
  }

  contextOf(connection: RealtimeConnection, message: ParsedMessage): RealtimeContext {
    const match = connection.subscriptions.get(message.channel) ?? null;
    return new RealtimeContext(connection, message, match, this.standing);
  }

  forget(context: RealtimeContext): void {
    this.standing.forget(context);
  }

  /** What no gate and no handler meant is an internal error. */
  refusalOf(error: unknown, connection: RealtimeConnection, { channel, event }: ParsedMessage): RealtimeException {
    const refusal =
      error instanceof RealtimeException ? error : internalError(this.logger, `the reply on channel ${channel}`, error);
    this.refusals.record(refusal, { gate: 'message', connection, channel, event });
    return refusal;
  }

  begun(): number {
    this.counters.inFlight++;
    return this.hooks.hears('handled') ? performance.now() : 0;
  }

  ended({ connection, descriptor, channel, event }: RealtimeContext, code: RefusalCode | null, begunAt: number): void {
    this.counters.inFlight--;
    if (descriptor === null || begunAt === 0) return;
    const milliseconds = performance.now() - begunAt;
    this.hooks.emit('handled', () => ({ connection, descriptor, channel, event, code, milliseconds }));
  }

  private pass(context: RealtimeContext): unknown {
    this.gates.message(context);
    const handler = context.match?.registered.messages.get(context.event)?.handler;
    if (handler) return handler.invoke(context);
    throw new RealtimeException('UNKNOWN_EVENT', { reason: 'gate 3 let a message pass that no handler takes' });
  }

  private refuse(
    connection: RealtimeConnection,
    pending: PendingRequest,
    refusal: RealtimeException,
    message?: ParsedMessage,
  ): void {
    this.refusals.record(refusal, { gate: 'message', connection, channel: message?.channel, event: message?.event });
    pending.refuse(refusal);
  }
}

/** A message that its channel does not declare has a name of the client's making. */
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
