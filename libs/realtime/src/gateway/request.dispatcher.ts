// Where does a client's request go? One table maps protocol events to the services that serve them; every request goes through it.
import { Injectable, Logger } from '@nestjs/common';
import { FRAMES } from '@nestjs-realtime/contract';
import type { LiveConnection } from '../connections/live.connection.js';
import type { Acknowledge } from '../connections/realtime-entrance.js';
import type { RealtimeGate } from '../connections/realtime-request.js';
import { RefusalLog } from '../guards/refusal.log.js';
import { internalError } from '../instrumentation/internal-error.js';
import { RealtimeException } from '../realtime.exception.js';
import { RealtimeOptions } from '../realtime.options.js';
import { AuthenticationRequests } from './authentication.requests.js';
import { HistoryRequests } from './history.requests.js';
import { PendingRequest } from './pending-request.js';
import { PlainMessages } from './plain.messages.js';
import { PresenceRequests } from './presence.requests.js';
import { MessageRequests } from './message.requests.js';
import { WatchRequests } from './watch.requests.js';
import { SubscriptionRequests } from './subscription.requests.js';

/** Serves one kind of request. It answers `pending` once, now or later, and never throws. */
type Serve = (connection: LiveConnection, frame: unknown, pending: PendingRequest) => void;

/** A request of the protocol: the gate it belongs to and the function that serves it. */
interface Request {
  readonly gate: RealtimeGate;
  readonly serve: Serve;
  /** Whether it may come without an argument. */
  readonly mayBeEmpty?: boolean;
  /** Whether a success is answered with its data alone. */
  readonly bareAcks?: boolean;
}

/** Receives everything a client sends after it has connected (docs/hardening.md#1). */
@Injectable()
export class RequestDispatcher {
  private readonly logger = new Logger('Realtime');
  private readonly requests: ReadonlyMap<string, Request>;
  private stopped = false;

  constructor(
    subscriptions: SubscriptionRequests,
    presence: PresenceRequests,
    history: HistoryRequests,
    watches: WatchRequests,
    messages: MessageRequests,
    authentication: AuthenticationRequests,
    private readonly plain: PlainMessages,
    private readonly refusals: RefusalLog,
    private readonly options: RealtimeOptions,
  ) {
    const table = {
      [FRAMES.SUBSCRIBE]: { gate: 'subscribe', serve: (...request) => subscriptions.subscribe(...request) },
      [FRAMES.UNSUBSCRIBE]: { gate: 'subscribe', serve: (...request) => subscriptions.unsubscribe(...request) },
      [FRAMES.MEMBERS]: { gate: 'message', serve: (...request) => presence.members(...request) },
      [FRAMES.HISTORY]: { gate: 'message', serve: (...request) => history.history(...request) },
      [FRAMES.WATCH]: { gate: 'message', serve: (...request) => watches.watch(...request) },
      [FRAMES.AUTHENTICATE]: { gate: 'connect', serve: (...request) => authentication.authenticate(...request) },
      [FRAMES.MESSAGE]: { gate: 'message', serve: (...request) => messages.message(...request) },
    } satisfies Record<string, Request>;
    this.requests = new Map<string, Request>(Object.entries(table));
  }

  /**
   * Never throws.
   *
   * Security note: reads client data.
   */
  dispatch(connection: LiveConnection, event: string, args: readonly unknown[], acknowledge: Acknowledge | null): void {
    const request = this.requests.get(event) ?? this.plainRequest(event);
    const pending = new PendingRequest(acknowledge, request?.bareAcks);
    let refusal: RealtimeException | null;
    try {
      refusal = this.rateRefusal(connection) ?? formRefusal(request, args);
      if (refusal === null) return request!.serve(connection, args[0], pending);
    } catch (error) {
      refusal = internalError(this.logger, 'request dispatcher', error);
    }
    // An unknown request is refused at the message gate.
    this.refusals.record(refusal, { gate: request?.gate ?? 'message', connection });
    pending.refuse(refusal);
  }

  /** A message of a channel with `wire: 'plain'`: its payload is the only argument, and may be missing. */
  private plainRequest(event: string): Request | undefined {
    const registered = this.plain.channelOf(event);
    return (
      registered && {
        gate: 'message',
        mayBeEmpty: true,
        bareAcks: registered.descriptor.acks === 'bare',
        serve: (connection, payload, pending) =>
          this.plain.message(connection, { registered, message: event }, payload, pending),
      }
    );
  }

  /** Refuses every request from now on. Handlers in flight continue. */
  stop(): void {
    this.stopped = true;
  }

  /** Every request costs one token, whatever its kind. */
  private rateRefusal(connection: LiveConnection): RealtimeException | null {
    if (this.stopped) return new RealtimeException('UNAVAILABLE', { reason: 'the node is closing' });
    const { messagesPerSecond, messageBurst } = this.options.limits;
    const retryAfterMs = connection.spend(messagesPerSecond, messageBurst);
    return retryAfterMs === 0 ? null : new RealtimeException('RATE_LIMITED', { retryAfter: retryAfterMs });
  }
}

function formRefusal(request: Request | undefined, args: readonly unknown[]): RealtimeException | null {
  if (request !== undefined && (args.length === 1 || (request.mayBeEmpty && args.length === 0))) return null;
  const reason = request === undefined ? 'no such request' : `${args.length} arguments`;
  return new RealtimeException('BAD_REQUEST', { reason });
}
