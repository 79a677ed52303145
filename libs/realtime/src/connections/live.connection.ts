// What is one live connection to the layer? Applications get a view of it.
import {
  type ByeFrame,
  type EvictedFrame,
  EVICTIONS,
  type EvictionCode,
  type ExpiringFrame,
  FRAMES,
  type Member,
  type OnlineFrame,
  type Position,
  type PresenceFrame,
  type SubscribedFrame,
} from '@nestjs-realtime/contract';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { RealtimeException } from '../realtime.exception.js';
import type { ChannelMatch } from './channel-match.js';
import type { ChannelLanes } from './channel-lanes.js';
import { ConnectionWork, type Running } from './connection-work.js';
import { ConnectionView } from './connection-view.js';
import { endOf, evictionOf, HAS_ENDED } from './endings.js';
import type { HeldPresence } from './held-presence.js';
import type { HandlerSlots } from './handler-slots.js';
import type { PendingChannels } from './pending-channels.js';
import type { RealtimeConnection } from './realtime.connection.js';
import { Subscriptions } from './subscriptions.js';
import { TransportConnection } from './transport.connection.js';

/** Shared by all connections without subscriptions. */
const NO_SUBSCRIPTIONS = new Subscriptions();

/** One connection, independent of the transport. The transport's adapter extends it. */
export abstract class LiveConnection extends TransportConnection {
  /** The user; null if anonymous. Gate 1 sets it before any request can run. */
  user: RealtimeUser | null = null;
  /** When the user was last confirmed, by `performance.now()`; `-Infinity` if it must be confirmed again. */
  confirmedAt = 0;
  /** Null until it is a member of a channel with presence. */
  presence: HeldPresence | null = null;
  private joined = NO_SUBSCRIPTIONS;
  private work: ConnectionWork | null = null;
  private grants: Set<Set<string>> | null = null;
  private shown: RealtimeConnection | null = null;
  private farewell: ByeFrame | null = null;
  private earlyFarewell: ByeFrame | null = null;
  private begun = false;
  private ended = false;

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
  get mayReturn(): boolean {
    return this.farewell?.reconnect ?? true;
  }

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
    if (!this.ended) this.add(match, () => (this.isDeparting ? match : this.enter(match)));
  }

  /** As `join`, but the channel's broadcasts do not reach the connection before `arrive`. A member is none until then. */
  joinLater(match: ChannelMatch): void {
    if (this.ended) return;
    const held = this.joined.get(match.name);
    if (held !== undefined) {
      this.exit(held);
      this.joined.delete(match.name);
    }
    this.add(match, () => match);
    this.presence?.waits(match.name);
  }

  /** From now on the channel's broadcasts reach the connection, unless what `joinLater` has added is gone. */
  arrive(match: ChannelMatch): void {
    if (this.joined.get(match.name) !== match || this.isDeparting) return;
    this.joined.delete(match.name);
    this.joined.add(this.enter(match));
    this.presence?.arrived(match.name);
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
    const ended = () => new RealtimeException('FORBIDDEN', { reason: 'the subscription has ended' });
    return this.drop(channel, ended, false);
  }

  /** Ends a subscription from the server's side and notifies the client; null if there was none. */
  evict(channel: string, code: EvictionCode, retryable: boolean = EVICTIONS[code].retryable): ChannelMatch | null {
    // A client that may subscribe again has lost no right, so its user stays a member for the grace.
    const match = this.drop(channel, () => evictionOf(code, retryable), retryable);
    if (match !== null) this.tell(FRAMES.EVICTED, { channel, code, retryable } satisfies EvictedFrame);
    return match;
  }

  /** Notifies the client that the server subscribes it. Call it right before `join`. */
  announceSubscription(channel: string, position?: Position, members?: readonly Member[]): void {
    const frame: SubscribedFrame = { channel, ...(position && { position }), ...(members && { members }) };
    this.tell(FRAMES.SUBSCRIBED, frame);
  }

  /** Notifies the client of members, or of watched users. */
  announce(...[frame, body]: [typeof FRAMES.PRESENCE, PresenceFrame] | [typeof FRAMES.ONLINE, OnlineFrame]): void {
    this.tell(frame, body);
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
    this.presence?.ended(this.mayReturn);
    this.work?.abort(() => new Error(HAS_ENDED), null);
  }

  private add(match: ChannelMatch, enter: () => ChannelMatch): void {
    for (const granted of this.grants ?? []) granted.add(match.name);
    if (this.joined.has(match.name)) return;
    if (this.joined === NO_SUBSCRIPTIONS) this.joined = new Subscriptions();
    this.joined.add(enter());
  }

  private tell(frame: string, body: unknown): void {
    if (!this.isDeparting) this.notify(frame, body);
  }

  private drop(channel: string, reason: () => Error, isLost: boolean): ChannelMatch | null {
    const joined = this.joined.get(channel);
    if (joined === undefined) return null;
    this.exit(joined);
    this.joined.delete(channel);
    this.presence?.left(channel, isLost);
    this.work?.abort(reason, channel);
    return joined;
  }
}
