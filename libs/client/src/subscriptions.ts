// Which channels does this client want, and which has the server admitted? Shared by name, requested in batches, requested again when lost.
import { FRAMES, MAX_SUBSCRIBE_BATCH, type Position, type SubscribeReply } from '@nestjs-realtime/contract';
import { ChannelPlace } from './channel-place.js';
import type { ResolvedOptions } from './client-options.js';
import { Comebacks } from './comebacks.js';
import type { ConnectionObserver } from './connection-observer.js';
import { Departures } from './departures.js';
import { isPosition } from './log-position.js';
import { onceATick } from './once-a-tick.js';
import { closedHere, isLackOfRights, readRefusal, RealtimeError } from './realtime-error.js';
import type { Link } from './requests.js';
import type { Subscriber } from './subscriber.js';
import { Subscription } from './subscription.js';
import type { WantedChannel } from './wanted-channel.js';

export class Subscriptions {
  /** Why the client neither is connected nor tries to be; requests made now are rejected with it. */
  stopped?: RealtimeError | undefined = closedHere();
  private readonly byName = new Map<string, Subscription>();
  /** One for each handle. */
  private readonly places = new Set<ChannelPlace>();
  /** Names that the server has announced on this connection. */
  private readonly names = new Set<string>();
  private readonly leaving: Departures;
  private link?: Link | undefined;
  /** Counts when the user may have got other rights. */
  private rights = 0;
  /** Whether channels that are asked for now end at once. */
  private closed = false;
  /** Requests of one tick go out together. A channel that is left and joined again within it causes no request. */
  private readonly flushSoon = onceATick(() => this.flush());
  private readonly comebacks: Comebacks;

  constructor(private readonly options: ResolvedOptions) {
    this.comebacks = new Comebacks(options, () => this.flush());
    this.leaving = new Departures(
      options.requestTimeout,
      (name) => this.byName.has(name),
      ({ retryAfterMs }) => this.comebacks.wait(retryAfterMs),
    );
  }

  /** Why the connection failed for good, if it did. */
  get failure(): RealtimeError | undefined {
    return this.stopped?.code === 'CLOSED' ? undefined : this.stopped;
  }

  /** Without params, the channel is the one of the template that the server announces, now or later: the params are its business. */
  join(wanted: WantedChannel, subscriber: Subscriber): ChannelPlace {
    const place = new ChannelPlace(wanted, subscriber);
    this.places.add(place);
    if (this.closed) subscriber.end();
    this.begin(place);
    return place;
  }

  /** The user may have other rights now: channels that have ended for lack of them are asked for again. */
  regained(): void {
    this.rights++;
    for (const place of [...this.places]) if (place.revive() && this.places.has(place)) this.begin(place);
  }

  /** @param keeps whether a subscription that the server has made by itself lasts. */
  leave(place: ChannelPlace, keeps = false): void {
    const { subscription } = place;
    this.places.delete(place);
    subscription?.subscribers.delete(place.subscriber);
    if (subscription && !keeps) subscription.byServer = false;
    this.flushSoon();
  }

  /** The handle wants the state of the channel, if there is one that it has missed. */
  giveState({ subscription, subscriber }: ChannelPlace): void {
    if (subscription?.giveState(subscriber)) this.flushSoon();
  }

  connected(link: Link): void {
    this.link = link;
    this.flush();
  }

  lost(): void {
    this.link = undefined;
    this.leaving.clear();
    this.comebacks.clear();
    this.names.clear();
    for (const place of this.places) place.leaveAnnounced();
    for (const subscription of this.byName.values()) {
      subscription.byServer = subscription.asking = false;
      subscription.suspend(true);
    }
    for (const { subscriber } of this.places) subscriber.report();
  }

  halted(reason?: RealtimeError, closed = false): void {
    this.stopped = reason;
    this.closed = closed;
    if (!reason) return;
    for (const { subscriber } of [...this.places]) {
      if (closed) subscriber.end();
      if (closed) subscriber.report();
      subscriber.reject(reason);
      if (this.failure) subscriber.failed(reason);
    }
  }

  readonly handlers: Omit<ConnectionObserver['handlers'], typeof FRAMES.ONLINE> = {
    [FRAMES.EVENT]: (channel, event, payload, offset) => this.receive(channel, offset, event, payload),
    [FRAMES.SKIP]: (channel, offset) => this.receive(channel, offset),
    [FRAMES.SUBSCRIBED]: ({ channel, position, members }) => {
      const { link } = this;
      if (!link) return;
      this.names.add(channel);
      for (const place of [...this.places]) this.offer(place, channel);
      // An unsubscribe request under way ends this subscription as well: there is none until the client has asked again.
      if (link !== this.link || this.leaving.has(channel)) return;
      const subscription = this.subscriptionOf(channel);
      subscription.byServer = true;
      this.admit(subscription, { position, members }, link);
    },
    [FRAMES.PRESENCE]: (frame) => this.byName.get(frame?.channel)?.changeMembers(frame),
    [FRAMES.EVICTED]: ({ channel, code, retryable }) => {
      if (!retryable) this.names.delete(channel);
      const subscription = this.byName.get(channel);
      if (!subscription?.link) return;
      this.lose(subscription, new RealtimeError(code, 'The server ended the subscription.', { retryable }));
    },
  };

  private begin(place: ChannelPlace): void {
    if (place.isNamed) this.enter(place);
    else for (const name of this.names) this.offer(place, name);
  }

  private offer(place: ChannelPlace, name: string): void {
    if (place.takes(name)) this.enter(place);
  }

  private enter(place: ChannelPlace): void {
    place.subscription = this.subscriptionOf(place.name);
    place.subscription.add(place.subscriber);
  }

  private subscriptionOf(name: string): Subscription {
    let subscription = this.byName.get(name);
    if (!subscription) this.byName.set(name, (subscription = new Subscription(name)));
    this.flushSoon();
    return subscription;
  }

  private receive(channel: string, offset: unknown, event?: string, payload?: unknown): void {
    const subscription = this.byName.get(channel);
    // An event of an earlier subscription may still arrive while a new one is requested.
    if (!subscription?.link || subscription.receive(offset, event, payload)) return;
    const message = 'Events are missing before the one that came.';
    this.lose(subscription, new RealtimeError('INSUFFICIENT_STATE', message, { retryable: true }));
  }

  private flush(): void {
    const due: Subscription[] = [];
    for (const subscription of this.byName.values()) {
      if (!subscription.isUsed) this.drop(subscription);
      else if (subscription.due) due.push(subscription);
    }
    const { link } = this;
    if (!link) return;
    this.leaving.send(link, () => link === this.link);
    while (due.length > 0) this.subscribe(link, due.splice(0, MAX_SUBSCRIBE_BATCH));
  }

  private drop(subscription: Subscription): void {
    this.byName.delete(subscription.name);
    if (!subscription.due || subscription.link) this.leaving.add(subscription.name);
  }

  private subscribe(link: Link, batch: readonly Subscription[]): void {
    const asked = batch.map((subscription) => {
      subscription.due = false;
      subscription.asking = true;
      return { subscription, frame: subscription.request(), isAgain: subscription.link !== undefined };
    });
    const frames = asked.map(({ frame }) => frame);
    const { rights } = this;
    const body = frames.length === 1 ? frames[0] : frames;
    link.ask(FRAMES.SUBSCRIBE, body, this.options.requestTimeout, (refusal, reply) => {
      if (link !== this.link) return;
      // Too much for one frame: the names are long, or the positions.
      if (refusal?.code === 'PAYLOAD_TOO_LARGE' && batch.length > 1) {
        const half = batch.length >> 1;
        return [batch.slice(0, half), batch.slice(half)].forEach((part) => this.subscribe(link, part));
      }
      let admitted = true;
      asked.forEach(({ subscription, frame, isAgain }, i) => {
        const answer = batch.length === 1 ? reply : (reply as unknown[] | undefined)?.[i];
        const error = refusal ?? readRefusal(answer);
        if (error?.retryable) admitted = false;
        // A listener of an earlier item may have closed the connection, or left this channel.
        if (link !== this.link || this.byName.get(subscription.name) !== subscription) return;
        subscription.asking = false;
        // Asked for with the rights of before.
        if (error && rights !== this.rights && isLackOfRights(error)) subscription.due = true;
        else if (error) this.refused(subscription, error, isAgain);
        else this.admit(subscription, answer as SubscribeReply, link, frame.recover);
      });
      if (admitted && link === this.link) this.comebacks.begin();
      this.flushSoon();
    });
  }

  private admit(
    subscription: Subscription,
    { position, recovered, members, sinceSnapshot }: Partial<SubscribeReply>,
    link: Link,
    from: Position | null = null,
  ): void {
    this.comebacks.delete(subscription);
    const at = isPosition(position) ? position : null;
    subscription.admit(
      { link, position: at, from, recovered: from !== null && recovered === true, members },
      sinceSnapshot,
    );
    if (subscription.due) this.flushSoon();
  }

  private refused(subscription: Subscription, error: RealtimeError, isAgain: boolean): void {
    // A refusal for good also ends what the server had granted before.
    if (!subscription.link || (isAgain && !error.retryable)) return this.lose(subscription, error);
    // Otherwise a refused request undoes nothing; but there may be handles that still wait for what they have missed.
    if (subscription.isAwaited) this.retry(subscription, error, true);
  }

  /** The server has not subscribed us, or no longer. */
  private lose(subscription: Subscription, error: RealtimeError): void {
    subscription.byServer = false;
    if (error.retryable) return this.retry(subscription, error);
    this.options.logger?.warn('Realtime channel', subscription.name, error);
    this.byName.delete(subscription.name);
    subscription.end(error);
  }

  private retry(subscription: Subscription, error: RealtimeError, keeps = false): void {
    this.options.logger?.warn('Realtime channel', subscription.name, error);
    this.comebacks.add(subscription, error);
    subscription.suspend(false, error, keeps);
  }
}
