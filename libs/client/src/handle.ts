// How does a handle work? It is one user of a shared subscription, with listeners and loops of its own.
import { FRAMES, type HistoryReply, type MessageReply, type Position } from '@nestjs-realtime/contract';
import type { ChannelHandle, HistoryQuery, SendOptions } from './channel-handle.js';
import type { Params } from './channel-match.js';
import type { ChannelPlace } from './channel-place.js';
import type { UntypedChannel } from './channels.js';
import { type EventsOptions, EventStream } from './event-stream.js';
import { faceOf } from './face.js';
import { HandlePresence } from './handle-presence.js';
import { Listeners, type Off } from './listeners.js';
import { isPosition } from './log-position.js';
import { abortReason, pending, type Settle, type WaitOptions } from './pending.js';
import { closedHere, endedHere, readError, RealtimeError } from './realtime-error.js';
import type { Link } from './requests.js';
import type { SendResult } from './send-result.js';
import { SNAPSHOT, Subscriber } from './subscriber.js';
import type { SubscriptionStatus } from './subscription-status.js';
import type { Subscriptions } from './subscriptions.js';
import type { WantedChannel } from './wanted-channel.js';

/** The message by which members set their own data. */
const PRESENCE_MESSAGE = 'presence';

export class Handle implements Omit<ChannelHandle, 'on' | 'events'> {
  private readonly listeners = new Map<string, Listeners<unknown>>();
  private readonly streams = new Set<EventStream<unknown>>();
  private readonly waiting = new Set<Settle<never>>();
  private readonly statusListeners = new Listeners<SubscriptionStatus>();
  /** Not the handle itself: what others add to a handle must not get in the way. */
  private readonly subscriber: Subscriber;
  private readonly place: ChannelPlace;
  private shownPresence?: HandlePresence;
  private left = false;

  constructor(
    wanted: WantedChannel,
    since: Position | null,
    private readonly subscriptions: Subscriptions,
    private readonly requestTimeout: number,
  ) {
    this.subscriber = new Subscriber(since, {
      statusChanged: (status) => {
        if (status.state === 'ended') this.endStreams(status.reason);
        this.statusListeners.emit(status, () => this.status === status);
      },
      received: (event, payload, isShared) => {
        const listeners = this.listeners.get(event);
        // What one listener changes is not what another hears.
        if (isShared || (listeners && listeners.count > 1)) listeners?.emit(payload, undefined, copies(payload));
        else listeners?.emit(payload);
      },
      membersChanged: (before) => this.shownPresence?.changed(before),
      connectionFailed: (reason) => this.endStreams(reason),
    });
    this.place = subscriptions.join(wanted, this.subscriber);
  }

  get name(): string {
    return this.place.name;
  }

  get params(): Params {
    return this.place.params;
  }

  get status(): SubscriptionStatus {
    return this.subscriber.status;
  }

  get position(): Position | null {
    return this.subscriber.position;
  }

  /** Made when it is first read, so that other channels have no lists of listeners. */
  get presence(): HandlePresence {
    return (this.shownPresence ??= faceOf(
      new HandlePresence(
        () => this.subscriber.members,
        (data) => this.send(PRESENCE_MESSAGE, data) as Promise<void>,
      ),
    ));
  }

  onStatus(listener: (status: SubscriptionStatus) => void): Off {
    return this.statusListeners.add(listener);
  }

  ready(options: WaitOptions = {}): Promise<void> {
    return this.admitted<void>(options, (_link, { resolve }) => resolve());
  }

  on(event: string, listener: (payload: unknown) => void): Off {
    if (this.left) throw endedHere();
    let listeners = this.listeners.get(event);
    if (!listeners) this.listeners.set(event, (listeners = new Listeners()));
    const off = listeners.add(listener);
    if (event === SNAPSHOT) this.subscriptions.giveState(this.place);
    return off;
  }

  events(event: string, options: EventsOptions = {}): AsyncIterableIterator<unknown> {
    if (this.left) throw endedHere();
    const stream = new EventStream<unknown>(options, () => {
      off();
      this.streams.delete(stream);
    });
    const off = this.on(event, (payload) => stream.push(payload));
    const { status } = this;
    const { failure } = this.subscriptions;
    this.streams.add(stream);
    if (options.signal?.aborted) stream.end(abortReason(options.signal));
    else if (status.state === 'ended') stream.end(status.reason);
    else if (failure) stream.end(failure);
    return stream;
  }

  send(message: string, payload?: unknown, options: SendOptions = {}): Promise<unknown> {
    // JSON leaves out what is undefined. The payload comes last, where its size is looked for.
    const { traceparent } = options;
    const frame = (channel: string): object => ({ channel, event: message, traceparent, payload });
    return this.ask(FRAMES.MESSAGE, frame, options, (reply, { resolve }) => resolve((reply as MessageReply).data));
  }

  history({ since, limit, ...wait }: HistoryQuery = {}): Promise<Omit<HistoryReply, 'ok'>> {
    const frame = (channel: string): object => ({ channel, since, limit });
    return this.ask<Omit<HistoryReply, 'ok'>>(FRAMES.HISTORY, frame, wait, (reply, { resolve, reject }) => {
      const { events, position } = reply as HistoryReply;
      if (Array.isArray(events) && isPosition(position)) resolve({ events, position });
      else reject(readError(null));
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

  /** Leaves once it is answered, or not sent. The promise is that of `send()`, not one that depends on it. */
  sendLast(...message: Parameters<Handle['send']>): Promise<unknown> {
    const sent = this.send(...message);
    const leave = (): void => this.leave(true);
    sent.then(leave, leave);
    return sent;
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
    this.subscriptions.leave(this.place, keeps);
    this.listeners.clear();
    this.shownPresence?.close();
    this.endStreams();
    for (const { reject } of this.waiting) reject(closedHere());
    this.subscriber.end();
    this.subscriber.report();
    this.statusListeners.close();
  }

  private readonly endStreams = (reason?: RealtimeError): void => {
    for (const stream of this.streams) stream.end(reason);
  };

  /** Asks over the subscription, once there is one and the server takes a message. What was not sent waits for the next connection. */
  private readonly ask = <T>(
    request: string,
    frame: (channel: string) => object,
    { timeout = this.requestTimeout, signal }: WaitOptions,
    answered: (reply: unknown, settle: Settle<T>) => void,
  ): Promise<T> =>
    this.admitted<T>({ timeout, signal }, (link, settle, onEnd, again) => {
      const send = (): void => {
        if (!this.subscriber.isOn(link)) return again();
        this.waiting.delete(settle);
        const asked = link.tell(request, frame(this.name), (refusal, reply) =>
          refusal ? settle.reject(refusal) : answered(reply, settle),
        );
        onEnd(asked);
      };
      onEnd(link.queue(send));
    });

  /** Starts the work once the server has admitted the client to the channel; `again` waits for that once more. */
  private readonly admitted = <T>(
    options: WaitOptions,
    start: (link: Link, settle: Settle<T>, onEnd: (cleanup: () => void) => void, again: () => void) => void,
  ): Promise<T> =>
    pending<T>(options, (settle, onEnd) => {
      this.waiting.add(settle);
      onEnd(() => this.waiting.delete(settle));
      const wait = (): void => {
        const stopped = this.left ? closedHere() : this.subscriptions.stopped;
        if (stopped) return settle.reject(stopped);
        onEnd(
          this.subscriber.wait({
            admitted: (link) => start(link, settle, onEnd, wait),
            failed: settle.reject,
          }),
        );
      };
      wait();
    });
}

/** Gives each listener its own payload. */
function copies(payload: unknown): () => unknown {
  try {
    const text = JSON.stringify(payload);
    return () => JSON.parse(text) as unknown;
  } catch {
    // Deeper than the stack allows
    return () => payload;
  }
}
