// Which channels does a client know, and which one does an argument mean? Types only.
import type {
  AnyChannel,
  ChannelAddress,
  ChannelParamNames,
  ChannelScope,
  Events,
  ParamsOf,
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

/** What follows a name or a descriptor. The server gives the params of a channel with `autoSubscribe`, so they may be left out. */
export type ChannelArguments<Channel extends AnyChannel> = [Channel] extends [never]
  ? [params: never, options: never, none: never]
  : TypesOf<Channel> extends { readonly autoSubscribe: true }
    ? [params?: ParamsOf<Channel>]
    : [ChannelParamNames<Channel['name']>] extends [never]
      ? [params?: Readonly<Record<string, never>>]
      : [params: ParamsOf<Channel>];

/** What follows the first argument of `channel()`: nothing after an address. */
export type HandleArguments<Channels extends AnyChannel, Argument> =
  Argument extends ChannelAddress<AnyChannel> ? [] : ChannelArguments<Meant<Channels, Argument>>;
