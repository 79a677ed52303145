// How does a component use a channel?
'use client';
import { useMemo, useSyncExternalStore } from 'react';
import type { AnyChannel, ChannelAddress, Position } from '@nestjs-realtime/contract';
import type { ChannelHandle } from '../channel-handle.js';
import type { Params } from '../channel-match.js';
import type { ChannelsIn, HandleArguments, Meant, Registered } from '../channels.js';
import { wantedChannel, wantedSince } from '../wanted-channel.js';
import { ChannelStore, type ViewStatus } from './channel-store.js';
import { useRealtimeClient } from './realtime-provider.js';

/** A channel, as one component uses it. Pass it to `useEvent()`, `useGap()`, `usePresence()` and `useRealtimeState()`. */
export interface ChannelView<Channel extends AnyChannel> {
  /** The concrete name; null without a channel. */
  readonly name: string | null;
  /** As that of a handle; `idle` without a channel, before the component is mounted, and on a server. */
  readonly status: ViewStatus;
  /** As that of a handle. May be called at any time, also before the component is mounted. */
  readonly send: ChannelHandle<Channel>['send'];
  readonly trySend: ChannelHandle<Channel>['trySend'];
}

type Known = ChannelsIn<Registered>;

/**
 * Subscribes to a channel while the component is mounted. Components on one channel share one subscription.
 * @param rest params and options as for `client.channel()`; null for "not now". With `{ since }` the channel goes on from the position of a
 * page that was rendered on a server. Another position begins again from there.
 * @throws ChannelParamsError, TypeError as `client.channel()`, while rendering.
 * @example const order = useChannel('orders.{orderId}', { orderId }, { since: page.position });
 * @example const order = useChannel(orderId === null ? null : orderChannel.with({ orderId }));
 */
export function useChannel<Argument extends Known['name'] | AnyChannel | ChannelAddress<AnyChannel> | null>(
  channel: Argument,
  ...rest: HandleArguments<Known, Exclude<Argument, null>> | [params: null]
): ChannelView<Meant<Known, Exclude<Argument, null>>> {
  const client = useRealtimeClient();
  const [params, options] = rest as readonly [params?: Params | null, options?: unknown];
  const isWanted = channel !== null && params !== null;
  const wanted = isWanted ? wantedChannel(channel, params) : null;
  const since: Position | null = isWanted ? wantedSince(channel, [params, options]) : null;
  const name = wanted && wanted.name;
  // Params and positions are other objects at each render.
  const store = useMemo(
    () => new ChannelStore(client, isWanted ? [channel, params] : null, name, since),
    [client, isWanted, name, since?.epoch, since?.offset],
  );
  return useSyncExternalStore(
    store.follow,
    () => store.view,
    () => store.idle,
  ) as unknown as ChannelView<Meant<Known, Exclude<Argument, null>>>;
}
