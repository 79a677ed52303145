// How does an application look at the channels and handlers of this server, and register more? (docs/decisions/0001#decision-2)
import type {
  AnyChannel,
  MessageNameOf,
  MessageOutput,
  RealtimeChannelDescriptor,
  ReplyInput,
} from '@nestjs-realtime/contract';
import type { RealtimeContext } from '../connections/realtime-context.js';

/** An inbound handler registered by hand, without a decorator. */
export type RealtimeMessageHandler<Channel extends AnyChannel, Message extends MessageNameOf<Channel>> = (
  payload: MessageOutput<Channel, Message>,
  context: RealtimeContext<Channel, Message>,
) => ReplyInput<Channel, Message> | Promise<ReplyInput<Channel, Message>>;

/** One inbound handler, as `list()` returns it. */
export interface RegisteredHandler {
  readonly descriptor: RealtimeChannelDescriptor;
  readonly message: string;
}

/**
 * The channels of this server and the handlers of their messages. Filled at boot; registering later is allowed.
 *
 * Precedence (docs/decisions/0001#follow-ups): the first call of `registerChannel` or `register` registers a channel. The same descriptor
 * again has no effect. Another descriptor of the same name, or one whose template can match the same names, is a fault. A message has one
 * handler; a second is a fault.
 */
export abstract class IRealtimeHandlerRegistry {
  /** Registers a handler and its channel. @throws RealtimeFault on conflict, or for a message that the channel does not declare. */
  abstract register<Channel extends AnyChannel, Message extends MessageNameOf<NoInfer<Channel>>>(
    descriptor: Channel,
    message: Message,
    handler: RealtimeMessageHandler<Channel, Message>,
  ): void;
  /** Registers a channel without handlers. @throws RealtimeFault on conflict. */
  abstract registerChannel(descriptor: RealtimeChannelDescriptor): void;
  /** Every registered handler. */
  abstract list(): readonly RegisteredHandler[];
  /** Every registered channel, with or without handlers. */
  abstract listChannels(): readonly RealtimeChannelDescriptor[];
  /** The channel that a concrete name belongs to, if it has at least one handler. */
  abstract getInboundDescriptor(name: string): RealtimeChannelDescriptor | undefined;
}
