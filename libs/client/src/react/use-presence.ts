// How does a component show who is on a channel?
'use client';
import { useCallback, useSyncExternalStore } from 'react';
import type { AnyChannel, HasPresence, MemberOf } from '@nestjs-realtime/contract';
import { NO_MEMBERS } from '../member-list.js';
import { storeOf } from './channel-store.js';
import type { ChannelView } from './use-channel.js';

/**
 * The members of a channel that declares `presence`, in the order in which they came: the same array until something changes. Empty
 * before the first subscription, and on a server.
 * @example const members = usePresence(useChannel('rooms.{roomId}', { roomId }));
 */
export function usePresence<Channel extends AnyChannel>(
  channel: ChannelView<Channel>,
): HasPresence<Channel> extends true ? readonly MemberOf<Channel>[] : never {
  const store = storeOf(channel);
  const follow = useCallback((changed: () => void) => store.onMembers(changed), [store]);
  return useSyncExternalStore(
    follow,
    () => store.members,
    () => NO_MEMBERS,
  ) as never;
}
