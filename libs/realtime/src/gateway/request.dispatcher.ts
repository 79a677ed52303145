// Where does a client's request go? One table from protocol events to the services that serve them, and nothing gets past it.
import { Injectable, Logger } from '@nestjs/common';
import { FRAMES } from '@nestjs-realtime/contract';
import type { RealtimeConnection } from '../connections/realtime.connection.js';
import type { Acknowledge } from '../connections/realtime-entrance.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { internalError } from '../instrumentation/internal-error.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { AuthenticationRequests } from './authentication.requests.js';
import { PendingRequest } from './pending-request.js';
import { MessageRequests } from './message.requests.js';
import { SubscriptionRequests } from './subscription.requests.js';

/** Serves one kind of request. It answers `pending` once, in its own time, and never throws. */
type Serve = (connection: RealtimeConnection, frame: unknown, pending: PendingRequest) => void;

/** The one way in for everything a client sends after it has connected (hardening 1). */
@Injectable()
export class RequestDispatcher {
  private readonly logger = new Logger('Realtime');
  private readonly requests: ReadonlyMap<string, Serve>;

  private stopped = false;

  constructor(
    subscriptions: SubscriptionRequests,
    messages: MessageRequests,
    authentication: AuthenticationRequests,
    private readonly refusals: RefusalLog,
    private readonly options: RealtimeOptions,
  ) {
    this.requests = new Map<string, Serve>([
      [FRAMES.SUBSCRIBE, (connection, frame, pending) => subscriptions.subscribe(connection, frame, pending)],
      [FRAMES.UNSUBSCRIBE, (connection, frame, pending) => subscriptions.unsubscribe(connection, frame, pending)],
      [FRAMES.MEMBERS, (connection, frame, pending) => subscriptions.members(connection, frame, pending)],
      [FRAMES.HISTORY, (connection, frame, pending) => subscriptions.history(connection, frame, pending)],
      [FRAMES.AUTHENTICATE, (connection, frame, pending) => authentication.authenticate(connection, frame, pending)],
      [FRAMES.MESSAGE, (connection, frame, pending) => messages.message(connection, frame, pending)],
    ]);
  }

  /**
   * Never throws.
   *
   * Security note: reads client data.
   */
  dispatch(
    connection: RealtimeConnection,
    event: string,
    args: readonly unknown[],
    acknowledge: Acknowledge | null,
  ): void {
    const pending = new PendingRequest(acknowledge);
    try {
      const refusal = this.admissionRefusal(connection);
      if (refusal !== null) return this.refuse(connection, pending, refusal);
      const serve = this.requests.get(event);
      if (serve !== undefined && args.length === 1) return serve(connection, args[0], pending);
      const reason = serve === undefined ? 'no such request' : `${args.length} arguments`;
      this.refuse(connection, pending, new RealtimeException('BAD_REQUEST', { reason }));
    } catch (error) {
      this.refuse(connection, pending, internalError(this.logger, 'request dispatcher', error));
    }
  }

  /** Serves nobody any more; handlers in flight go on. */
  stop(): void {
    this.stopped = true;
  }

  /** Every request costs one token, whatever it is. */
  private admissionRefusal(connection: RealtimeConnection): RealtimeException | null {
    if (this.stopped) return new RealtimeException('UNAVAILABLE', { reason: 'the node is closing' });
    const { messagesPerSecond, messageBurst } = this.options.limits;
    const retryAfterMs = connection.spend(messagesPerSecond, messageBurst);
    return retryAfterMs === 0 ? null : new RealtimeException('RATE_LIMITED', { retryAfterMs });
  }

  private refuse(connection: RealtimeConnection, pending: PendingRequest, refusal: RealtimeException): void {
    this.refusals.record(refusal, { gate: 'message', connection });
    pending.refuse(refusal);
  }
}
