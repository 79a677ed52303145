// What is one live connection, to us?
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { ChannelMatch } from './channel-match.js';
import { ChannelLanes } from './channel-lanes.js';

/** One socket as we see it. The transport's adapter extends it. */
export abstract class RealtimeConnection {
  /** Who speaks; null is anonymous. Set by gate 1, before any request can run. */
  user: RealtimeUser | null = null;
  /** Channels this connection is admitted to, by concrete name. */
  readonly subscriptions = new Map<string, ChannelMatch>();
  /** Keeps the requests on each channel in order. */
  readonly lanes = new ChannelLanes();
  /** What is running for this connection and must stop when it ends. */
  readonly running = new Set<{ abort(reason: Error): void }>();
  private ended = false;

  constructor(readonly id: string) {}

  /** Whether the connection has ended; nothing may join or run for it any more. */
  get closed(): boolean {
    return this.ended;
  }

  /** What the client brought when it connected. */
  abstract get handshake(): RealtimeHandshake;
  /** The transport's own client object, for guards and interceptors written against gateways (`switchToWs().getClient()`). */
  abstract get client(): unknown;
  /** Lets broadcasts of a channel reach this connection. */
  protected abstract enter(channel: string): void;
  /** Stops them, at once. */
  protected abstract exit(channel: string): void;

  /** Records an admission and lets the channel's broadcasts in. Does nothing once closed. */
  join(channel: string, match: ChannelMatch): void {
    if (this.ended) return;
    this.subscriptions.set(channel, match);
    this.enter(channel);
  }

  /** Ends an admission; null when there was none. */
  leave(channel: string): ChannelMatch | null {
    const match = this.subscriptions.get(channel);
    if (match === undefined) return null;
    this.subscriptions.delete(channel);
    this.exit(channel);
    return match;
  }

  /** The transport has ended: aborts what is running and forgets every admission. */
  end(): void {
    this.ended = true;
    this.subscriptions.clear();
    const gone = new Error('The connection has ended');
    for (const context of this.running) context.abort(gone);
  }
}
