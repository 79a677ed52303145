// What does a handler know of the message it takes? (ADR-016, decision 3: `ctx = { userId, roles }`, and a little more)
import type {
  ChannelTarget,
  EventInput,
  EventNameOf,
  ParamsOf,
  RealtimeChannelDescriptor,
} from '@nestjs-realtime/contract';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { TraceCarrier } from '../instrumentation/realtime.tracer.js';
import type { ChannelMatch } from './channel-match.js';
import type { RealtimeConnection } from './realtime.connection.js';
import { RealtimeRequest } from './realtime-request.js';

/** On a public channel the speaker may be anonymous; on every other channel he is somebody. */
type IfPublic<Channel extends RealtimeChannelDescriptor, Anonymous, Known> = 'public' extends Channel['scope']
  ? Anonymous | Known
  : Known;

/** Sends an event to a channel; how is the broadcaster's business. */
export type BroadcastFunction = (target: ChannelTarget, event: string, payload: unknown) => Promise<void>;

/**
 * One inbound message. One is made per message, so request-scoped providers that inject `REQUEST` get this object.
 */
export class RealtimeContext<
  Channel extends RealtimeChannelDescriptor = RealtimeChannelDescriptor,
> extends RealtimeRequest {
  declare readonly connection: RealtimeConnection;
  /** Concrete name of the channel, such as `orders.42`. */
  declare readonly channel: string;
  declare readonly event: string;
  private controller: AbortController | null = null;
  private abortReason: unknown = undefined;

  constructor(
    connection: RealtimeConnection,
    channel: string,
    match: ChannelMatch | null,
    event: string,
    payload: unknown,
    private readonly broadcastTo: BroadcastFunction,
    /** Trace context that the client sent along, not looked at yet. */
    readonly trace?: TraceCarrier,
  ) {
    super('message', connection, channel, match, event, payload);
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

  override set user(_user: never) {
    throw new TypeError('The user of a message is the user of its connection');
  }

  override get params(): ParamsOf<Channel> {
    return super.params as ParamsOf<Channel>;
  }

  get connectionId(): string {
    return this.connection.id;
  }

  /** Aborts when the request times out or the connection ends. Made when first read. */
  get signal(): AbortSignal {
    if (this.controller === null) {
      this.controller = new AbortController();
      if (this.abortReason !== undefined) this.controller.abort(this.abortReason);
    }
    return this.controller.signal;
  }

  /** Broadcasts an event on this very channel. Rejects as `IRealtimeBroadcaster.broadcast` does. */
  broadcast<Event extends EventNameOf<Channel>>(event: Event, payload: EventInput<Channel, Event>): Promise<void> {
    return this.broadcastTo({ descriptor: this.descriptor!, name: this.channel, params: super.params }, event, payload);
  }

  /** Ends the handler's `signal`; the first reason stays. */
  abort(reason: Error): void {
    if (this.abortReason !== undefined) return;
    this.abortReason = reason;
    this.controller?.abort(reason);
  }
}

const NO_ROLES: readonly string[] = Object.freeze([]);
