// How does a component keep a state up to date with the events of a channel?
'use client';
import { useCallback, useInsertionEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import type { AnyChannel, EventOutput, HeardEventOf } from '@nestjs-realtime/contract';
import { storeOf } from './channel-store.js';
import { LoadedState, type RealtimeState } from './loaded-state.js';
import type { ChannelView } from './use-channel.js';

/** What the channel itself sends first, if it declares a snapshot. */
export type SnapshotOutput<Channel extends AnyChannel> =
  'snapshot' extends HeardEventOf<Channel> ? EventOutput<Channel, 'snapshot' & HeardEventOf<Channel>> : undefined;

/** Where a state comes from, and how events change it. */
export interface RealtimeStateOptions<Channel extends AnyChannel, State> {
  /** The state of a page that was rendered on a server; pass its position as `since` to `useChannel()`. */
  readonly initial?: State | undefined;
  /** Loads the state: at first, unless `initial` and `since` are given, and after each gap. `signal` aborts when it is no longer wanted. */
  readonly snapshot?: ((request: { readonly signal: AbortSignal }) => Promise<State>) | undefined;
  /**
   * What each event makes of the state. An event that came while the state was loaded may be in it already, so applying one twice must
   * give the same.
   */
  readonly on: {
    readonly [Event in HeardEventOf<NoInfer<Channel>>]?: (
      state: NoInfer<State>,
      payload: EventOutput<NoInfer<Channel>, Event>,
    ) => NoInfer<State>;
  };
}

/**
 * A state that follows a channel: loaded when it is subscribed, changed by its events, loaded again after a gap. Events that come while it is
 * loaded wait for it.
 * @example
 * const { data, status } = useRealtimeState(useChannel('orders.{orderId}', { orderId }), {
 *   snapshot: ({ signal }) => api.order(orderId, { signal }),
 *   on: { shipped: (order, { at }) => ({ ...order, at }) },
 * });
 */
export function useRealtimeState<Channel extends AnyChannel, State = SnapshotOutput<NoInfer<Channel>>>(
  view: ChannelView<Channel>,
  options: RealtimeStateOptions<Channel, State>,
): RealtimeState<State> {
  const store = storeOf(view);
  const newest = useRef(options);
  useInsertionEffect(() => {
    newest.current = options;
  });
  const state = useMemo(() => new LoadedState<State>(store, options.initial, () => newest.current), [store]);
  const events = Object.keys(options.on).join('\n');
  const follow = useCallback((changed: () => void) => state.follow(events.split('\n'), changed), [state, events]);
  return useSyncExternalStore(
    follow,
    () => state.current,
    () => state.first,
  );
}
