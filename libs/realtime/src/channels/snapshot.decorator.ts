// Which method supplies the state of a channel?
import type { AnyChannel, ChannelAddress, RealtimeChannelDescriptor, SnapshotOf } from '@nestjs-realtime/contract';
import { markMethod, type MethodMark } from './marked-methods.js';
import { demandDescriptor } from './named-descriptor.js';
import type { CheckedMethodDecorator } from './realtime-handler.decorator.js';

/** Marks of methods that supply a snapshot; each is the descriptor, or null in the unchecked form. */
export const SNAPSHOT: MethodMark = { key: 'nestjs-realtime:snapshot', decorator: '@Snapshot' };

/** What a mark holds. */
export type SnapshotMark = RealtimeChannelDescriptor | null;

/**
 * Marks the method of a `@RealtimeChannel` class that supplies the state of a channel which declares `snapshot`. Each client that subscribes
 * hears it first, as the event `snapshot`, and behind it every event that was broadcast since the method was called. With the descriptor, the
 * compiler checks the method.
 *
 * The method gets the channel and no user: one answer serves all who subscribe within a second. Change your own data first and broadcast then;
 * otherwise the state may be without an event that was broadcast before the method was called.
 *
 * @example
 * @Snapshot(auctionChannel)
 * state({ params }: ChannelAddress<typeof auctionChannel>) { return this.auctions.stateOf(params.auctionId); }
 */
export function Snapshot(): MethodDecorator;
export function Snapshot<Channel extends AnyChannel>(
  descriptor: Channel,
): CheckedMethodDecorator<(channel: ChannelAddress<Channel>) => SnapshotOf<Channel> | Promise<SnapshotOf<Channel>>>;
export function Snapshot(...given: readonly AnyChannel[]): CheckedMethodDecorator<unknown> {
  const mark: SnapshotMark = given.length === 0 ? null : demandDescriptor(given[0], SNAPSHOT.decorator, 'nothing');
  return markMethod(SNAPSHOT, mark);
}
