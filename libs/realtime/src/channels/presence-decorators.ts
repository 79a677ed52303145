// Which methods supply what is known of members, and which are told of users who come and go? And which guards decide who may know?
import { type CanActivate, type Type, UseGuards } from '@nestjs/common';
import type {
  AnyChannel,
  ChannelAddress,
  MemberDataInput,
  MemberOf,
  RealtimeChannelDescriptor,
} from '@nestjs-realtime/contract';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { markMethod, type MethodMark } from './marked-methods.js';
import { demandDescriptor } from './named-descriptor.js';
import type { CheckedMethodDecorator } from './realtime-handler.decorator.js';

/** Marks of methods that concern one channel; each is the descriptor, or null in the unchecked form. */
export const MEMBER_DATA: MethodMark = { key: 'nestjs-realtime:member-data', decorator: '@MemberData' };
export const ON_JOIN: MethodMark = { key: 'nestjs-realtime:join', decorator: '@OnJoin' };
export const ON_LEAVE: MethodMark = { key: 'nestjs-realtime:leave', decorator: '@OnLeave' };
/** What such a mark holds. */
export type ChannelMark = RealtimeChannelDescriptor | null;

/** Marks of methods that are told of users, whatever their channels. */
export const ON_USER_ONLINE: MethodMark = { key: 'nestjs-realtime:online', decorator: '@OnUserOnline' };
export const ON_USER_OFFLINE: MethodMark = { key: 'nestjs-realtime:offline', decorator: '@OnUserOffline' };
/** Mark of the method that says which users a client may watch. */
export const WATCHABLE_USERS: MethodMark = { key: 'nestjs-realtime:watchable', decorator: '@WatchableUsers' };

/** Nest makes the guards of methods, so a method without use carries those of presence. */
export const PRESENCE_GUARDS = 'realtime presence guards';

/**
 * Marks the method of a `@RealtimeChannel` class that supplies what is known of a member, where the channel declares `presence: { data }`. It
 * is asked each time a connection of the user is admitted, on the node of that connection. With the descriptor, the compiler checks it.
 *
 * @example
 * @MemberData(roomChannel)
 * nameOf({ userId }: RealtimeUser) { return this.users.profile(userId); }
 */
export function MemberData(): MethodDecorator;
export function MemberData<Channel extends AnyChannel>(
  descriptor: Channel,
): CheckedMethodDecorator<
  (user: RealtimeUser, channel: ChannelAddress<Channel>) => MemberDataInput<Channel> | Promise<MemberDataInput<Channel>>
>;
export function MemberData(...given: readonly AnyChannel[]): CheckedMethodDecorator<unknown> {
  return markMethod(MEMBER_DATA, markOf(MEMBER_DATA, given));
}

/**
 * Marks a method of a `@RealtimeChannel` class that is told when a user becomes a member: once for all connections and all nodes, on one
 * node. A closing application waits for it.
 *
 * @example
 * @OnJoin(roomChannel)
 * joined({ userId }: MemberOf<typeof roomChannel>, { params }: ChannelAddress<typeof roomChannel>) {}
 */
export function OnJoin(): MethodDecorator;
export function OnJoin<Channel extends AnyChannel>(
  descriptor: Channel,
): CheckedMethodDecorator<(member: MemberOf<Channel>, channel: ChannelAddress<Channel>) => unknown>;
export function OnJoin(...given: readonly AnyChannel[]): CheckedMethodDecorator<unknown> {
  return markMethod(ON_JOIN, markOf(ON_JOIN, given));
}

/** As `@OnJoin`, when a user is no member any more: after the grace, or at once where the last connection has left on purpose. */
export function OnLeave(): MethodDecorator;
export function OnLeave<Channel extends AnyChannel>(
  descriptor: Channel,
): CheckedMethodDecorator<(member: MemberOf<Channel>, channel: ChannelAddress<Channel>) => unknown>;
export function OnLeave(...given: readonly AnyChannel[]): CheckedMethodDecorator<unknown> {
  return markMethod(ON_LEAVE, markOf(ON_LEAVE, given));
}

/** Marks a method of any provider that is told when a user has the first connection, on whatever node: once in the cluster. */
export function OnUserOnline(): CheckedMethodDecorator<(userId: string) => unknown> {
  return markMethod(ON_USER_ONLINE, null);
}

/** As `@OnUserOnline`, when a user has no connection any more, after `presenceGrace`. */
export function OnUserOffline(): CheckedMethodDecorator<(userId: string) => unknown> {
  return markMethod(ON_USER_OFFLINE, null);
}

/**
 * Marks the method of any provider that says which users a client may watch: it gets the ids that a client asks about, and returns those
 * that the client may know about: whether they are online. Without such a method no client may watch anyone.
 *
 * @example
 * @WatchableUsers()
 * friends(user: RealtimeUser, userIds: readonly string[]) { return this.friends.among(user.userId, userIds); }
 */
export function WatchableUsers(): CheckedMethodDecorator<
  (user: RealtimeUser, userIds: readonly string[]) => readonly string[] | Promise<readonly string[]>
> {
  return markMethod(WATCHABLE_USERS, null);
}

/**
 * Guards that decide which subscribers hear of members, beside the `visibleTo` that the channel declares. They run after gate 2 and whenever
 * the lease is renewed. One that refuses leaves the subscription, and the client knows no members.
 */
export function UsePresenceGuards(...guards: readonly (Type<CanActivate> | CanActivate)[]): ClassDecorator {
  return (target) => {
    const { prototype } = target as unknown as { readonly prototype: object };
    const carrier = (): void => undefined;
    const descriptor = { value: carrier, configurable: true, enumerable: false, writable: true };
    Object.defineProperty(prototype, PRESENCE_GUARDS, descriptor);
    UseGuards(...guards)(prototype, PRESENCE_GUARDS, descriptor);
  };
}

function markOf({ decorator }: MethodMark, given: readonly AnyChannel[]): ChannelMark {
  return given.length === 0 ? null : demandDescriptor(given[0], decorator, 'nothing');
}
