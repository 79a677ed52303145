// What does a gate judge? One request of one connection, or one broadcast of the server.
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { ChannelMatch } from './channel-match.js';
import type { RealtimeConnection } from './realtime.connection.js';

/** The four gates of ADR-016, decision 3. */
export type RealtimeGate = 'connect' | 'subscribe' | 'message' | 'broadcast';

/** What stands before a gate. Guards read it through `RealtimeExecutionContext`. */
export class RealtimeRequest {
  /** Whom gate 1 has found, until the connection is his. */
  private found: RealtimeUser | null | undefined = undefined;

  constructor(
    readonly gate: RealtimeGate,
    /** Null at gate 4: a broadcast has no connection. */
    readonly connection: RealtimeConnection | null,
    /** Concrete channel name; null at gate 1. */
    readonly channel: string | null,
    /** The registered channel and its params; null at gate 1 and for an unknown channel. */
    readonly match: ChannelMatch | null,
    /** Event or message name, where the gate has one. */
    readonly event: string | null,
    /** Handshake at gate 1, payload at gates 3 and 4. */
    readonly payload: unknown,
  ) {}

  get descriptor(): RealtimeChannelDescriptor | null {
    return this.match?.descriptor ?? null;
  }

  get params(): Readonly<Record<string, string>> {
    return this.match?.params ?? NO_PARAMS;
  }

  /** Who asks: at gate 1 whom the credentials name, later whose the connection is. */
  get user(): RealtimeUser | null {
    return this.found === undefined ? (this.connection?.user ?? null) : this.found;
  }

  /** Gate 1 alone sets it. */
  set user(user: RealtimeUser | null) {
    this.found = user;
  }
}

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(Object.create(null) as Record<string, string>);
