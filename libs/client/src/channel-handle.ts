// How does an application use a channel? Through a handle: one subscriber of the shared subscription, with its own listeners.
import {
  type EventNameOf,
  type EventOutput,
  FRAMES,
  type MessageInput,
  type MessageNameOf,
  type MessageReply,
  type RealtimeChannelDescriptor,
} from '@nestjs-realtime/contract';
import { EventStream } from './event-stream.js';
import { Listeners, type Off } from './listeners.js';
import { pending, type Settle, type WaitOptions } from './pending.js';
import { closedHere, type RealtimeError } from './realtime-error.js';
import type { Link } from './requests.js';
import type { Subscription, SubscriptionState, SubscriptionStatus, SubscriptionUser } from './subscription.js';
import type { Subscriptions } from './subscriptions.js';

/**
 * One channel, as one part of an application uses it. Handles on the same name share one subscription, which lasts until the
 * last of them has called `unsubscribe()`. It survives reconnects; a refusal or an eviction that is not retryable ends it.
 */
export class ChannelHandle<Channel extends RealtimeChannelDescriptor = RealtimeChannelDescriptor> {
  private readonly listeners = new Map<string, Listeners<unknown>>();
  private readonly streams = new Set<EventStream<unknown>>();
  private readonly waiting = new Set<Settle<never>>();
  private readonly statusListeners = new Listeners<SubscriptionStatus>();
  private readonly subscription: Subscription;
  private left = false;

  /** @internal Use `client.channel()`. */
  constructor(
    /** The concrete name, such as `orders.42`. */
    readonly name: string,
    private readonly subscriptions: Subscriptions,
    private readonly requestTimeout: number,
  ) {
    this.subscription = subscriptions.join(name, this.user);
  }

  /** `subscribing`, `subscribed` (events arrive) or `ended`. */
  get state(): SubscriptionState {
    return this.status.state;
  }

  /** Why the channel ended, or why the last attempt failed while another is due. Undefined after `unsubscribe()`. */
  get reason(): RealtimeError | undefined {
    return this.status.reason;
  }

  private get status(): SubscriptionStatus {
    return this.left ? { state: 'ended' } : this.subscription.status;
  }

  /**
   * Calls the listener at every change of `state` or `reason`, with both.
   * @returns a function that removes the listener.
   */
  onState(listener: (status: SubscriptionStatus) => void): Off {
    return this.statusListeners.add(listener);
  }

  /**
   * Resolves when the server has admitted this client; at once if it already has.
   * @throws RealtimeError when the channel has ended, the connection failed, or `disconnect()` was called.
   */
  ready(options: WaitOptions = {}): Promise<void> {
    return this.admitted(options, (_link, settle) => settle.resolve());
  }

  /**
   * Calls the listener with every event of that name. Add listeners before awaiting anything, so that no event is missed.
   * @returns a function that removes the listener; the subscription stays until `unsubscribe()`.
   * @example const off = order.on('shipped', ({ at }) => show(at));
   */
  on<Event extends EventNameOf<Channel>>(event: Event, listener: (payload: EventOutput<Channel, Event>) => void): Off {
    let listeners = this.listeners.get(event);
    if (!listeners) this.listeners.set(event, (listeners = new Listeners()));
    return listeners.add(listener as (payload: unknown) => void);
  }

  /**
   * Events of that name for `for await`. They are buffered from this call on, without a bound, so the loop must keep up.
   * The loop ends with `unsubscribe()` and throws the RealtimeError that ends the channel or fails the connection.
   * @example for await (const { at } of order.events('shipped')) show(at);
   */
  events<Event extends EventNameOf<Channel>>(
    event: Event,
  ): AsyncIterableIterator<EventOutput<Channel, Event>, undefined> {
    const stream = new EventStream<EventOutput<Channel, Event>>(() => {
      off();
      this.streams.delete(stream);
    });
    const off = this.on(event, (payload) => stream.push(payload));
    const { state, reason } = this.status;
    const failure = this.subscriptions.failure;
    if (state === 'ended' || failure) stream.end(reason ?? failure);
    else this.streams.add(stream);
    return stream;
  }

  /**
   * Sends a message and resolves with what its handler returned, usually nothing. Waits until the client is connected and
   * subscribed. Never sends a message twice.
   * @param options `timeout` in milliseconds, which includes that wait (default: the client's `requestTimeout`); a `signal`; a
   * `traceparent` (W3C Trace Context), so that the server handles the message as part of the page's trace.
   * @throws RealtimeError the server's refusal; `TIMEOUT`; `DISCONNECTED` when the connection was lost before the answer, so
   * that the message may or may not have been handled; `CLOSED` when `disconnect()` came before the answer or `unsubscribe()`
   * before it was sent; the reason of a channel that has ended or of a connection that failed. An aborted signal throws its own
   * reason, usually an `AbortError`.
   * @example await order.send('addNote', { text: 'Ring twice.' });
   */
  send<Message extends MessageNameOf<Channel>>(
    message: Message,
    payload: MessageInput<Channel, Message>,
    { timeout = this.requestTimeout, signal, traceparent }: WaitOptions & { readonly traceparent?: string } = {},
  ): Promise<unknown> {
    const frame = { channel: this.name, event: message, payload, traceparent };
    return this.admitted({ timeout, signal }, (link, { resolve, reject }) =>
      link.ask(FRAMES.MESSAGE, frame, timeout, (refusal, reply) =>
        refusal ? reject(refusal) : resolve((reply as MessageReply).data),
      ),
    );
  }

  /**
   * Ends this handle: its listeners are not called again, and messages that still wait are not sent.
   * The last handle on a name ends the subscription.
   */
  unsubscribe(): void {
    if (this.left) return;
    const ended = this.state === 'ended';
    this.left = true;
    this.subscriptions.leave(this.subscription, this.user);
    this.listeners.clear();
    this.endStreams();
    for (const { reject } of this.waiting) reject(closedHere());
    if (!ended) this.statusListeners.emit(this.status);
    this.statusListeners.clear();
  }

  private readonly user: SubscriptionUser = {
    statusChanged: (status) => {
      if (status.state === 'ended') this.endStreams(status.reason);
      this.statusListeners.emit(status, () => this.subscription.status === status);
    },
    received: (event, payload) => this.listeners.get(event)?.emit(payload),
    connectionFailed: (reason) => this.endStreams(reason),
  };

  private endStreams(reason?: RealtimeError): void {
    for (const stream of this.streams) stream.end(reason);
    this.streams.clear();
  }

  /** Starts the work once the server has admitted the client to the channel. */
  private admitted<T>(options: WaitOptions, start: (link: Link, settle: Settle<T>) => (() => void) | void): Promise<T> {
    return pending<T>(options, (settle, onEnd) => {
      const stopped = this.left ? closedHere() : this.subscriptions.stopped;
      if (stopped) return settle.reject(stopped);
      this.waiting.add(settle);
      onEnd(() => this.waiting.delete(settle));
      onEnd(
        this.subscription.wait({
          admitted: (link) => {
            this.waiting.delete(settle);
            const stop = start(link, settle);
            if (stop) onEnd(stop);
          },
          failed: settle.reject,
        }),
      );
    });
  }
}
