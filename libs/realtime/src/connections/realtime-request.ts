// What does a gate check? One request of one connection, or one broadcast of the server.
import type { RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import type { ChannelMatch } from './channel-match.js';
import type { RealtimeConnection } from './realtime.connection.js';
import type { RegisteredChannel } from './registered-channel.js';

/** The four gates (docs/decisions/0001#decision-3). */
export type RealtimeGate = 'connect' | 'subscribe' | 'message' | 'broadcast';

/** A request at a gate. Guards read it through `RealtimeExecutionContext`. */
export abstract class RealtimeRequest {
  abstract readonly gate: RealtimeGate;
  /** Null at gate 4: a broadcast has no connection. */
  abstract readonly connection: RealtimeConnection | null;
  /** Concrete channel name; null at gate 1. */
  abstract readonly channel: string | null;
  /** The registered channel and its params; null at gate 1 and for an unknown channel. */
  abstract readonly match: ChannelMatch | null;
  /** Event or message name; null at gates 1 and 2. */
  abstract readonly event: string | null;
  /** Handshake at gate 1, payload at gates 3 and 4. */
  abstract readonly payload: unknown;

  get descriptor(): RealtimeChannelDescriptor | null {
    return this.match?.descriptor ?? null;
  }

  get params(): Readonly<Record<string, string>> {
    return this.match?.params ?? NO_PARAMS;
  }

  /** At gate 1 the user of the new credentials, later the user of the connection. */
  get user(): RealtimeUser | null {
    return this.connection?.user ?? null;
  }

  /** At gate 1 the handshake that is checked, later the one that was accepted last; null at gate 4. */
  get handshake(): RealtimeHandshake | null {
    return this.connection?.handshake ?? null;
  }
}

/** Gate 1: a new connection, or new credentials for a connection. */
export class ConnectRequest extends RealtimeRequest {
  readonly gate = 'connect';
  readonly channel = null;
  readonly match = null;
  readonly event = null;
  private found: RealtimeUser | null = null;

  constructor(
    readonly connection: RealtimeConnection,
    private readonly judged: RealtimeHandshake,
  ) {
    super();
  }

  get payload(): RealtimeHandshake {
    return this.judged;
  }

  override get handshake(): RealtimeHandshake {
    return this.judged;
  }

  /** Until the new credentials are verified the request has no user, not even the connection's present one. */
  override get user(): RealtimeUser | null {
    return this.found;
  }

  /** Set by gate 1. */
  override set user(user: RealtimeUser | null) {
    this.found = user;
  }
}

/** Gate 2: a connection that asks for a channel, or a subscription that is checked again. */
export class SubscribeRequest extends RealtimeRequest {
  readonly gate = 'subscribe';
  readonly event = null;
  readonly payload = undefined;

  constructor(
    readonly connection: RealtimeConnection,
    readonly channel: string,
    readonly match: ChannelMatch | null,
  ) {
    super();
  }
}

/** Gate 4: a broadcast of the server. The request of gate 3 is the `RealtimeContext`. */
export class BroadcastRequest extends RealtimeRequest {
  readonly gate = 'broadcast';
  readonly connection = null;
  private known: Readonly<Record<string, string>> | null = null;

  /** `channel` must match the descriptor's template. */
  constructor(
    readonly channel: string,
    private readonly declared: RealtimeChannelDescriptor,
    /** Null if the channel is not registered. */
    readonly registered: RegisteredChannel | null,
    readonly event: string,
    readonly payload: unknown,
  ) {
    super();
  }

  get match(): ChannelMatch | null {
    const { registered, descriptor, channel, params } = this;
    return registered && { registered, descriptor, name: channel, params };
  }

  override get descriptor(): RealtimeChannelDescriptor {
    return this.declared;
  }

  /** Computed when first read: most broadcasts never read them. */
  override get params(): Readonly<Record<string, string>> {
    return (this.known ??= this.descriptor.template.match(this.channel)!);
  }
}

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(Object.create(null) as Record<string, string>);
