// How does a request pass a gate? Each guard runs inside `withSpan(withCapture(guard))`, which is made once.
import { type CanActivate, Injectable, Logger } from '@nestjs/common';
import type { MessageRequest } from '../connections/message-request.js';
import type { ConnectRequest, RealtimeRequest, SubscribeRequest } from '../connections/realtime-request.js';
import { IRealtimeTracer, type SpanOptions } from '../instrumentation/realtime.tracer.js';
import { denied, refusalAtConnect, refusalOfGuard } from '../instrumentation/refusal-of.js';
import { withCapture } from '../instrumentation/with-capture.js';
import { withSpan } from '../instrumentation/with-span.js';
import { isRefusalCode, type RealtimeException } from '../realtime.exception.js';
import { ConnectGuard } from './connect.guard.js';
import { MessageGuard } from './message.guard.js';
import { RealtimeExecutionContext } from './realtime-execution-context.js';
import { SubscribeGuard } from './subscribe.guard.js';

/** The three inbound gates. Each returns or resolves when the request passes, and throws or rejects only with a `RealtimeException`. */
@Injectable()
export class Gates {
  private readonly logger = new Logger('Realtime');
  /** Gate 1. Afterwards `request.user` is the user of the handshake, null if anonymous. */
  readonly connect: (request: ConnectRequest) => Promise<boolean>;
  /** Gate 2. */
  readonly subscribe: (request: SubscribeRequest) => Promise<boolean>;
  /** Gate 3, without the handler's own guards and schema. Synchronous. */
  readonly message: (context: MessageRequest) => boolean;

  constructor(
    connect: ConnectGuard,
    subscribe: SubscribeGuard,
    message: MessageGuard,
    private readonly tracer: IRealtimeTracer,
  ) {
    this.connect = this.sandwich(connect, spanOfConnect, async (request: ConnectRequest) =>
      passed(await connect.canActivate(contextOf(request, connect)), request, connect),
    );
    this.subscribe = this.sandwich(subscribe, spanOfSubscribe, async (request: SubscribeRequest) =>
      passed(await subscribe.canActivate(contextOf(request, subscribe)), request, subscribe),
    );
    this.message = this.sandwich(message, SPAN_OF_MESSAGE, (context: MessageRequest) =>
      passed(message.canActivate(contextOf(context, message)), context, message),
    );
  }

  private sandwich<Request extends RealtimeRequest, Result>(
    guard: CanActivate,
    span: SpanOptions | ((request: Request) => SpanOptions),
    pass: (request: Request) => Result,
  ): (request: Request) => Result {
    const gate = guard.constructor.name;
    return withSpan(
      this.tracer,
      span,
      withCapture(
        this.logger,
        {
          layer: 'realtime-gate',
          describe: (request: Request) =>
            `${gate}${request.channelName === null ? '' : `, channel ${request.channelName}`}`,
          refusalOf: (error, request) => refusalOfGate(error, request),
        },
        pass,
      ),
    );
  }
}

/** The refusal for what a gate or its guards threw; null for an unexpected error. The error codes of an application belong to its messages. At a gate they are a bug, so the peer gets `INTERNAL`. */
export function refusalOfGate(error: unknown, { user, gate }: RealtimeRequest): RealtimeException | null {
  const refusal = gate === 'connect' ? refusalAtConnect(error, user) : refusalOfGuard(error, user);
  return refusal !== null && isRefusalCode(refusal.code) ? refusal : null;
}

/** A gate that the application has replaced may return any value. @throws RealtimeException for any value but true. */
function passed(answer: unknown, { user }: RealtimeRequest, gate: CanActivate): true {
  if (answer !== true) throw denied(user, `${gate.constructor.name}: said no`);
  return true;
}

function contextOf(request: RealtimeRequest, guard: CanActivate): RealtimeExecutionContext {
  return RealtimeExecutionContext.of(request, guard.constructor as new (...args: never[]) => CanActivate);
}

/** The span of a connect or of `rt:authenticate`: gate 1 is all that runs. */
function spanOfConnect({ handshake }: ConnectRequest): SpanOptions {
  return {
    op: 'realtime-connect',
    name: 'realtime-connect',
    attributes: { gate: ConnectGuard.name },
    kind: 'server',
    parent: handshake.auth,
  };
}

/** Of kind `server` only for a new subscription, which a client asked for; a re-check (lease, revocation) has no kind. */
function spanOfSubscribe({ descriptor, live, channelName }: SubscribeRequest): SpanOptions {
  const op = 'realtime-subscribe';
  const gate = SubscribeGuard.name;
  return {
    op,
    name: descriptor === null ? op : `${op} ${descriptor.name}`,
    attributes: descriptor === null ? { gate } : { gate, channel: descriptor.name },
    kind: live.subscriptions.has(channelName) ? undefined : 'server',
  };
}

const SPAN_OF_MESSAGE: SpanOptions = {
  op: 'realtime-gate',
  name: 'realtime-gate message',
  attributes: { gate: MessageGuard.name },
};
