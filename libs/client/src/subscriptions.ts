// Which channels does this client want, and which has the server admitted? Shared by name, requested in batches, requested again when lost.
import { type EvictedFrame, FRAMES, MAX_SUBSCRIBE_BATCH } from '@nestjs-realtime/contract';
import { Backoff } from './backoff.js';
import type { RealtimeClientOptions } from './client-options.js';
import type { ConnectionObserver } from './connection.js';
import { closedHere, readRefusal, RealtimeError } from './realtime-error.js';
import type { Link } from './requests.js';
import { Subscription, type SubscriptionUser } from './subscription.js';

export class Subscriptions implements ConnectionObserver {
  /** Why the client neither is connected nor tries to be; requests made now are rejected with it. */
  stopped?: RealtimeError = closedHere();
  private readonly byName = new Map<string, Subscription>();
  /** Names for which the server must still get an unsubscribe request. */
  private readonly leaving = new Set<string>();
  private readonly backoff: Backoff;
  private link?: Link;
  private flushing = false;
  /** Refused with a retryable code; all of them are requested again together. */
  private readonly retrying = new Set<Subscription>();
  private retryTimer?: ReturnType<typeof setTimeout>;
  private retryAt = 0;

  constructor(private readonly options: RealtimeClientOptions) {
    this.backoff = new Backoff(options);
  }

  /** Why the connection failed for good, if it did. */
  get failure(): RealtimeError | undefined {
    return this.stopped?.code === 'CLOSED' ? undefined : this.stopped;
  }

  join(name: string, user: SubscriptionUser): Subscription {
    let subscription = this.byName.get(name);
    if (!subscription) this.byName.set(name, (subscription = new Subscription(name)));
    subscription.users.add(user);
    this.flushSoon();
    return subscription;
  }

  leave(subscription: Subscription, user: SubscriptionUser): void {
    subscription.users.delete(user);
    this.flushSoon();
  }

  connected(link: Link): void {
    this.link = link;
    this.flush();
  }

  lost(): void {
    this.link = undefined;
    this.leaving.clear();
    this.retrying.clear();
    clearTimeout(this.retryTimer);
    this.retryAt = 0;
    this.backoff.reset();
    for (const subscription of this.byName.values()) subscription.suspend(true);
  }

  halted(reason?: RealtimeError): void {
    this.stopped = reason;
    if (!reason) return;
    for (const subscription of [...this.byName.values()]) {
      subscription.reject(reason);
      if (this.failure) for (const user of [...subscription.users]) user.connectionFailed(reason);
    }
  }

  event(channel: string, event: string, payload: unknown): void {
    const subscription = this.byName.get(channel);
    // An event of an earlier subscription may still arrive while a new one is requested.
    if (subscription?.subscribed) for (const user of [...subscription.users]) user.received(event, payload);
  }

  evicted({ channel, code, retryable }: EvictedFrame): void {
    const subscription = this.byName.get(channel);
    if (!subscription?.subscribed) return;
    this.refused(subscription, new RealtimeError(code, 'The server ended the subscription.', { retryable }));
  }

  /** Requests of one tick go out together. A channel that is left and joined again within it causes no request. */
  private flushSoon(): void {
    if (this.flushing) return;
    this.flushing = true;
    queueMicrotask(() => {
      this.flushing = false;
      this.flush();
    });
  }

  private flush(): void {
    const due: Subscription[] = [];
    for (const subscription of this.byName.values()) {
      if (subscription.users.size === 0) this.drop(subscription);
      else if (subscription.due) due.push(subscription);
    }
    if (!this.link) return;
    for (const name of this.leaving) this.unsubscribe(this.link, name);
    while (due.length > 0) this.subscribe(this.link, due.splice(0, MAX_SUBSCRIBE_BATCH));
  }

  private drop(subscription: Subscription): void {
    this.byName.delete(subscription.name);
    if (!subscription.due) this.leaving.add(subscription.name);
  }

  private unsubscribe(link: Link, channel: string): void {
    this.leaving.delete(channel);
    link.ask(FRAMES.UNSUBSCRIBE, { channel }, this.options.requestTimeout, (refusal) => {
      if (link !== this.link || !refusal?.retryable || this.byName.has(channel)) return;
      this.leaving.add(channel);
      this.retrySoon(refusal);
    });
  }

  private subscribe(link: Link, batch: Subscription[]): void {
    const frames = batch.map(({ name }) => ({ channel: name }));
    for (const subscription of batch) subscription.due = false;
    link.ask(
      FRAMES.SUBSCRIBE,
      frames.length === 1 ? frames[0] : frames,
      this.options.requestTimeout,
      (refusal, reply) => {
        if (link !== this.link) return;
        let admitted = true;
        batch.forEach((subscription, i) => {
          const error = refusal ?? (batch.length === 1 ? undefined : readRefusal((reply as unknown[])[i]));
          if (error?.retryable) admitted = false;
          // A listener of an earlier item may have closed the connection, or left this channel.
          if (link !== this.link || this.byName.get(subscription.name) !== subscription) return;
          if (error) this.refused(subscription, error);
          else subscription.admit(link);
        });
        if (admitted && link === this.link) this.backoff.reset();
      },
    );
  }

  private refused(subscription: Subscription, error: RealtimeError): void {
    if (error.retryable) {
      this.retrying.add(subscription);
      this.retrySoon(error);
      subscription.suspend(false, error);
    } else {
      this.byName.delete(subscription.name);
      subscription.end(error);
    }
  }

  /** One timer for all: retries go out in one frame, and not before the longest `retryAfterMs` among the refusals has passed. */
  private retrySoon({ retryAfterMs }: RealtimeError): void {
    if (this.retryAt >= Date.now() + (retryAfterMs ?? 0)) return;
    const delay = this.backoff.next(retryAfterMs);
    this.retryAt = Date.now() + delay;
    clearTimeout(this.retryTimer);
    this.retryTimer = setTimeout(() => {
      this.retryAt = 0;
      for (const subscription of this.retrying) subscription.due = true;
      this.retrying.clear();
      this.flush();
    }, delay);
  }
}
