// What reaches the clients of this node? The port that a transport implements (docs/decisions/0001#decision-2).
import type { RefusalCode } from '@nestjs-realtime/contract';
import type { EncodedEvent } from './encoded-event.js';
import type { RealtimeEntrance } from './realtime-entrance.js';

/** A moment in the life of one node. */
export interface RealtimeStats {
  /** Whether new connections are let in; `closed` until the application listens, `draining` from the moment it closes. */
  readonly state: 'closed' | 'accepting' | 'draining';
  /** Connections that have passed gate 1. */
  readonly connections: number;
  /** Admissions to channels, over all connections. */
  readonly subscriptions: number;
  /** Admissions by name template, for templates that have any. Never by concrete names: this is what metrics take as labels. */
  readonly channels: Readonly<Record<string, number>>;
  /** How events reach sockets: `'stock'` where the option says so, or where the fast path does not fit the installed Socket.IO. */
  readonly fanOut: 'fast' | 'stock';
  /** Channels with at least one member on this node. */
  readonly rooms: number;
  /** Connections whose authentication is under way. */
  readonly pendingAuthentications: number;
  /** Requests that are being worked on. */
  readonly inFlight: number;
  /** Outgoing bytes that wait in the process for clients who do not read, together. */
  readonly queuedBytes: number;
  /** How many connections, or parts of them, each place inside the layer holds. All are 0 when nobody is connected. */
  readonly holdings: Readonly<Record<string, number>>;
  /** Refusals since boot, by code. */
  readonly refusals: Readonly<Partial<Record<RefusalCode, number>>>;
}

/**
 * The clients of this node. An adapter obliges itself to:
 * - run no request of a connection before `entrance.connect` has resolved for it;
 * - hand every client event to `entrance.dispatch`, and every end of a connection to `entrance.disconnected`, once;
 * - deliver events of a channel in the order of `deliver` calls, to those who are members at that moment.
 */
export abstract class IRealtimeServer {
  /** Options for the `@WebSocketGateway` that this transport is mounted by. */
  abstract gatewayOptions(): Record<string, unknown>;
  /** Takes the transport's server object once Nest has made it; nothing is accepted yet. */
  abstract mount(transport: unknown): void;
  /** Begins to accept connections. @throws RealtimeFault when what was mounted cannot serve. */
  abstract open(entrance: RealtimeEntrance): void;
  /** Accepts no more connections; those that are open stay. */
  abstract stopAccepting(): void;
  /** Fans an event out to the channel's members on this node, and says how many they are. Must not throw for any content. */
  abstract deliver(event: EncodedEvent): number;
  /** Counted when it is called. */
  abstract stats(): RealtimeStats;
  /** Milliseconds between the pings that keep idle connections alive; null where there are none, or nobody knows. */
  pingInterval(): number | null {
    return null;
  }
}
