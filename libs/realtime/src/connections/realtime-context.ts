// What does a handler know about its message? (docs/decisions/0001#decision-3: `ctx = { userId, roles }`, and a little more)
import type {
  ChannelTarget,
  EventInput,
  EventNameOf,
  ParamsOf,
  RealtimeChannelDescriptor,
} from '@nestjs-realtime/contract';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { TraceCarrier } from '../instrumentation/realtime.tracer.js';
import type { RealtimeException } from '../realtime.exception.js';
import type { ChannelMatch } from './channel-match.js';
import type { RealtimeConnection } from './realtime.connection.js';
import { RealtimeRequest } from './realtime-request.js';

/** On a public channel the sender may be anonymous; on every other channel it has a user. */
type IfPublic<Channel extends RealtimeChannelDescriptor, Anonymous, Known> = 'public' extends Channel['scope']
  ? Anonymous | Known
  : Known;

/** Sends an event to a channel, through the broadcaster. */
export type BroadcastFunction = (target: ChannelTarget, event: string, payload: unknown) => Promise<void>;

/** A message as a client sent it. */
export interface InboundMessage {
  /** Concrete name of the channel. */
  readonly channel: string;
  readonly event: string;
  readonly payload: unknown;
  /** Trace context from the client, not validated yet. */
  readonly trace?: TraceCarrier;
}

/** Checks that messages in progress may continue. */
export interface MessageAuthority {
  readonly broadcast: BroadcastFunction;
  /** Records revocations that concern the message, from now on until it ends. */
  watch(context: RealtimeContext): void;
  /**
   * Whether the handler may begin; call it in the tick in which the handler would begin. False if rights have changed since the guards
   * ran: then they must run again.
   *
   * @throws RealtimeException if the sender has lost the right to send.
   */
  confirm(context: RealtimeContext): boolean;
  /** Why the message may no longer broadcast; null while it may. */
  objection(context: RealtimeContext): RealtimeException | null;
}

/** One inbound message. Request-scoped providers that inject `REQUEST` get this object. */
export class RealtimeContext<
  Channel extends RealtimeChannelDescriptor = RealtimeChannelDescriptor,
> extends RealtimeRequest {
  readonly gate = 'message';
  /** Concrete name of the channel, such as `orders.42`. */
  readonly channel: string;
  readonly event: string;
  readonly payload: unknown;
  /** Trace context from the client, not validated yet. */
  readonly trace?: TraceCarrier;
  /** The time of the ledger's clock since which the message is watched. */
  since = 0;
  private watched = false;
  private controller: AbortController | null = null;
  private abortReason: Error | null = null;

  /** `match` is null if the connection is not subscribed to the channel. */
  constructor(
    readonly connection: RealtimeConnection,
    message: InboundMessage,
    readonly match: ChannelMatch | null,
    private readonly authority: MessageAuthority,
  ) {
    super();
    this.channel = message.channel;
    this.event = message.event;
    this.payload = message.payload;
    this.trace = message.trace;
  }

  /** Null only on public channels, for an anonymous connection. */
  get userId(): IfPublic<Channel, null, string> {
    return (this.connection.user?.userId ?? null) as IfPublic<Channel, null, string>;
  }

  /** Empty for an anonymous connection. */
  get roles(): readonly string[] {
    return this.connection.user?.roles ?? NO_ROLES;
  }

  override get user(): IfPublic<Channel, null, RealtimeUser> {
    return this.connection.user as IfPublic<Channel, null, RealtimeUser>;
  }

  override get params(): ParamsOf<Channel> {
    return super.params as ParamsOf<Channel>;
  }

  get connectionId(): string {
    return this.connection.id;
  }

  /** Aborts when the request times out, or when the subscription or the connection ends. Created when first read. */
  get signal(): AbortSignal {
    if (this.controller === null) {
      this.controller = new AbortController();
      if (this.abortReason !== null) this.controller.abort(this.abortReason);
    }
    return this.controller.signal;
  }

  /**
   * Broadcasts an event on this channel, on behalf of the sender. Rejects as `IRealtimeBroadcaster.broadcast` does, and with a
   * `RealtimeException` if the message has timed out or its sender has lost the right to send.
   */
  broadcast<Event extends EventNameOf<Channel>>(event: Event, payload: EventInput<Channel, Event>): Promise<void> {
    const objection = this.authority.objection(this as unknown as RealtimeContext);
    if (objection !== null) return Promise.reject(objection);
    const target = { descriptor: this.descriptor!, name: this.channel, params: super.params };
    return this.authority.broadcast(target, event, payload);
  }

  /** Aborts the handler's `signal`. Only the first reason counts. */
  abort(reason: Error): void {
    if (this.abortReason !== null) return;
    this.abortReason = reason;
    this.controller?.abort(reason);
  }

  /** Why the message was aborted; null if it was not. */
  get aborted(): Error | null {
    return this.abortReason;
  }

  /** Call it in the tick in which the message begins to wait. `mayBegin` detects changes of rights from then on. */
  wait(): void {
    if (this.watched) return;
    this.watched = true;
    this.authority.watch(this as unknown as RealtimeContext);
  }

  /** Whether the message has waited, so that revocations that concern it are recorded. */
  get hasWaited(): boolean {
    return this.watched;
  }

  /** See `MessageAuthority.confirm`. A message that never waited was checked in this tick. */
  mayBegin(): boolean {
    return !this.watched || this.authority.confirm(this as unknown as RealtimeContext);
  }
}

const NO_ROLES: readonly string[] = Object.freeze([]);
