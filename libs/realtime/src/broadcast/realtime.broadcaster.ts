// How does a feature push state to browsers? Through this port, which every feature injects (docs/decisions/0001#decision-2).
import type {
  AnyChannel,
  ChannelTarget,
  EventInput,
  EventNameOf,
  EventWithoutPayload,
} from '@nestjs-realtime/contract';
import type { BroadcastOptions, BroadcastShort, BroadcastTargets } from '../connections/broadcast-types.js';
import type { Who } from '../connections/party.js';

/**
 * Sends events to clients. Calls for one channel keep their order.
 *
 * A promise resolves once the event is sent, not once it is received. When gate 4 refuses, nothing is sent and the promise rejects
 * with a `BroadcastFault`. The causes are: channel not registered, no such event, params that do not fill the name, a payload that its
 * schema refuses or that JSON cannot carry, options that do not fit the channel. Properties that the schema does not know are stripped.
 *
 * @example
 * constructor(private readonly realtime: IRealtimeBroadcaster) {}
 * await this.realtime.broadcast(orderChannel.with({ orderId }), 'shipped', { at });
 * await this.realtime.broadcast(orderChannel.with({ orderId }), 'shipped', { at }, { except: 'caller' });
 * await this.realtime.broadcast(orderChannel.with({ orderId }), 'refresh'); // an event without payload
 * await this.realtime.broadcast(pingChannel, payload); // a channel declared with `payload`
 */
export abstract class IRealtimeBroadcaster {
  /**
   * To every client that is subscribed. The second argument is the payload if the channel is declared with `payload`, else the name of an
   * event that carries none. A list names channels of one descriptor; a client that is subscribed to several hears the event once, on the
   * first of them.
   *
   * Await it in a loop: once a turn of the event loop has broadcast much, it resolves when clients have had the chance to read.
   */
  abstract broadcast<Channel extends AnyChannel>(
    target: BroadcastTargets<Channel>,
    eventOrPayload: BroadcastShort<NoInfer<Channel>>,
  ): Promise<void>;
  abstract broadcast<Channel extends AnyChannel, Event extends EventNameOf<NoInfer<Channel>>>(
    target: BroadcastTargets<Channel>,
    event: Event,
    payload: EventInput<NoInfer<Channel>, Event>,
    options?: BroadcastOptions<NoInfer<Channel>>,
  ): Promise<void>;

  /** To the connections of one party that are subscribed to the channel; to none of them is no error. Rejects for a `'caller'` that is not there. */
  abstract send<Channel extends AnyChannel, Event extends EventWithoutPayload<NoInfer<Channel>>>(
    who: Who,
    target: ChannelTarget<Channel>,
    event: Event,
  ): Promise<void>;
  abstract send<Channel extends AnyChannel, Event extends EventNameOf<NoInfer<Channel>>>(
    who: Who,
    target: ChannelTarget<Channel>,
    event: Event,
    payload: EventInput<NoInfer<Channel>, Event>,
  ): Promise<void>;
}
