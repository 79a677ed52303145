// How does an application use a channel?
/// <reference lib="esnext.disposable" preserve="true" />
import type {
  AnyChannel,
  EventOutput,
  HasHistory,
  HasPresence,
  HeardEventOf,
  HistoryPage,
  MessageInput,
  MessageNameOf,
  MessageWithoutPayload,
  ParamsOf,
  Position,
  ReplyOutput,
} from '@nestjs-realtime/contract';
import type { ChannelPresence } from './channel-presence.js';
import type { UntypedChannel } from './channels.js';
import type { EventsOptions } from './event-stream.js';
import type { Off } from './listeners.js';
import type { WaitOptions } from './pending.js';
import type { SendResult } from './send-result.js';
import type { SubscriptionStatus } from './subscription-status.js';

/** How long a message may take, and which trace it belongs to. */
export interface SendOptions extends WaitOptions {
  /** W3C Trace Context, so that the server handles the message as part of the page's trace. */
  readonly traceparent?: string | undefined;
}

/** Which events to read, and how long that may take. */
export interface HistoryQuery extends WaitOptions {
  /** Events after this position; one outside the log has nothing after it. Default: the newest events. */
  readonly since?: Position | undefined;
  /** At most so many: the newest, or with `since` the first after it. A page has at most 300. */
  readonly limit?: number | undefined;
}

/** What a handle has beside the rest where the channel declares `history`. */
export interface HistoryMethods<Channel extends AnyChannel> {
  /** How far this handle has heard; before that, `since`, or null. Keep it, and pass it as `since` to go on from there. */
  readonly position: Position | null;
  /**
   * Reads a page of the log, in ascending order. Waits until the client is connected and subscribed. Changes nothing of what the
   * handle hears.
   * @throws RealtimeError as `send()`; `UNAVAILABLE` when the log cannot be read.
   * @example const { events, position } = await order.history({ limit: 50 });
   */
  history(options?: HistoryQuery): Promise<HistoryPage<Channel>>;
}

/**
 * One channel, as one part of an application uses it. Handles on the same name share one subscription, which lasts until the
 * last of them has called `unsubscribe()`. It survives reconnects; a refusal or an eviction that is not retryable ends it. If rights
 * were missing, handles and their listeners come back with them: after `authenticate()`, or for another user. Loops do not.
 * `using order = client.channel(…)` unsubscribes at the end of the block.
 */
export type ChannelHandle<Channel extends AnyChannel = UntypedChannel> = HandleBase<Channel> &
  (HasHistory<Channel> extends true ? HistoryMethods<Channel> : unknown) &
  (HasPresence<Channel> extends true ? { readonly presence: ChannelPresence<Channel> } : unknown);

/** What every handle has. */
export interface HandleBase<Channel extends AnyChannel> extends Disposable {
  /** The concrete name, such as `orders.42`. Where the server gives the params: the template, until the server has named the channel. */
  readonly name: string;
  /** The params in the name. Where the server gives them: empty, until the server has named the channel. */
  readonly params: ParamsOf<Channel>;
  /** `subscribing`, `subscribed` (events arrive) or `ended`, with what belongs to it. */
  readonly status: SubscriptionStatus;
  /**
   * Calls the listener at every change of `status`.
   * @returns a function that removes the listener.
   */
  onStatus(listener: (status: SubscriptionStatus) => void): Off;
  /**
   * Resolves when the server has admitted this client; at once if it already has.
   * @throws RealtimeError when the channel has ended, the connection failed, or `disconnect()` was called.
   */
  ready(options?: WaitOptions): Promise<void>;
  /**
   * Calls the listener with every event of that name, each with a payload of its own. Add listeners before awaiting anything, so that no
   * event is missed.
   * @returns a function that removes the listener; the subscription stays until `unsubscribe()`.
   * @throws RealtimeError `CLOSED` after `unsubscribe()`.
   * @example const off = order.on('shipped', ({ at }) => show(at));
   */
  on<Event extends HeardEventOf<Channel>>(event: Event, listener: (payload: EventOutput<Channel, Event>) => void): Off;
  /**
   * Events of that name for `for await`, buffered from this call on. The loop ends with `unsubscribe()` and throws the RealtimeError
   * that ends the channel or fails the connection, after the events that have arrived.
   * @throws RangeError for a buffer that holds no event; RealtimeError `CLOSED` after `unsubscribe()`.
   * @example for await (const { at } of order.events('shipped')) show(at);
   */
  events<Event extends HeardEventOf<Channel>>(
    event: Event,
    options?: EventsOptions,
  ): AsyncIterableIterator<EventOutput<Channel, Event>>;
  /** Sends a message that carries nothing. */
  send<Message extends MessageWithoutPayload<Channel>>(message: Message): Promise<ReplyOutput<Channel, Message>>;
  /**
   * Sends a message and resolves with the reply that the message declares, or with nothing. Waits until the client is connected and
   * subscribed, and until the server takes one more message. Never sends a message twice.
   * @param options `timeout`, which includes that wait (default: the client's `requestTimeout`); `signal`; `traceparent`.
   * @throws RealtimeError the server's refusal; `PAYLOAD_TOO_LARGE` before it is sent; `TIMEOUT`; `DISCONNECTED` when the connection was lost before the answer, so
   * that the message may or may not have been handled; `CLOSED` when `disconnect()` came before the answer or `unsubscribe()`
   * before it was sent; the reason of a channel that has ended or of a connection that failed. An aborted signal throws its own
   * reason, usually an `AbortError`.
   * @example await order.send('addNote', { text: 'Ring twice.' });
   */
  send<Message extends MessageNameOf<Channel>>(
    message: Message,
    payload: MessageInput<Channel, Message>,
    options?: SendOptions,
  ): Promise<ReplyOutput<Channel, Message>>;
  /** Sends a message that carries nothing, and resolves with its outcome. */
  trySend<Message extends MessageWithoutPayload<Channel>>(message: Message): Promise<SendResult<Channel, Message>>;
  /**
   * As `send()`, but a RealtimeError is a result: `{ ok: false, error }`, where `error.code` tells the type of `error.data`.
   * Anything else still throws, such as the reason of an aborted signal.
   * @example
   * const result = await auction.trySend('bid', { amount: 4 });
   * if (!result.ok && result.error.code === 'BID_TOO_LOW') show(result.error.data.minimum);
   */
  trySend<Message extends MessageNameOf<Channel>>(
    message: Message,
    payload: MessageInput<Channel, Message>,
    options?: SendOptions,
  ): Promise<SendResult<Channel, Message>>;
  /**
   * Ends this handle: its listeners are not called again, and messages that still wait are not sent.
   * The last handle on a name ends the subscription.
   */
  unsubscribe(): void;
}
