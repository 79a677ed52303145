// What may leave the server for one domain event? An entry of the bridge's allowlist, and what must its mapper return?
import type {
  AnyChannel,
  ChannelParamNames,
  EventInput,
  EventNameOf,
  ParamsOf,
  RealtimeChannelDescriptor,
} from '@nestjs-realtime/contract';
import type { EventType } from './reauthorize-on.decorator.js';

/** One broadcast that a mapper asks for: where to, only where the channel's name has params, and what, unless the event has no payload. */
export type BridgedBroadcast<Channel extends AnyChannel, Event extends EventNameOf<Channel>> = ([
  ChannelParamNames<Channel['name']>,
] extends [never]
  ? { readonly params?: ParamsOf<Channel> }
  : { readonly params: ParamsOf<Channel> }) &
  (Channel['events'][Event] extends null
    ? { readonly payload?: undefined }
    : { readonly payload: EventInput<Channel, Event> });

/** One broadcast, several, or null to skip the event. */
export type BridgeResult<Channel extends AnyChannel, Event extends EventNameOf<Channel>> =
  BridgedBroadcast<Channel, Event> | readonly BridgedBroadcast<Channel, Event>[] | null;

/** Picks what clients may know of a domain event. May be asynchronous. */
export type BridgeMapper<Source extends object, Channel extends AnyChannel, Event extends EventNameOf<Channel>> = (
  source: Source,
) => BridgeResult<Channel, Event> | Promise<BridgeResult<Channel, Event>>;

/** From one class of domain events to one event of one channel. */
export interface BridgeRoute {
  readonly source: EventType;
  readonly channel: RealtimeChannelDescriptor;
  readonly event: string;
  readonly mapper: (source: object) => unknown;
}

/** One entry of the allowlist: a class of domain events and where it goes. Made by `forward()`. */
export interface BridgeEntry {
  readonly source: EventType;
  readonly routes: readonly BridgeRoute[];
}

/** A route, as logs and faults name it. */
export function describeRoute({ source, channel, event }: BridgeRoute): string {
  return `forward(${nameOf(source)}).to("${channel?.name}", "${event}")`;
}

/** The name of a class of domain events. */
export function nameOf(source: EventType | undefined): string {
  return typeof source === 'function' ? source.name || '(anonymous class)' : String(source);
}
