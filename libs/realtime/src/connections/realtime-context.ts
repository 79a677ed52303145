// What does a handler know of the message it takes? (docs/decisions/0001#decision-3: `ctx = { userId, roles }`, and a little more)
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

/** On a public channel the speaker may be anonymous; on every other channel he is somebody. */
type IfPublic<Channel extends RealtimeChannelDescriptor, Anonymous, Known> = 'public' extends Channel['scope']
  ? Anonymous | Known
  : Known;

/** Sends an event to a channel; how is the broadcaster's business. */
export type BroadcastFunction = (target: ChannelTarget, event: string, payload: unknown) => Promise<void>;

/** What a client sent. */
export interface InboundMessage {
  /** Concrete name of the channel. */
  readonly channel: string;
  readonly event: string;
  readonly payload: unknown;
  /** Trace context that the client sent along, not looked at yet. */
  readonly trace?: TraceCarrier;
}

/** What watches over the messages under way. */
export interface MessageAuthority {
  readonly broadcast: BroadcastFunction;
  /** From now on, until the message ends, revocations that concern it are remembered. */
  watch(context: RealtimeContext): void;
  /**
   * Whether the handler may begin, in the tick in which it would. False when truths have changed since its guards were asked:
   * then they must be asked again.
   *
   * @throws RealtimeException when the sender's authority has ended.
   */
  confirm(context: RealtimeContext): boolean;
  /** Why the message may say nothing more; null while it may. */
  objection(context: RealtimeContext): RealtimeException | null;
}

/**
 * One inbound message. One is made per message, so request-scoped providers that inject `REQUEST` get this object.
 */
export class RealtimeContext<
  Channel extends RealtimeChannelDescriptor = RealtimeChannelDescriptor,
> extends RealtimeRequest {
  readonly gate = 'message';
  /** Concrete name of the channel, such as `orders.42`. */
  readonly channel: string;
  readonly event: string;
  readonly payload: unknown;
  /** Trace context that the client sent along, not looked at yet. */
  readonly trace?: TraceCarrier;
  /** The ledger's clock, where the message is watched. */
  since = 0;
  private watched = false;
  private controller: AbortController | null = null;
  private abortReason: Error | null = null;

  /** `match` is null where the connection is not subscribed to the channel. */
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

  /** Aborts when the request times out, or the subscription or the connection ends. Made when first read. */
  get signal(): AbortSignal {
    if (this.controller === null) {
      this.controller = new AbortController();
      if (this.abortReason !== null) this.controller.abort(this.abortReason);
    }
    return this.controller.signal;
  }

  /**
   * Broadcasts an event on this very channel, in the sender's name. Rejects as `IRealtimeBroadcaster.broadcast` does, and with a
   * `RealtimeException` when the message is out of time or its sender's authority has ended.
   */
  broadcast<Event extends EventNameOf<Channel>>(event: Event, payload: EventInput<Channel, Event>): Promise<void> {
    const objection = this.authority.objection(this as unknown as RealtimeContext);
    if (objection !== null) return Promise.reject(objection);
    const target = { descriptor: this.descriptor!, name: this.channel, params: super.params };
    return this.authority.broadcast(target, event, payload);
  }

  /** Ends the handler's `signal`; the first reason stays. */
  abort(reason: Error): void {
    if (this.abortReason !== null) return;
    this.abortReason = reason;
    this.controller?.abort(reason);
  }

  /** Why the message was aborted; null while it was not. */
  get aborted(): Error | null {
    return this.abortReason;
  }

  /** The message is about to wait for something; call it in that tick. What changes meanwhile is found by `mayBegin`. */
  wait(): void {
    if (this.watched) return;
    this.watched = true;
    this.authority.watch(this as unknown as RealtimeContext);
  }

  /** Whether it has waited, so that revocations that concern it are remembered. */
  get hasWaited(): boolean {
    return this.watched;
  }

  /** See `MessageAuthority.confirm`. A message that never waited was judged in this very tick. */
  mayBegin(): boolean {
    return !this.watched || this.authority.confirm(this as unknown as RealtimeContext);
  }
}

const NO_ROLES: readonly string[] = Object.freeze([]);
