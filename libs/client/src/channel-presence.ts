// How does an application see who is on a channel?
import type { AnyChannel, MemberDataInput, MemberOf, TypesOf } from '@nestjs-realtime/contract';
import type { Off } from './listeners.js';

/**
 * Who is on a channel that declares `presence`: one member for each user, whatever the number of their connections, oneself included.
 * Handles on one name share one list. It stays as it was last known while the channel is not subscribed, and is exact again with the next
 * subscription. It is empty once the handle has ended, and where this client may not see the members.
 */
export interface ChannelPresence<Channel extends AnyChannel> {
  /** The members, those who came first first. Frozen; the array stays the same until something changes. */
  readonly members: readonly MemberOf<Channel>[];
  /**
   * Calls the listener with the list at every change: members came, left, or have other data or connections.
   * @returns a function that removes the listener.
   * @example const off = room.presence.onMembers((members) => show(members.map(({ userId }) => userId)));
   */
  onMembers(listener: (members: readonly MemberOf<Channel>[]) => void): Off;
  /**
   * Calls the listener with each member that comes into the list, also with those of the first subscription. After a reconnect, only
   * with those who have come meanwhile.
   * @returns a function that removes the listener.
   */
  onJoin(listener: (member: MemberOf<Channel>) => void): Off;
  /**
   * Calls the listener with each member that leaves the list, as it was last known.
   * @returns a function that removes the listener.
   */
  onLeave(listener: (member: MemberOf<Channel>) => void): Off;
  /**
   * Sets the data of this client's user, where the channel declares `setBy: 'member'`. Waits until the client is connected and subscribed.
   * @throws RealtimeError as a handle's `send()`.
   * @example await room.presence.update({ mood: 'busy' });
   */
  update(
    data: TypesOf<Channel> extends { readonly presence: { readonly setBy: 'member' } }
      ? MemberDataInput<Channel>
      : never,
  ): Promise<void>;
}
