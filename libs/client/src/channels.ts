// Which channels does a client know, and which one does an argument mean? Types only.
import type {
  AnyChannel,
  ChannelAddress,
  ChannelParamNames,
  ChannelScope,
  Events,
  ParamsOf,
  Position,
  RealtimeChannelDescriptor,
  StandardSchema,
  TypesOf,
} from '@nestjs-realtime/contract';

/**
 * Names the channels of an application once, so that no client and no hook needs a type argument.
 * @example
 * import type * as channels from './channels.js';
 * declare module '@nestjs-realtime/client' {
 *   interface Register { channels: typeof channels }
 * }
 */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- applications add the property
export interface Register {}

/** The channels in `Register`; channels of any name where it is empty. */
export type Registered = Register extends { readonly channels: infer Source extends object }
  ? Source
  : { readonly any: UntypedChannel };

/** The channels among the values of a module namespace or a record; other values are passed over. */
export type ChannelsIn<Source extends object> = Extract<Source[keyof Source], AnyChannel>;

/** A message of which the client knows nothing. */
interface UntypedMessage {
  readonly payload: StandardSchema;
  readonly reply: StandardSchema;
  readonly errors: Readonly<Record<string, StandardSchema>>;
}
/** A channel that is known by its name alone: names are strings, and payloads are `unknown`. */
export type UntypedChannel<Name extends string = string> = RealtimeChannelDescriptor<{
  readonly name: Name;
  readonly scope: ChannelScope;
  readonly events: Events;
  readonly messages: Readonly<Record<string, UntypedMessage>>;
}>;

type Named<Channels extends AnyChannel, Name extends string> = Channels extends { readonly name: Name }
  ? Channels
  : string extends Channels['name']
    ? UntypedChannel<Name>
    : never;

/** The channel that an argument means: a name of the contract, a descriptor, or an address. */
export type Meant<Channels extends AnyChannel, Argument> =
  Argument extends ChannelAddress<infer Channel>
    ? Channel
    : Argument extends AnyChannel
      ? Argument
      : Argument extends string
        ? Named<Channels, Argument>
        : never;

/** How to subscribe to a channel. */
export interface ChannelOptions {
  /**
   * Where a page stands that was rendered on the server: what `IRealtimeHistory.position()` gave before its state was read. The channel
   * goes on from there; `gap` in its status says whether that could be done. Channels without history have a gap in any case.
   */
  readonly since?: Position | undefined;
}

/** What follows a name or a descriptor. The server gives the params of a channel with `autoSubscribe`, so they may be left out. */
export type ChannelArguments<Channel extends AnyChannel> = [Channel] extends [never]
  ? [params: never, options: never, none: never]
  : TypesOf<Channel> extends { readonly autoSubscribe: true }
    ? [params?: ParamsOf<Channel> | undefined, options?: ChannelOptions]
    : [ChannelParamNames<Channel['name']>] extends [never]
      ? [params?: Readonly<Record<string, never>> | undefined, options?: ChannelOptions]
      : [params: ParamsOf<Channel>, options?: ChannelOptions];

/** What follows the first argument of `channel()`: after an address, the options alone. */
export type HandleArguments<Channels extends AnyChannel, Argument> =
  Argument extends ChannelAddress<AnyChannel>
    ? [options?: ChannelOptions]
    : ChannelArguments<Meant<Channels, Argument>>;
