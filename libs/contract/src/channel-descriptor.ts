// What is a channel, once declared? The descriptor a feature exports, and the address of one concrete channel.
import type { ChannelScope } from './channel-scope.js';
import type { ChannelParamNames, ChannelParams, ChannelTemplate } from './channel-template.js';
import type { PayloadInput, PayloadOutput, PayloadSchemas } from './payload-schema.js';

/** A client that does not read is disconnected, or misses the channel's events until it has read what waits for it. */
export type SlowConsumerPolicy = 'disconnect' | 'drop';

/** Events of a channel are sent at most once in this many milliseconds. */
export interface FlushWindow {
  readonly everyMs: number;
}

/** A declared channel (docs/decisions/0001#decision-2): its name template, who may subscribe, its events and its messages. Frozen. */
export interface RealtimeChannelDescriptor<
  Name extends string = string,
  Events extends PayloadSchemas = PayloadSchemas,
  Messages extends PayloadSchemas = PayloadSchemas,
  Scope extends ChannelScope = ChannelScope,
> {
  /** Name template, such as `orders.{orderId}`. */
  readonly name: Name;
  readonly scope: Scope;
  /** Server to clients: event name to schema. */
  readonly events: Events;
  /** Client to server: message name to schema. */
  readonly messages: Messages;
  /** What happens to a subscriber that does not read. Default: the server's `slowConsumer` option. */
  readonly slowConsumer?: SlowConsumerPolicy;
  /** How long events are gathered before they are sent together. Default: one turn of the event loop. */
  readonly flush?: FlushWindow;
  /** Whether only the newest broadcast of each event is sent, of those that would be sent together. */
  readonly conflate?: boolean;
  /** The compiled name template. */
  readonly template: ChannelTemplate;
  /**
   * The address of one concrete channel.
   * @throws ChannelParamsError when a param is missing, unknown or not one legal segment.
   * @example orderChannel.with({ orderId: '42' })
   */
  with(params: ChannelParams<Name>): ChannelAddress<RealtimeChannelDescriptor<Name, Events, Messages, Scope>>;
}

/** One concrete channel: a descriptor with its params filled in. */
export interface ChannelAddress<Channel extends RealtimeChannelDescriptor = RealtimeChannelDescriptor> {
  readonly descriptor: Channel;
  readonly name: string;
  readonly params: ParamsOf<Channel>;
}

/** Where to broadcast: an address, or the descriptor itself where its name has no params. */
export type ChannelTarget<Channel extends RealtimeChannelDescriptor = RealtimeChannelDescriptor> =
  ChannelAddress<Channel> | ([ChannelParamNames<Channel['name']>] extends [never] ? Channel : never);

/** Params of a channel. */
export type ParamsOf<Channel extends RealtimeChannelDescriptor> = ChannelParams<Channel['name']>;

/** Names of the events a channel sends to clients. */
export type EventNameOf<Channel extends RealtimeChannelDescriptor> = Extract<keyof Channel['events'], string>;
/** Names of the messages a channel takes from clients. */
export type MessageNameOf<Channel extends RealtimeChannelDescriptor> = Extract<keyof Channel['messages'], string>;

/** The payload that a broadcast of this event takes. */
export type EventInput<Channel extends RealtimeChannelDescriptor, Event extends EventNameOf<Channel>> = PayloadInput<
  Channel['events'][Event]
>;
/** What a client receives for this event. */
export type EventOutput<Channel extends RealtimeChannelDescriptor, Event extends EventNameOf<Channel>> = PayloadOutput<
  Channel['events'][Event]
>;
/** What a client sends as this message. */
export type MessageInput<
  Channel extends RealtimeChannelDescriptor,
  Message extends MessageNameOf<Channel>,
> = PayloadInput<Channel['messages'][Message]>;
/** What the handler of this message receives. */
export type MessageOutput<
  Channel extends RealtimeChannelDescriptor,
  Message extends MessageNameOf<Channel>,
> = PayloadOutput<Channel['messages'][Message]>;
