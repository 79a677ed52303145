// How does a feature read what a channel has carried? Through this port.
import type { AnyChannel, ChannelTarget, HistoryPage, Position } from '@nestjs-realtime/contract';

/** What to read. */
export interface HistoryQuery {
  /** Events after this position. One that the log has outlived, or that is ahead of it or of another epoch, has nothing after it. */
  readonly since?: Position | undefined;
  /** The first of them at most, after `since`; without `since`, the newest. Default: all that are kept. */
  readonly limit?: number | undefined;
}

/**
 * The logs of channels with history. Promises reject with a `RealtimeFault` for a channel without history, and with a `RealtimeException`
 * `UNAVAILABLE` if the log cannot be read.
 *
 * @example
 * // A page rendered on the server: what happens after the position, its client gets by `recover`.
 * const position = await this.history.position(orderChannel.with({ orderId }));
 * return { order: await this.orders.find(orderId), position };
 */
export abstract class IRealtimeHistory {
  /** Where the log stands now. Ask before the state is read that is rendered. */
  abstract position<Channel extends AnyChannel>(target: ChannelTarget<Channel>): Promise<Position>;
  /** A page of the log. A page is bounded by `recoverBytes`, so it may have less than `limit`. */
  abstract read<Channel extends AnyChannel>(
    target: ChannelTarget<Channel>,
    query?: HistoryQuery,
  ): Promise<HistoryPage<Channel>>;
}
