// What is one live connection, to us?
import {
  type ByeFrame,
  type ChannelAddress,
  type EvictedFrame,
  EVICTIONS,
  type EvictionCode,
  type ExpiringFrame,
  FRAMES,
} from '@nestjs-realtime/contract';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { RealtimeException } from '../realtime.exception.js';
import type { ChannelMatch } from './channel-match.js';
import type { ChannelLanes } from './channel-lanes.js';
import { ConnectionWork, type Running } from './connection-work.js';
import type { HandlerSlots } from './handler-slots.js';
import type { PendingChannels } from './pending-channels.js';
import { Subscriptions } from './subscriptions.js';

/** What an idle connection is admitted to; one for all of them. */
const NO_SUBSCRIPTIONS = new Subscriptions();

const HAS_ENDED = 'The connection has ended';

/** One socket as we see it. The transport's adapter extends it. */
export abstract class RealtimeConnection {
  /** Who speaks; null is anonymous. Set by gate 1, before any request can run. */
  user: RealtimeUser | null = null;
  /** Whether its beginning was told, as its end will be. */
  established = false;
  /** When the user was last known to be true, by `performance.now()`; `-Infinity` when that is in doubt. */
  confirmedAt = 0;
  private joined = NO_SUBSCRIPTIONS;
  private work: ConnectionWork | null = null;
  private grants: Set<Set<string>> | null = null;
  /** Whether the client has been told that the connection will close. */
  protected departing = false;
  private ended = false;

  constructor(readonly id: string) {}

  /** Keeps the requests on each channel in order. */
  get lanes(): ChannelLanes {
    return this.requests.lanes;
  }

  /** Bounds the messages under way. */
  get slots(): HandlerSlots {
    return this.requests.slots;
  }

  /** The channels it asks to be subscribed to. */
  get pendingChannels(): PendingChannels {
    return this.requests.pendingChannels;
  }

  /** Takes one of the tokens that a client's requests cost: 0 when it had one, else the milliseconds until it will. */
  spend(perSecond: number, burst: number): number {
    return this.requests.rate.take(perSecond, burst, performance.now());
  }

  private get requests(): ConnectionWork {
    return (this.work ??= new ConnectionWork());
  }

  /** Channels this connection is admitted to, by concrete name. */
  get subscriptions(): Omit<Subscriptions, 'add' | 'delete'> {
    return this.joined;
  }

  /** Whether the connection has ended; nothing may join or run for it any more. */
  get closed(): boolean {
    return this.ended;
  }

  /** What the client brought when it connected, with the `auth` object that was accepted last. */
  abstract get handshake(): RealtimeHandshake;
  /** Other credentials were accepted; `handshake` has them from now on. */
  abstract acceptAuth(auth: RealtimeHandshake['auth']): void;
  /** The transport's own client object, for guards and interceptors written against gateways (`switchToWs().getClient()`). */
  abstract get client(): unknown;
  /** Lets broadcasts of a channel reach this connection; returns the match that is kept, which may be shared with others. */
  protected abstract enter(match: ChannelMatch): ChannelMatch;
  /** Stops them, at once; more calls change nothing. */
  protected abstract exit(joined: ChannelAddress): void;

  /** Sends a notice of the protocol. */
  protected abstract notify(frame: string, body: unknown): void;
  /** Closes the transport after what was sent; closing it again changes nothing. */
  abstract disconnect(): void;

  begin(running: Running): void {
    if (this.ended) return running.abort(new Error(HAS_ENDED));
    this.requests.begin(running);
  }

  finish(running: Running): void {
    this.work?.finish(running);
  }

  /** Resolves when nothing runs for the connection any more. */
  whenIdle(): Promise<void> {
    return this.work?.whenIdle() ?? Promise.resolve();
  }

  /** Records an admission and lets the channel's broadcasts in. Does nothing once closed. */
  join(match: ChannelMatch): void {
    if (this.ended) return;
    for (const granted of this.grants ?? []) granted.add(match.name);
    if (this.joined.has(match.name)) return;
    if (this.joined === NO_SUBSCRIPTIONS) this.joined = new Subscriptions();
    this.joined.add(this.departing ? match : this.enter(match));
  }

  /** The channels that are granted, again or for the first time, while `during` has not settled. */
  async collectGrants(during: (granted: ReadonlySet<string>) => Promise<void>): Promise<void> {
    const granted = new Set<string>();
    (this.grants ??= new Set()).add(granted);
    try {
      await during(granted);
    } finally {
      this.grants.delete(granted);
    }
  }

  /** Ends an admission; null when there was none. */
  leave(channel: string): ChannelAddress | null {
    return this.drop(channel, () => new RealtimeException('FORBIDDEN', { reason: 'the subscription has ended' }));
  }

  /** Ends an admission from our side and tells the client; null when there was none. */
  evict(channel: string, code: EvictionCode, retryable: boolean = EVICTIONS[code].retryable): ChannelAddress | null {
    const match = this.drop(channel, () => evictionOf(code, retryable));
    if (match !== null) this.notify(FRAMES.EVICTED, { channel, code, retryable } satisfies EvictedFrame);
    return match;
  }

  /** Tells the client that his credentials end soon. */
  warnOfExpiry(expiresAt: Date): void {
    this.notify(FRAMES.EXPIRING, { expiresAt: expiresAt.toISOString() } satisfies ExpiringFrame);
  }

  /** Says why, and closes after it. The transport reports the end as it does every other. */
  goodbye(frame: ByeFrame): void {
    if (this.ended) return;
    this.announceEnd(frame);
    this.disconnect();
  }

  /** Says why the connection will close, and sends nothing more but replies. Where the client may not come back, what runs for it stops. */
  announceEnd(frame: ByeFrame): void {
    if (this.ended) return;
    for (const joined of this.joined.values()) this.exit(joined);
    this.departing = true;
    this.notify(FRAMES.BYE, frame);
    if (!frame.reconnect) this.work?.abort(() => endOf(frame), null);
  }

  /** The transport has ended: aborts what is running and forgets every admission. */
  end(): void {
    this.ended = true;
    for (const joined of this.joined.values()) this.exit(joined);
    this.joined = NO_SUBSCRIPTIONS;
    this.work?.abort(() => new Error(HAS_ENDED), null);
  }

  private drop(channel: string, reason: () => Error): ChannelAddress | null {
    const joined = this.joined.get(channel);
    if (joined === undefined) return null;
    this.exit(joined);
    this.joined.delete(channel);
    this.work?.abort(reason, channel);
    return joined;
  }
}

/** What the eviction means to a message that was under way. */
function evictionOf(code: EvictionCode, retryable: boolean): RealtimeException {
  const reason = `the subscription has ended: ${code}`;
  return new RealtimeException(retryable ? 'UNAVAILABLE' : 'FORBIDDEN', { reason });
}

/** What the end of the connection means to a message that was under way. */
function endOf({ code }: ByeFrame): RealtimeException {
  const reason = `the connection has ended: ${code}`;
  return new RealtimeException(code === 'EXPIRED' ? 'UNAUTHENTICATED' : 'FORBIDDEN', { reason });
}
