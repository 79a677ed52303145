// Who is in a channel, and who is connected? Asked by applications through this port.
import type { AnyChannel, ChannelTarget, MemberDataInput, MemberOf } from '@nestjs-realtime/contract';

/**
 * Members of channels with presence, and connected users, on all nodes. Every process may ask, also one that only publishes. Promises reject
 * with a `RealtimeFault` for a channel without presence, and with a `RealtimeException` `UNAVAILABLE` if the store does not answer.
 *
 * @example
 * const free = await this.presence.count(roomChannel.with({ roomId })) < 10;
 */
export abstract class IRealtimePresence {
  /** The members, first those who joined first. Reads all of them: ask `count` where the number is enough. */
  abstract members<Channel extends AnyChannel>(target: ChannelTarget<Channel>): Promise<readonly MemberOf<Channel>[]>;
  /** How many members there are. */
  abstract count<Channel extends AnyChannel>(target: ChannelTarget<Channel>): Promise<number>;
  /**
   * Sets the data of a member, on all nodes; clients hear of it. Changes nothing for a user who is no member. Rejects with a `RealtimeFault`
   * for data that the schema refuses.
   */
  abstract update<Channel extends AnyChannel>(
    target: ChannelTarget<Channel>,
    userId: string,
    data: MemberDataInput<NoInfer<Channel>>,
  ): Promise<void>;
  /** Whether the user is connected to any node. */
  abstract isOnline(userId: string): Promise<boolean>;
  /** Those of the users who are connected, in their order. */
  abstract onlineAmong(userIds: readonly string[]): Promise<readonly string[]>;
}
