// How does a handle work? It is one user of a shared subscription, with listeners and loops of its own.
import { FRAMES, type MessageReply } from '@nestjs-realtime/contract';
import type { AnnouncedSubscription } from './announced-subscription.js';
import type { ChannelHandle, SendOptions } from './channel-handle.js';
import type { Params } from './channel-match.js';
import type { UntypedChannel } from './channels.js';
import { type EventsOptions, EventStream } from './event-stream.js';
import { Listeners, type Off } from './listeners.js';
import { MAX_TIMER_MS, pending, type Settle, type WaitOptions } from './pending.js';
import { closedHere, RealtimeError } from './realtime-error.js';
import type { Link } from './requests.js';
import type { SendResult } from './send-result.js';
import type { Subscription, SubscriptionUser } from './subscription.js';
import type { SubscriptionStatus } from './subscription-status.js';
import type { Subscriptions } from './subscriptions.js';
import type { WantedChannel } from './wanted-channel.js';

export class Handle implements Omit<ChannelHandle, 'on' | 'events'> {
  status: SubscriptionStatus;
  private readonly listeners = new Map<string, Listeners<unknown>>();
  private readonly streams = new Set<EventStream<unknown>>();
  private readonly waiting = new Set<Settle<never>>();
  private readonly statusListeners = new Listeners<SubscriptionStatus>();
  private readonly subscription: Subscription;
  private wasSubscribed = false;
  private left = false;

  constructor(
    private readonly wanted: WantedChannel,
    private readonly subscriptions: Subscriptions,
    private readonly requestTimeout: number,
  ) {
    this.subscription = wanted.params
      ? subscriptions.join(wanted.name, this.user)
      : subscriptions.joinAnnounced(wanted.name, this.user);
    this.status = this.withGap(this.subscription.status);
  }

  get name(): string {
    return this.subscription.name;
  }

  get params(): Params {
    return this.wanted.params ?? (this.subscription as AnnouncedSubscription).params;
  }

  onStatus(listener: (status: SubscriptionStatus) => void): Off {
    return this.statusListeners.add(listener);
  }

  ready(options: WaitOptions = {}): Promise<void> {
    return this.admitted(options, (_link, settle) => settle.resolve());
  }

  on(event: string, listener: (payload: unknown) => void): Off {
    let listeners = this.listeners.get(event);
    if (!listeners) this.listeners.set(event, (listeners = new Listeners()));
    return listeners.add(listener);
  }

  events(event: string, options: EventsOptions = {}): AsyncIterableIterator<unknown> {
    const stream = new EventStream<unknown>(options, () => {
      off();
      this.streams.delete(stream);
    });
    const off = this.on(event, (payload) => stream.push(payload));
    const { status } = this;
    const { failure } = this.subscriptions;
    this.streams.add(stream);
    if (options.signal?.aborted) stream.end(options.signal.reason);
    else if (status.state === 'ended') stream.end(status.reason);
    else if (failure) stream.end(failure);
    return stream;
  }

  send(message: string, payload?: unknown, options: SendOptions = {}): Promise<unknown> {
    const { timeout = this.requestTimeout, signal, traceparent } = options;
    return this.admitted({ timeout, signal }, (link, { resolve, reject }) => {
      // JSON leaves out what is undefined.
      const frame = { channel: this.name, event: message, payload, traceparent };
      return link.ask(FRAMES.MESSAGE, frame, MAX_TIMER_MS, (refusal, reply) =>
        refusal ? reject(refusal) : resolve((reply as MessageReply).data),
      );
    });
  }

  trySend(message: string, payload?: unknown, options?: SendOptions): Promise<SendResult<UntypedChannel, string>> {
    return this.send(message, payload, options).then(
      (data) => ({ ok: true, data }),
      (error: unknown) => {
        if (RealtimeError.is(error)) return { ok: false, error };
        throw error;
      },
    );
  }

  unsubscribe(): void {
    this.leave();
  }

  [Symbol.dispose](): void {
    this.leave();
  }

  /** @param keeps whether a subscription that the server has made by itself lasts. */
  leave(keeps = false): void {
    if (this.left) return;
    this.left = true;
    this.subscriptions.leave(this.subscription, this.user, keeps);
    this.listeners.clear();
    this.endStreams();
    for (const { reject } of this.waiting) reject(closedHere());
    if (this.status.state !== 'ended') {
      this.status = { state: 'ended' };
      this.statusListeners.emit(this.status);
    }
    this.statusListeners.clear();
  }

  /** Not the handle itself: what others add to a handle must not get in the way. */
  private readonly user: SubscriptionUser = {
    statusChanged: (changed) => {
      if (this.left) return;
      const status = (this.status = this.withGap(changed));
      if (status.state === 'ended') this.endStreams(status.reason);
      this.statusListeners.emit(status, () => this.status === status);
    },
    received: (event, payload) => this.listeners.get(event)?.emit(payload),
    connectionFailed: (reason) => this.endStreams(reason),
  };

  private endStreams(reason?: RealtimeError): void {
    for (const stream of this.streams) stream.end(reason);
  }

  private withGap(status: SubscriptionStatus): SubscriptionStatus {
    if (status.state !== 'subscribed') return status;
    const gap = this.wasSubscribed;
    this.wasSubscribed = true;
    return gap ? { ...status, gap } : status;
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
