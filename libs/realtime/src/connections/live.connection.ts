// What is one live connection to the layer? Applications get a view of it.
import {
  type ByeFrame,
  type ChannelAddress,
  type EvictedFrame,
  EVICTIONS,
  type EvictionCode,
  type ExpiringFrame,
  FRAMES,
  type SubscribedFrame,
} from '@nestjs-realtime/contract';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { RealtimeException } from '../realtime.exception.js';
import type { ChannelMatch } from './channel-match.js';
import type { ChannelLanes } from './channel-lanes.js';
import { ConnectionWork, type Running } from './connection-work.js';
import { ConnectionView } from './connection-view.js';
import type { HandlerSlots } from './handler-slots.js';
import type { PendingChannels } from './pending-channels.js';
import type { RealtimeConnection } from './realtime.connection.js';
import { Subscriptions } from './subscriptions.js';

/** Shared by all connections without subscriptions. */
const NO_SUBSCRIPTIONS = new Subscriptions();

const HAS_ENDED = 'The connection has ended';

/** One connection, independent of the transport. The transport's adapter extends it. */
export abstract class LiveConnection {
  /** The user; null if anonymous. Gate 1 sets it before any request can run. */
  user: RealtimeUser | null = null;
  /** When the user was last confirmed, by `performance.now()`; `-Infinity` if it must be confirmed again. */
  confirmedAt = 0;
  private joined = NO_SUBSCRIPTIONS;
  private work: ConnectionWork | null = null;
  private grants: Set<Set<string>> | null = null;
  private shown: RealtimeConnection | null = null;
  private farewell: ByeFrame | null = null;
  private earlyFarewell: ByeFrame | null = null;
  private begun = false;
  private ended = false;

  constructor(readonly id: string) {}

  /** What applications see of it. Made when first read. */
  get view(): RealtimeConnection {
    return (this.shown ??= new ConnectionView(this));
  }

  /** Keep the requests on each channel in order. */
  get lanes(): ChannelLanes {
    return this.requests.lanes;
  }

  /** Bound the messages in progress. */
  get slots(): HandlerSlots {
    return this.requests.slots;
  }

  /** The channels that it asks for. */
  get pendingChannels(): PendingChannels {
    return this.requests.pendingChannels;
  }

  /** Takes one token for a request: 0 if there was one, else the milliseconds until there is one. */
  spend(perSecond: number, burst: number): number {
    return this.requests.rate.take(perSecond, burst, performance.now());
  }

  /** As `spend`, from the bucket that this connection has for a channel or a message of its own rate. */
  spendOn(owner: object, perSecond: number, burst: number): number {
    return this.requests.takeFrom(owner, perSecond, burst);
  }

  private get requests(): ConnectionWork {
    return (this.work ??= new ConnectionWork());
  }

  /** Channels that this connection is subscribed to, by concrete name. */
  get subscriptions(): Omit<Subscriptions, 'add' | 'delete'> {
    return this.joined;
  }

  /** Whether the beginning of the connection was reported; only then its end is. */
  get established(): boolean {
    return this.begun;
  }

  /** Whether the connection has ended. Then it joins no channel and runs no work. */
  get closed(): boolean {
    return this.ended;
  }

  /** Whether the client was notified that the connection will close. Then only replies follow, and no broadcasts. */
  get isDeparting(): boolean {
    return this.farewell !== null;
  }

  /** Whether the client may come back by itself, as far as it was told. */
  protected get mayReturn(): boolean {
    return this.farewell?.reconnect ?? true;
  }

  /** The handshake of the client, with the `auth` object that was accepted last. */
  abstract get handshake(): RealtimeHandshake;
  /** New credentials were accepted; from now on `handshake` has them. */
  abstract acceptAuth(auth: RealtimeHandshake['auth']): void;
  /** The transport's own client object, for guards and interceptors written for gateways (`switchToWs().getClient()`). */
  abstract get client(): unknown;
  /** Adds the connection to the channel's recipients. Returns the match to keep, which other connections may share. */
  protected abstract enter(match: ChannelMatch): ChannelMatch;
  /** Removes the connection from the channel's recipients at once. Further calls do nothing. */
  protected abstract exit(joined: ChannelAddress): void;

  /** Sends a notice of the protocol. */
  protected abstract notify(frame: string, body: unknown): void;
  /**
   * Closes the transport after the frames sent so far, so that the client comes back by itself, unless a goodbye has said that it may
   * not. Further calls do nothing.
   */
  abstract disconnect(): void;

  begin(running: Running): void {
    if (this.ended) return running.abort(new Error(HAS_ENDED));
    this.requests.begin(running);
  }

  finish(running: Running): void {
    this.work?.finish(running);
  }

  /** Resolves when no work is running for the connection. */
  whenIdle(): Promise<void> {
    return this.work?.whenIdle() ?? Promise.resolve();
  }

  /** Adds a subscription, so that the channel's broadcasts reach the connection. Does nothing once closed. */
  join(match: ChannelMatch): void {
    if (this.ended) return;
    for (const granted of this.grants ?? []) granted.add(match.name);
    if (this.joined.has(match.name)) return;
    if (this.joined === NO_SUBSCRIPTIONS) this.joined = new Subscriptions();
    this.joined.add(this.isDeparting ? match : this.enter(match));
  }

  /** Passes a set to `during` that collects the channels granted, for the first time or again, until `during` settles. */
  async collectGrants(during: (granted: ReadonlySet<string>) => Promise<void>): Promise<void> {
    const granted = new Set<string>();
    (this.grants ??= new Set()).add(granted);
    try {
      await during(granted);
    } finally {
      this.grants.delete(granted);
    }
  }

  /** Ends a subscription; null if there was none. */
  leave(channel: string): ChannelMatch | null {
    return this.drop(channel, () => new RealtimeException('FORBIDDEN', { reason: 'the subscription has ended' }));
  }

  /** Ends a subscription from the server's side and notifies the client; null if there was none. */
  evict(channel: string, code: EvictionCode, retryable: boolean = EVICTIONS[code].retryable): ChannelMatch | null {
    const match = this.drop(channel, () => evictionOf(code, retryable));
    if (match !== null) this.tell(FRAMES.EVICTED, { channel, code, retryable } satisfies EvictedFrame);
    return match;
  }

  /** Notifies the client that the server subscribes it. Call it right before `join`. */
  announceSubscription(channel: string): void {
    this.tell(FRAMES.SUBSCRIBED, { channel } satisfies SubscribedFrame);
  }

  /** Notifies the client that its credentials end soon. */
  warnOfExpiry(expiresAt: Date): void {
    this.tell(FRAMES.EXPIRING, { expiresAt: expiresAt.toISOString() } satisfies ExpiringFrame);
  }

  /** The transport has connected the client. False if the connection has ended by now. */
  establish(): boolean {
    if (this.ended) return false;
    this.begun = this.earlyFarewell === null;
    if (this.earlyFarewell === null) return true;
    this.announceEnd(this.earlyFarewell);
    this.disconnect();
    return false;
  }

  /**
   * Notifies the client of the reason, then closes. The transport reports this end as any other. A client that is not connected yet would not
   * read the notice, and would come back at once, so it is notified when it is.
   */
  goodbye(frame: ByeFrame): void {
    if (this.ended) return;
    if (!this.begun) {
      this.earlyFarewell ??= frame;
      return;
    }
    this.announceEnd(frame);
    this.disconnect();
  }

  /** Notifies the client why the connection will close; only replies follow. Aborts running work if the client may not reconnect. */
  announceEnd(frame: ByeFrame): void {
    if (this.ended) return;
    for (const joined of this.joined.values()) this.exit(joined);
    this.farewell = frame;
    this.notify(FRAMES.BYE, frame);
    if (!frame.reconnect) this.work?.abort(() => endOf(frame), null);
  }

  /** The transport has ended: aborts running work and ends every subscription. */
  end(): void {
    this.ended = true;
    for (const joined of this.joined.values()) this.exit(joined);
    this.joined = NO_SUBSCRIPTIONS;
    this.work?.abort(() => new Error(HAS_ENDED), null);
  }

  private tell(frame: string, body: unknown): void {
    if (!this.isDeparting) this.notify(frame, body);
  }

  private drop(channel: string, reason: () => Error): ChannelMatch | null {
    const joined = this.joined.get(channel);
    if (joined === undefined) return null;
    this.exit(joined);
    this.joined.delete(channel);
    this.work?.abort(reason, channel);
    return joined;
  }
}

/** The refusal of a message that was in progress when its subscription ended. */
function evictionOf(code: EvictionCode, retryable: boolean): RealtimeException {
  const reason = `the subscription has ended: ${code}`;
  return new RealtimeException(retryable ? 'UNAVAILABLE' : 'FORBIDDEN', { reason });
}

/** The refusal of a message that was in progress when its connection ended. */
function endOf({ code }: ByeFrame): RealtimeException {
  const reason = `the connection has ended: ${code}`;
  return new RealtimeException(code === 'EXPIRED' ? 'UNAUTHENTICATED' : 'FORBIDDEN', { reason });
}
