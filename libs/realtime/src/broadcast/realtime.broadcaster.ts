// How does a feature push state to browsers? Through this port, which every feature injects (docs/decisions/0001#decision-2).
import type {
  ChannelAddress,
  ChannelTarget,
  EventInput,
  EventNameOf,
  RealtimeChannelDescriptor,
} from '@nestjs-realtime/contract';

type Only<Name, All = Name> = Name extends unknown ? ([All] extends [Name] ? Name : never) : never;

/** The one event of a channel that declares one; `never` if it declares several. */
export type OnlyEventOf<Channel extends RealtimeChannelDescriptor> = Only<EventNameOf<Channel>>;

/** Where a broadcast may go, before its descriptor is known. */
export type AnyTarget = ChannelAddress | RealtimeChannelDescriptor;

/** The channel that a target belongs to. */
export type DescriptorOf<Target> = Target extends {
  readonly descriptor: infer Channel extends RealtimeChannelDescriptor;
}
  ? Channel
  : Target extends RealtimeChannelDescriptor
    ? Target
    : never;

/**
 * Sends events to every client that is subscribed to a channel at that moment. Calls for one channel keep their order.
 *
 * The promise resolves once the event is sent, not once it is received. When gate 4 refuses, nothing is sent and the promise rejects
 * with a `BroadcastFault`. The causes are: channel not registered, no such event, params that do not fill the name, a payload that its
 * schema refuses or that JSON cannot hold. Properties that the schema does not know are stripped.
 *
 * @example
 * constructor(private readonly realtime: IRealtimeBroadcaster) {}
 * await this.realtime.broadcast(orderChannel.with({ orderId }), 'shipped', new OrderShipped(at));
 * await this.realtime.broadcast(pingChannel, payload); // a channel with a single event
 */
export abstract class IRealtimeBroadcaster {
  abstract broadcast<Target extends AnyTarget>(
    target: Target & ChannelTarget<DescriptorOf<NoInfer<Target>>>,
    payload: EventInput<DescriptorOf<Target>, OnlyEventOf<DescriptorOf<Target>>>,
  ): Promise<void>;
  abstract broadcast<Target extends AnyTarget, Event extends EventNameOf<DescriptorOf<Target>>>(
    target: Target & ChannelTarget<DescriptorOf<NoInfer<Target>>>,
    event: Event,
    payload: EventInput<DescriptorOf<Target>, Event>,
  ): Promise<void>;
}
