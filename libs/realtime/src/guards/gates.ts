// How are the gates passed? Each guard in the `withSpan` / `withCapture` sandwich, made once.
import { type CanActivate, Injectable, Logger } from '@nestjs/common';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { RealtimeRequest } from '../connections/realtime-request.js';
import { IRealtimeTracer } from '../instrumentation/realtime.tracer.js';
import { refusalOfGuard } from '../instrumentation/refusal-of.js';
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
  private readonly connect: (request: RealtimeRequest) => Promise<boolean>;
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
    this.connect = this.sandwich(connect, (request) => connect.canActivate(contextOf(request, connect)));
    this.subscribe = this.sandwich(subscribe, (request) => subscribe.canActivate(contextOf(request, subscribe)));
    this.message = this.sandwich(message, (request) => message.canActivate(contextOf(request, message)));
  }

  /** Gate 1; resolves with whom the handshake in the request's payload names, null for nobody. */
  async identify(request: RealtimeRequest): Promise<RealtimeUser | null> {
    await this.connect(request);
    return request.user;
  }

  private sandwich<Result>(
    guard: CanActivate,
    pass: (request: RealtimeRequest) => Result,
  ): (request: RealtimeRequest) => Result {
    const gate = guard.constructor.name;
    return withSpan(
      this.tracer,
      { op: 'realtime-gate', name: `realtime-gate ${gate}`, attributes: { gate } },
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

function contextOf(request: RealtimeRequest, guard: CanActivate): RealtimeExecutionContext {
  return RealtimeExecutionContext.of(request, guard.constructor as new (...args: never[]) => CanActivate);
}
