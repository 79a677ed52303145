// How does a message reach its handler? rt:message.
import { Injectable, Logger } from '@nestjs/common';
import { IRealtimeBroadcaster } from '../broadcast/realtime.broadcaster.js';
import { HandlerRegistry } from '../channels/handler.registry.js';
import { RealtimeCounters } from '../connections/realtime-counters.js';
import { type BroadcastFunction, RealtimeContext } from '../connections/realtime-context.js';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import { MessageGuard } from '../guards/message.guard.js';
import { RealtimeExecutionContext } from '../guards/realtime-execution-context.js';
import { RefusalLog } from '../guards/refusals.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { refusalOfGuard } from '../instrumentation/refusal-of.js';
import { internalError, withCapture } from '../instrumentation/with-capture.js';
import { withSpan } from '../instrumentation/with-span.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { MessageTask } from './message-task.js';
import type { PendingRequest } from './pending-request.js';
import { parseMessage, type ParsedMessage } from './request-frames.js';

/** Serves messages. Answers every request once, within the request timeout, and never throws. */
@Injectable()
export class MessageRequests {
  private readonly logger = new Logger('Realtime');
  private readonly pass: (context: RealtimeContext) => boolean;
  private readonly broadcast: BroadcastFunction;

  constructor(
    guard: MessageGuard,
    tracer: IRealtimeTracer,
    broadcaster: IRealtimeBroadcaster,
    private readonly registry: HandlerRegistry,
    private readonly refusals: RefusalLog,
    private readonly counters: RealtimeCounters,
    private readonly options: RealtimeOptions,
  ) {
    this.broadcast = broadcaster.broadcast.bind(broadcaster) as BroadcastFunction;
    this.pass = withSpan(
      tracer,
      { op: 'realtime-gate', name: 'realtime message', attributes: { gate: 'message' } },
      withCapture(
        this.logger,
        {
          layer: 'realtime-gate',
          describe: (context: RealtimeContext) => `message to channel ${context.channel}`,
          refusalOf: (error, context) => refusalOfGuard(error, context.user),
        },
        (context) => guard.canActivate(RealtimeExecutionContext.of(context, MessageRequests)),
      ),
    );
  }

  message(connection: RealtimeConnection, frame: unknown, pending: PendingRequest): void {
    const parsed = parseMessage(frame);
    if (parsed === null) {
      const refusal = new RealtimeException('BAD_REQUEST');
      this.refusals.record(refusal, { gate: 'message', connection });
      return pending.refuse(refusal);
    }
    const turn = connection.lanes.take(parsed.channel);
    const task = new MessageTask(this, connection, parsed, pending, turn, this.options.requestTimeout);
    this.counters.inFlight++;
    if (turn.ready) void turn.ready.then(() => task.start());
    else task.start();
  }

  /** The message as gate 3 and the handler see it; the admission is looked up when its turn has come. */
  contextOf(connection: RealtimeConnection, { channel, event, payload }: ParsedMessage): RealtimeContext {
    const match = connection.subscriptions.get(channel) ?? null;
    return new RealtimeContext(connection, channel, match, event, payload, this.broadcast);
  }

  /** Gate 3, then the handler. Returns or resolves with what the handler gave; throws or rejects with a `RealtimeException`. */
  handle(context: RealtimeContext): unknown {
    this.pass(context);
    const message = this.registry.get(context.descriptor!)!.messages.get(context.event)!;
    return message.handler!.invoke(context);
  }

  /** The refusal of a task, counted; what no gate and no handler meant is an internal error. */
  refusalOf(error: unknown, connection: RealtimeConnection, { channel, event }: ParsedMessage): RealtimeException {
    const refusal =
      error instanceof RealtimeException ? error : internalError(this.logger, `the reply on channel ${channel}`, error);
    this.refusals.record(refusal, { gate: 'message', connection, channel, event });
    return refusal;
  }

  ended(): void {
    this.counters.inFlight--;
  }
}
