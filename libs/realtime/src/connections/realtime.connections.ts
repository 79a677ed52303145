// How does an application change who is connected and subscribed? Through this port.
import type { AnyChannel, ChannelTarget } from '@nestjs-realtime/contract';
import type { Who } from './party.js';

/**
 * The live connections and their subscriptions. Update your own data first, then call this. Each promise resolves when the effect holds,
 * also for admissions that were under way. It rejects with a `RealtimeFault` for a `Who` or a channel that means none, and for a
 * `'caller'` where no connection is behind the running code.
 *
 * @example
 * await this.sessions.delete(sessionId);
 * await this.connections.disconnect({ sessionId });
 */
export abstract class IRealtimeConnections {
  /**
   * Subscribes the open connections of a party to a channel, as if each had asked for it: gate 2 decides, limits and leases hold. Clients
   * are notified by `rt:subscribed`. To no connection is no error. A connection is open once its `connected` hook is emitted; for those
   * that open later, see `autoSubscribe`.
   *
   * Rejects with the `RealtimeException` of gate 2 if it refused a connection; the others are subscribed.
   */
  abstract subscribe<Channel extends AnyChannel>(who: Who, target: ChannelTarget<Channel>): Promise<void>;
  /**
   * Ends the subscriptions of a party to one channel, or to all, and keeps its connections. Clients are notified by `rt:evicted`
   * `REVOKED`. A client may subscribe again where gate 2 allows it.
   */
  abstract unsubscribe<Channel extends AnyChannel>(who: Who, target?: ChannelTarget<Channel>): Promise<void>;
  /**
   * Resolves the users of a party again and passes their subscriptions through gate 2 again. Call it when roles or memberships have
   * changed. With a channel, it concerns only connections that are subscribed to that channel or about to subscribe.
   */
  abstract reauthorize<Channel extends AnyChannel>(who: Who, target?: ChannelTarget<Channel>): Promise<void>;
  /** Ends the connections of a party, with `rt:bye` `REVOKED`: a ban, or a logout. */
  abstract disconnect(who: Who): Promise<void>;
}
