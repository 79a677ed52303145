// How are the gates passed? Each guard in the `withSpan` / `withCapture` sandwich, made once.
import { type CanActivate, Injectable, Logger } from '@nestjs/common';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeRequest } from '../connections/realtime-request.js';
import { IRealtimeTracer, type SpanOptions } from '../instrumentation/realtime.tracer.js';
import { denied, refusalOfGuard } from '../instrumentation/refusal-of.js';
import { withCapture } from '../instrumentation/with-capture.js';
import { withSpan } from '../instrumentation/with-span.js';
import { ConnectGuard } from './connect.guard.js';
import { MessageGuard } from './message.guard.js';
import { RealtimeExecutionContext } from './realtime-execution-context.js';
import { SubscribeGuard } from './subscribe.guard.js';

/** The three inbound gates. Each returns or resolves when passed, and throws or rejects with a `RealtimeException` only. */
@Injectable()
export class Gates {
  private readonly logger = new Logger('Realtime');
  /** Gate 1; `request.user` is then whom the handshake in the request's payload names, null for nobody. */
  readonly connect: (request: RealtimeRequest) => Promise<boolean>;
  /** Gate 2. */
  readonly subscribe: (request: RealtimeRequest) => Promise<boolean>;
  /** Gate 3, up to the handler's own guards and schema. Synchronous. */
  readonly message: (request: RealtimeRequest) => boolean;

  constructor(
    connect: ConnectGuard,
    subscribe: SubscribeGuard,
    message: MessageGuard,
    private readonly tracer: IRealtimeTracer,
  ) {
    this.connect = this.sandwich(connect, spanOfConnect, async (request) =>
      passed(await connect.canActivate(contextOf(request, connect)), request, connect),
    );
    this.subscribe = this.sandwich(subscribe, spanOfSubscribe, async (request) =>
      passed(await subscribe.canActivate(contextOf(request, subscribe)), request, subscribe),
    );
    this.message = this.sandwich(message, SPAN_OF_MESSAGE, (request) =>
      passed(message.canActivate(contextOf(request, message)), request, message),
    );
  }

  private sandwich<Result>(
    guard: CanActivate,
    span: SpanOptions | ((request: RealtimeRequest) => SpanOptions),
    pass: (request: RealtimeRequest) => Result,
  ): (request: RealtimeRequest) => Result {
    const gate = guard.constructor.name;
    return withSpan(
      this.tracer,
      span,
      withCapture(
        this.logger,
        {
          layer: 'realtime-gate',
          describe: (request: RealtimeRequest) =>
            `${gate}${request.channel === null ? '' : `, channel ${request.channel}`}`,
          refusalOf: (error, request) => refusalOfGuard(error, request.user),
        },
        pass,
      ),
    );
  }
}

/** A gate that an application has replaced may answer as any guard does. @throws RealtimeException for anything but true. */
function passed(answer: unknown, { user }: RealtimeRequest, gate: CanActivate): true {
  if (answer !== true) throw denied(user, `${gate.constructor.name}: said no`);
  return true;
}

function contextOf(request: RealtimeRequest, guard: CanActivate): RealtimeExecutionContext {
  return RealtimeExecutionContext.of(request, guard.constructor as new (...args: never[]) => CanActivate);
}

/** Gate 1 is the whole of connecting, and of `rt:authenticate`. */
function spanOfConnect({ payload }: RealtimeRequest): SpanOptions {
  const { auth } = payload as RealtimeHandshake;
  return {
    op: 'realtime-connect',
    name: 'realtime-connect',
    attributes: { gate: ConnectGuard.name },
    kind: 'server',
    parent: auth,
  };
}

/** Whoever is subscribed already is judged again because something has changed, or a lease ends: no client asks for that. */
function spanOfSubscribe({ descriptor, connection, channel }: RealtimeRequest): SpanOptions {
  const op = 'realtime-subscribe';
  const gate = SubscribeGuard.name;
  return {
    op,
    name: descriptor === null ? op : `${op} ${descriptor.name}`,
    attributes: descriptor === null ? { gate } : { gate, channel: descriptor.name },
    kind: connection?.subscriptions.has(channel!) ? undefined : 'server',
  };
}

const SPAN_OF_MESSAGE: SpanOptions = {
  op: 'realtime-gate',
  name: 'realtime-gate message',
  attributes: { gate: MessageGuard.name },
};
