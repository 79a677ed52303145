// What does a gate check? One request of one connection, or one broadcast of the server.
import type { ChannelAddress, RealtimeChannelDescriptor } from '@nestjs-realtime/contract';
import type { RealtimeHandshake } from '../authorization/realtime-handshake.js';
import type { RealtimeUser } from '../authorization/realtime-user.js';
import { sharedByCopies } from '../package-copy.js';
import { type ChannelMatch, matchOf } from './channel-match.js';
import type { LiveConnection } from './live.connection.js';
import type { RealtimeConnection } from './realtime.connection.js';
import type { RegisteredChannel } from './registered-channel.js';

/** The four gates (docs/decisions/0001#decision-3). */
export type RealtimeGate = 'connect' | 'subscribe' | 'message' | 'broadcast';

/** A request at a gate. Guards read it through `RealtimeExecutionContext`. */
export abstract class RealtimeRequest {
  abstract readonly gate: RealtimeGate;
  /** Null at gate 4: a broadcast has no connection. */
  abstract readonly live: LiveConnection | null;
  /** Concrete channel name, as the client or the broadcast gave it; null at gate 1. */
  abstract readonly channelName: string | null;
  /** The registered channel and its params; null at gate 1 and for an unknown channel. */
  abstract readonly match: ChannelMatch | null;
  /** Handshake at gate 1, payload at gates 3 and 4. */
  abstract readonly payload: unknown;

  /** Name of the message; null at the other gates. */
  get message(): string | null {
    return null;
  }

  /** Name of the event; null at the inbound gates. */
  get event(): string | null {
    return null;
  }

  /** Null at gate 4: a broadcast has no connection. */
  get connection(): RealtimeConnection | null {
    return this.live?.view ?? null;
  }

  /** Null at gate 1 and for an unknown channel. */
  get channel(): ChannelAddress | null {
    return this.match?.address ?? null;
  }

  get descriptor(): RealtimeChannelDescriptor | null {
    return this.match?.descriptor ?? null;
  }

  get params(): Readonly<Record<string, string>> {
    return this.match?.params ?? NO_PARAMS;
  }

  /** At gate 1 the user of the new credentials, later the user of the connection. */
  get user(): RealtimeUser | null {
    return this.live?.user ?? null;
  }

  /** At gate 1 the handshake that is checked, later the one that was accepted last; null at gate 4. */
  get handshake(): RealtimeHandshake | null {
    return this.live?.handshake ?? null;
  }
}

sharedByCopies(RealtimeRequest, 'request');

/** Gate 1: a new connection, or new credentials for a connection. */
export class ConnectRequest extends RealtimeRequest {
  readonly gate = 'connect';
  readonly channelName = null;
  readonly match = null;
  private found: RealtimeUser | null = null;

  constructor(
    readonly live: LiveConnection,
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
  readonly payload = undefined;

  constructor(
    readonly live: LiveConnection,
    readonly channelName: string,
    readonly match: ChannelMatch | null,
  ) {
    super();
  }
}

/** Gate 4: an event that the server sends, to one channel or to several of one descriptor. The request of gate 3 is the `MessageRequest`. */
export class BroadcastRequest extends RealtimeRequest {
  readonly gate = 'broadcast';
  readonly live = null;
  private known: ChannelAddress | null = null;

  /** Each of `names` must match the descriptor's template. */
  constructor(
    readonly names: readonly string[],
    private readonly declared: RealtimeChannelDescriptor,
    /** Null if the channel is not registered. */
    readonly registered: RegisteredChannel | null,
    private readonly eventName: string,
    readonly payload: unknown,
  ) {
    super();
  }

  /** The first of the channels: all are of one descriptor. */
  get channelName(): string {
    return this.names[0];
  }

  override get event(): string {
    return this.eventName;
  }

  get match(): ChannelMatch | null {
    const { registered, channelName, params } = this;
    return registered && matchOf(registered, channelName, params);
  }

  override get descriptor(): RealtimeChannelDescriptor {
    return this.declared;
  }

  /** Made when first read: most broadcasts never read it. */
  override get channel(): ChannelAddress {
    const { declared: descriptor, channelName: name } = this;
    return (this.known ??= { descriptor, name, params: descriptor.template.match(name)! });
  }

  override get params(): Readonly<Record<string, string>> {
    return this.channel.params;
  }
}

const NO_PARAMS: Readonly<Record<string, string>> = Object.freeze(Object.create(null) as Record<string, string>);
