// What does a component do with events, and after a gap?
'use client';
import { useEffect, useInsertionEffect, useRef } from 'react';
import type { AnyChannel, EventOutput, HeardEventOf } from '@nestjs-realtime/contract';
import { storeOf, type ViewStatus } from './channel-store.js';
import type { ChannelView } from './use-channel.js';

/** The newest of the functions that a component gives at each render. */
function useNewest<T extends (...args: never[]) => unknown>(given: T): { readonly current: T } {
  const newest = useRef(given);
  useInsertionEffect(() => {
    newest.current = given;
  });
  return newest;
}

/** Calls the listener, always the newest one, with every event of that name. */
export function useEvent<Channel extends AnyChannel, Event extends HeardEventOf<NoInfer<Channel>>>(
  channel: ChannelView<Channel>,
  event: Event,
  listener: (payload: EventOutput<NoInfer<Channel>, Event>) => void,
): void {
  const store = storeOf(channel);
  const newest = useNewest(listener);
  useEffect(() => store.listen(event, (payload) => newest.current(payload as never)), [store, event, newest]);
}

/**
 * Calls the listener, always the newest one, each time that the channel is subscribed and events may be missing: load again what they change.
 * @example useGap(order, () => void queryClient.invalidateQueries({ queryKey: ['order', orderId] }));
 */
export function useGap<Channel extends AnyChannel>(channel: ChannelView<Channel>, listener: () => void): void {
  const store = storeOf(channel);
  const newest = useNewest(listener);
  useEffect(() => {
    const look = (status: ViewStatus): void => {
      if (status.state === 'subscribed' && status.gap) newest.current();
    };
    look(store.view.status);
    return store.onStatus(look);
  }, [store, newest]);
}
