// Which channels does this client want, and which has the server admitted? Shared by name, requested in batches, requested again when lost.
import { FRAMES, MAX_SUBSCRIBE_BATCH } from '@nestjs-realtime/contract';
import { AnnouncedSubscription } from './announced-subscription.js';
import { type Backoff, backoff } from './backoff.js';
import type { ResolvedOptions } from './client-options.js';
import type { ConnectionObserver } from './connection-observer.js';
import { closedHere, readRefusal, RealtimeError } from './realtime-error.js';
import type { Link } from './requests.js';
import { Subscription, type SubscriptionUser } from './subscription.js';

/** Uses what it has subscribed by itself, until a handle leaves it. */
const SERVER: SubscriptionUser = { statusChanged: () => undefined, received: () => undefined };

export class Subscriptions implements ConnectionObserver {
  /** Why the client neither is connected nor tries to be; requests made now are rejected with it. */
  stopped?: RealtimeError | undefined = closedHere();
  private readonly byName = new Map<string, Subscription>();
  /** Of handles whose params the server gives. */
  private readonly announced = new Set<AnnouncedSubscription>();
  /** Names that the server has announced on this connection. */
  private readonly names = new Set<string>();
  /** Names that the server must still be asked to unsubscribe, or has not answered for; true where the request must still be sent. */
  private readonly leaving = new Map<string, boolean>();
  private backoff: Backoff;
  private link?: Link | undefined;
  private flushing = false;
  /** Whether channels that are asked for now end at once. */
  private closed = false;
  /** Refused with a retryable code; all of them are requested again together. */
  private readonly retrying = new Set<Subscription>();
  private retryTimer?: ReturnType<typeof setTimeout>;
  private retryAt = 0;

  constructor(private readonly options: ResolvedOptions) {
    this.backoff = backoff(options);
  }

  /** Why the connection failed for good, if it did. */
  get failure(): RealtimeError | undefined {
    return this.stopped?.code === 'CLOSED' ? undefined : this.stopped;
  }

  readonly join = (name: string, user: SubscriptionUser): Subscription => {
    let subscription = this.byName.get(name);
    if (!subscription) this.byName.set(name, (subscription = new Subscription(name)));
    if (this.closed) subscription.end();
    subscription.users.add(user);
    this.flushSoon();
    return subscription;
  };

  /** Joins the channel of a template that the server announces, now or later: the params are its business. */
  joinAnnounced(template: string, user: SubscriptionUser): AnnouncedSubscription {
    const subscription = new AnnouncedSubscription(template);
    if (this.closed) subscription.end();
    this.announced.add(subscription);
    for (const name of this.names) subscription.offer(name, this.join);
    subscription.users.add(user);
    return subscription;
  }

  /** @param keeps whether a subscription that the server has made by itself lasts. */
  leave(subscription: Subscription, user: SubscriptionUser, keeps = false): void {
    subscription.users.delete(user);
    if (subscription instanceof AnnouncedSubscription) {
      this.announced.delete(subscription);
      if (subscription.source) this.leave(subscription.source, subscription);
      return;
    }
    if (!keeps) subscription.users.delete(SERVER);
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
    this.backoff = backoff(this.options);
    this.names.clear();
    // Another connection may be another user's, with other names.
    for (const subscription of this.announced) {
      subscription.source?.users.delete(subscription);
      subscription.source = undefined;
      subscription.suspend(false);
    }
    for (const subscription of this.byName.values()) {
      subscription.users.delete(SERVER);
      subscription.suspend(true);
    }
  }

  halted(reason?: RealtimeError, closed = false): void {
    this.stopped = reason;
    this.closed = closed;
    if (!reason) return;
    for (const subscription of [...this.byName.values(), ...this.announced]) {
      if (closed) subscription.end();
      subscription.reject(reason);
      if (this.failure) for (const user of [...subscription.users]) user.connectionFailed?.(reason);
    }
  }

  readonly handlers: ConnectionObserver['handlers'] = {
    [FRAMES.EVENT]: (channel, event, payload) => {
      const subscription = this.byName.get(channel);
      // An event of an earlier subscription may still arrive while a new one is requested.
      if (subscription?.link) subscription.receive(event, payload);
    },
    [FRAMES.SUBSCRIBED]: ({ channel }) => {
      const { link } = this;
      if (!link) return;
      this.names.add(channel);
      for (const subscription of [...this.announced]) subscription.offer(channel, this.join);
      // An unsubscribe request under way ends this subscription as well: there is none until the client has asked again.
      if (link !== this.link || this.leaving.has(channel)) return;
      const subscription = this.join(channel, SERVER);
      this.retrying.delete(subscription);
      subscription.admit(link);
    },
    [FRAMES.EVICTED]: ({ channel, code, retryable }) => {
      if (!retryable) this.names.delete(channel);
      const subscription = this.byName.get(channel);
      if (!subscription?.link) return;
      this.refused(subscription, new RealtimeError(code, 'The server ended the subscription.', { retryable }));
    },
  };

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
    for (const [name, unsent] of this.leaving) if (unsent) this.unsubscribe(this.link, name);
    while (due.length > 0) this.subscribe(this.link, due.splice(0, MAX_SUBSCRIBE_BATCH));
  }

  private drop(subscription: Subscription): void {
    this.byName.delete(subscription.name);
    if (!subscription.due) this.leaving.set(subscription.name, true);
  }

  private unsubscribe(link: Link, channel: string): void {
    this.leaving.set(channel, false);
    link.ask(FRAMES.UNSUBSCRIBE, { channel }, this.options.requestTimeout, (refusal) => {
      if (link !== this.link) return;
      this.leaving.delete(channel);
      if (!refusal?.retryable || this.byName.has(channel)) return;
      this.leaving.set(channel, true);
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
          if (!error) subscription.admit(link);
          // Otherwise the server has subscribed us by itself meanwhile, and a refused request does not undo that.
          else if (!subscription.link) this.refused(subscription, error);
        });
        if (admitted && link === this.link) this.backoff = backoff(this.options);
      },
    );
  }

  private refused(subscription: Subscription, error: RealtimeError): void {
    const { name, users } = subscription;
    users.delete(SERVER);
    this.options.logger?.warn('Realtime channel', name, error);
    if (error.retryable) {
      this.retrying.add(subscription);
      this.retrySoon(error);
      subscription.suspend(false, error);
    } else {
      this.byName.delete(name);
      subscription.end(error);
    }
  }

  /** One timer for all: retries go out in one frame, and not before the longest `retryAfterMs` among the refusals has passed. */
  private retrySoon({ retryAfterMs }: RealtimeError): void {
    if (this.retryAt >= Date.now() + (retryAfterMs ?? 0)) return;
    const delay = this.backoff(retryAfterMs);
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
