// What does a handler know about its message? (docs/decisions/0001#decision-3: `ctx = { userId, roles }`, and a little more)
import type {
  AnyChannel,
  ChannelAddress,
  ErrorCodeOf,
  ErrorsOf,
  EventInput,
  EventNameOf,
  EventWithoutPayload,
  MessageNameOf,
  ParamsOf,
  RealtimeChannelDescriptor,
  SlotInput,
} from '@nestjs-realtime/contract';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { RealtimeException, RealtimeExceptionOptions } from '../realtime.exception.js';
import type { BroadcastOptions, BroadcastShort } from './broadcast-types.js';
import type { RealtimeConnection } from './realtime.connection.js';

/** On a public channel the sender may be anonymous; on every other channel it has a user. */
export type IfPublic<Channel extends AnyChannel, Anonymous, Known> = 'public' extends Channel['scope']
  ? Anonymous | Known
  : Known;

/** An error whose slot carries data demands them. */
export type RefusalDetails<DataSlot> = null extends DataSlot
  ? [options?: Omit<RealtimeExceptionOptions, 'data'>]
  : [options: RealtimeExceptionOptions & { readonly data: SlotInput<DataSlot> }];

/** One inbound message of a channel. Request-scoped providers that inject `REQUEST` get it, too. `testContext()` makes one in tests. */
export interface RealtimeContext<
  Channel extends AnyChannel = RealtimeChannelDescriptor,
  Message extends MessageNameOf<Channel> = MessageNameOf<Channel>,
> {
  readonly channel: ChannelAddress<Channel>;
  readonly params: ParamsOf<Channel>;
  /** Name of the message. */
  readonly message: Message;
  /** Null only on public channels, for an anonymous connection. */
  readonly user: IfPublic<Channel, null, RealtimeUser>;
  /** Null only on public channels, for an anonymous connection. */
  readonly userId: IfPublic<Channel, null, string>;
  /** Empty for an anonymous connection. */
  readonly roles: readonly string[];
  readonly connection: RealtimeConnection;
  readonly connectionId: string;
  /** Aborts when the request times out, or when the subscription or the connection ends. Created when first read. */
  readonly signal: AbortSignal;
  /**
   * Broadcasts an event on this channel, on behalf of the sender. Rejects as `IRealtimeBroadcaster.broadcast` does, and with a
   * `RealtimeException` if the message has timed out or its sender has lost the right to send.
   */
  broadcast(eventOrPayload: BroadcastShort<Channel>): Promise<void>;
  broadcast<Event extends EventNameOf<Channel>>(
    event: Event,
    payload: EventInput<Channel, Event>,
    options?: BroadcastOptions<Channel>,
  ): Promise<void>;
  /** Sends an event of this channel to the sender alone. Rejects as `broadcast` does. */
  send<Event extends EventWithoutPayload<Channel>>(event: Event): Promise<void>;
  send<Event extends EventNameOf<Channel>>(event: Event, payload: EventInput<Channel, Event>): Promise<void>;
  /**
   * A refusal with a code that the message declares in `errors`; throw it.
   * @example throw ctx.refusal('BID_TOO_LOW', { data: { minimum: 10 } });
   */
  refusal<Code extends ErrorCodeOf<Channel, Message>>(
    code: Code,
    ...details: RefusalDetails<ErrorsOf<Channel, Message>[Code]>
  ): RealtimeException;
}
