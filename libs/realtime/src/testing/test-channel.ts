// How does a test use a channel? With the client's handle, and promises for events and states to come.
import type { AnyChannel, EventOutput, HeardEventOf } from '@nestjs-realtime/contract';
import type { ChannelHandle, RealtimeClient, SubscriptionStatus } from '@nestjs-realtime/client';
import { RealtimeFault } from '../realtime.exception.js';
import { Inbox, type ReceivedEvent } from './inbox.js';
import { reached, stateOf, waitFor, type WaitOptions } from './wait.js';

/** The members that a test channel has beside those of the client's handle. */
export interface TestChannelWaits<Channel extends AnyChannel = AnyChannel> {
  /** All events since the channel was created, in order. */
  readonly received: readonly ReceivedEvent[];
  /**
   * Resolves with the payload of the oldest event of that name that no earlier call has taken. The event may have come before the call.
   * @throws Error after the timeout, which lists the events received. If the channel or the connection has ended, its reason.
   */
  next<Event extends HeardEventOf<Channel>>(event: Event, options?: WaitOptions): Promise<EventOutput<Channel, Event>>;
  /** Resolves once the channel is in the state. */
  reached(state: SubscriptionStatus['state'], options?: WaitOptions): Promise<void>;
}

/** A channel of a test client. */
export type TestChannel<Channel extends AnyChannel = AnyChannel> = ChannelHandle<Channel> & TestChannelWaits<Channel>;

/** Adds the waits to a handle of the client. */
export function testChannel<Channel extends AnyChannel>(
  handle: ChannelHandle<Channel>,
  descriptor: Channel,
  client: RealtimeClient,
  timeout: number,
): TestChannel<Channel> {
  const inbox = new Inbox();
  const declared = heardOn(descriptor);
  for (const event of declared) handle.on(event, (payload) => inbox.put(event, payload));
  handle.onStatus(() => inbox.changed());
  client.onStatus(() => inbox.changed());

  const takeOrFail = (event: string): { readonly found: unknown } | undefined => {
    const taken = inbox.take(event);
    if (!taken) demandOpen(handle, client);
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

function heardOn<Channel extends AnyChannel>(descriptor: Channel): HeardEventOf<Channel>[] {
  const names = [
    ...Object.keys(descriptor.events as object),
    ...(descriptor.snapshot === undefined ? [] : ['snapshot']),
  ];
  return names as HeardEventOf<Channel>[];
}

/** @throws the reason if no further event can come. */
function demandOpen({ name, status }: Pick<ChannelHandle, 'name' | 'status'>, client: RealtimeClient): void {
  const { state } = client.status;
  if (client.status.state === 'failed') throw client.status.reason;
  if (state === 'disconnected' || state === 'closed') throw new Error(`The client of ${name} was closed.`);
  if (status.state === 'ended') throw status.reason ?? new Error(`${name} was unsubscribed.`);
}
