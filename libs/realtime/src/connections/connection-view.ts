// How does an application see a connection without being able to change it?
import type { ChannelAddress } from '@nestjs-realtime/contract';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { ChannelMatch } from './channel-match.js';
import type { RealtimeConnection } from './realtime.connection.js';

/** What a view shows of a live connection. */
interface Viewed {
  readonly id: string;
  readonly user: RealtimeUser | null;
  readonly handshake: RealtimeHandshake;
  readonly subscriptions: { values(): Iterable<ChannelMatch> };
  readonly closed: boolean;
}

/** A view of a live connection. With the live one, a listener could bypass gate 2. */
export class ConnectionView implements RealtimeConnection {
  readonly #live: Viewed;

  constructor(live: Viewed) {
    this.#live = live;
  }

  get connectionId(): string {
    return this.#live.id;
  }

  get user(): RealtimeUser | null {
    return this.#live.user;
  }

  get handshake(): RealtimeHandshake {
    return this.#live.handshake;
  }

  get channels(): ReadonlyMap<string, ChannelAddress> {
    return new Map(Array.from(this.#live.subscriptions.values(), ({ name, address }) => [name, address] as const));
  }

  get closed(): boolean {
    return this.#live.closed;
  }
}
