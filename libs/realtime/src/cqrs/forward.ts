// How is an entry of the bridge's allowlist written? As a sentence: forward this event to that channel, with this mapper.
import type { AnyChannel, EventNameOf, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { BridgeEntry, BridgeMapper, BridgeRoute } from './bridge-entry.js';
import type { EventType } from './reauthorize-on.decorator.js';

/** A class of domain events that waits for a channel, or for one more. */
export interface ForwardedEvent<Source extends object> {
  /**
   * Adds a channel. The mapper is called once for each event, with the event as it was published, and gives
   * `{ params, payload }` (`params` only where the channel's name has some, `payload` unless the event has none), a list of them, or null to
   * skip the event.
   */
  to<Channel extends AnyChannel, Event extends EventNameOf<Channel>>(
    channel: Channel,
    event: Event,
    mapper: BridgeMapper<Source, Channel, Event>,
  ): BridgeEntry & ForwardedEvent<Source>;
}

/**
 * An entry of the bridge's allowlist: events of this class, and of classes derived from it, go to a channel.
 *
 * What is wrong with it is reported at boot, together with all other faults.
 *
 * @example
 * forward(ArticlePublished).to(articlesChannel, 'published', ({ article }) => ({ payload: article }))
 * forward(OrderShipped).to(orderChannel, 'shipped', ({ orderId, at }) => ({ params: { orderId }, payload: { at } }))
 */
export function forward<Source extends object>(source: EventType<Source>): ForwardedEvent<Source> {
  return entryOf(source, []);
}

function entryOf<Source extends object>(
  source: EventType<Source>,
  routes: readonly BridgeRoute[],
): BridgeEntry & ForwardedEvent<Source> {
  return Object.freeze({
    source,
    routes,
    to: (channel: RealtimeChannelDescriptor, event: string, mapper: unknown) =>
      entryOf<Source>(source, [
        ...routes,
        Object.freeze({ source, channel, event, mapper: mapper as BridgeRoute['mapper'] }),
      ]),
  });
}
