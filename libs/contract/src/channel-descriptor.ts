// What is a channel, once declared? The descriptor a feature exports, and the address of one concrete channel.
import type { ChannelLimits, HistoryOptions, PresenceOptions, SlowConsumerPolicy } from './channel-features.js';
import type { ChannelScope } from './channel-scope.js';
import type { ChannelParamNames, ChannelParams, ChannelTemplate } from './channel-template.js';
import type { Events, Messages } from './message-slot.js';
import type { PayloadSchema, Slot } from './payload-schema.js';

/** What the compiler knows of a channel. A new feature adds a field. */
export interface ChannelTypes {
  readonly name: string;
  readonly scope: ChannelScope;
  readonly events: Events;
  readonly messages: Messages;
  /** Whether it is declared with `payload`, so that a broadcast of two arguments takes the payload. */
  readonly short?: boolean;
  readonly snapshot?: Slot | undefined;
  readonly history?: boolean;
  /** Null if the channel has no presence. */
  readonly presence?: { readonly data: PayloadSchema | null; readonly setBy: 'server' | 'member' } | null;
  readonly autoSubscribe?: boolean;
}

/** A declared channel (docs/decisions/0001#decision-2): its name template, who may subscribe, its events and its messages. Frozen. */
export interface RealtimeChannelDescriptor<T extends ChannelTypes = ChannelTypes> {
  /** Name template, such as `orders.{orderId}`. */
  readonly name: T['name'];
  readonly scope: T['scope'];
  /** Server to clients: event name to slot. */
  readonly events: T['events'];
  /** Client to server: message name to slot. */
  readonly messages: T['messages'];
  /** Whether the channel is declared with `payload`. */
  readonly short: boolean;
  /** Whether the server subscribes each connection that gate 2 admits. */
  readonly autoSubscribe: boolean;
  /** `'plain'`: events and messages are Socket.IO events of their own names, for clients that do not know the protocol. */
  readonly wire?: 'plain' | undefined;
  /** `'bare'`: a plain acknowledgement is the handler's data alone. */
  readonly acks?: 'bare' | undefined;
  /** What happens to a subscriber that does not read. Default: the server's `slowConsumer` option. */
  readonly slowConsumer?: SlowConsumerPolicy | undefined;
  /** How long events are gathered before they are sent together, in milliseconds. Default: one turn of the event loop. */
  readonly flushMs?: number | undefined;
  /** Whether only the newest broadcast of each event is sent, of those that would be sent together. */
  readonly conflate?: boolean | undefined;
  readonly limits?: ChannelLimits | undefined;
  readonly snapshot?: PayloadSchema | undefined;
  readonly history?: HistoryOptions | undefined;
  readonly presence?: PresenceOptions | undefined;
  /** The compiled name template. */
  readonly template: ChannelTemplate;
  /** Types only; never there at run time. */
  readonly '~types'?: T;
  /**
   * The address of one concrete channel.
   * @throws ChannelParamsError when a param is missing, unknown or not a legal value.
   * @example orderChannel.with({ orderId: '42' })
   */
  with(params: ChannelParams<T['name']>): ChannelAddress<RealtimeChannelDescriptor<T>>;
}

/** Any channel: a constraint for types that are generic in the channel. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a constraint that every descriptor satisfies
export type AnyChannel = RealtimeChannelDescriptor<any>;

/** What the compiler knows of a channel. */
export type TypesOf<Channel extends AnyChannel> = Channel extends RealtimeChannelDescriptor<infer T> ? T : never;

/** One concrete channel: a descriptor with its params filled in. */
export interface ChannelAddress<Channel extends AnyChannel = RealtimeChannelDescriptor> {
  readonly descriptor: Channel;
  /** Concrete name, such as `orders.42`. */
  readonly name: string;
  readonly params: ParamsOf<Channel>;
}

/** Where to: an address, or the descriptor itself where its name has no params. */
export type ChannelTarget<Channel extends AnyChannel = RealtimeChannelDescriptor> =
  ChannelAddress<Channel> | ([ChannelParamNames<Channel['name']>] extends [never] ? Channel : never);

/** Params of a channel. */
export type ParamsOf<Channel extends AnyChannel> = ChannelParams<Channel['name']>;
