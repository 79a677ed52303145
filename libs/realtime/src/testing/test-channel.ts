// How does a test use a channel? With the client's handle, and promises for events and states to come.
import type { EventNameOf, EventOutput, AnyChannel, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { ChannelHandle, RealtimeClient, SubscriptionState } from '@nestjs-realtime/client';
import { RealtimeFault } from '../realtime.exception.js';
import { Inbox, type ReceivedEvent } from './inbox.js';
import { reached, stateOf, waitFor, type WaitOptions } from './wait.js';

/** The members that a test channel has beside those of the client's handle. */
export interface TestChannelWaits<Channel extends RealtimeChannelDescriptor = RealtimeChannelDescriptor> {
  /** All events since the channel was created, in order. */
  readonly received: readonly ReceivedEvent[];
  /**
   * Resolves with the payload of the oldest event of that name that no earlier call has taken. The event may have come before the call.
   * @throws Error after the timeout, which lists the events received. If the channel or the connection has ended, its reason.
   */
  next<Event extends EventNameOf<Channel>>(event: Event, options?: WaitOptions): Promise<EventOutput<Channel, Event>>;
  /** Resolves once the channel is in the state. */
  reached(state: SubscriptionState, options?: WaitOptions): Promise<void>;
}

/** A channel of a test client. */
export type TestChannel<Channel extends RealtimeChannelDescriptor = RealtimeChannelDescriptor> =
  ChannelHandle<Channel> & TestChannelWaits<Channel>;

/** Adds the waits to a handle of the client. */
export function testChannel<Channel extends RealtimeChannelDescriptor>(
  handle: ChannelHandle<Channel>,
  descriptor: Channel,
  client: RealtimeClient,
  timeout: number,
): TestChannel<Channel> {
  const inbox = new Inbox();
  const declared = Object.keys(descriptor.events) as EventNameOf<Channel>[];
  for (const event of declared) handle.on(event, (payload) => inbox.put(event, payload));
  handle.onState(() => inbox.changed());
  client.onState(() => inbox.changed());

  const takeOrFail = (event: string): { readonly found: unknown } | undefined => {
    const taken = inbox.take(event);
    if (!taken) demandOpen(handle as unknown as ChannelHandle<AnyChannel>, client);
    return taken;
  };
  const missing = (event: string): string => {
    const came = inbox.received.map((received) => received.event).join(', ') || 'nothing';
    return `${handle.name} is ${stateOf(handle)}, received ${came}, and no further "${event}"`;
  };
  const waits: TestChannelWaits<Channel> = {
    received: inbox.received,
    next: async (event, options) => {
      if (!declared.includes(event)) {
        throw new RealtimeFault(
          `Channel "${descriptor.name}" declares no event "${event}" (${declared.join(', ') || 'none'}).`,
        );
      }
      const found = await waitFor(
        options?.timeout ?? timeout,
        (changed) => inbox.watch(changed),
        () => takeOrFail(event),
        () => missing(event),
      );
      return found as EventOutput<Channel, typeof event>;
    },
    reached: (state, options) => reached(handle, state, options?.timeout ?? timeout, handle.name),
  };
  return Object.assign(handle, waits);
}

/** @throws the reason if no further event can come. */
function demandOpen(handle: ChannelHandle<AnyChannel>, client: RealtimeClient): void {
  if (handle.state === 'ended') throw handle.reason ?? new Error(`${handle.name} was unsubscribed.`);
  if (client.state === 'failed' || client.state === 'disconnected') {
    throw client.reason ?? new Error(`The client of ${handle.name} was closed.`);
  }
}
