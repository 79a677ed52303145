// How does the layer reach the clients of this node? Through the port that a transport implements (docs/decisions/0001#decision-2).
import type { EncodedEvent } from './encoded-event.js';
import type { LiveConnection } from './live.connection.js';
import type { RealtimeEntrance } from './realtime-entrance.js';

/** How long an application that has started may take until it listens, in milliseconds. Then it is told that no client can connect. */
export const LISTEN_DELAY = 3_000;

/** The state of one node at one moment. */
export interface RealtimeStats {
  /** Whether new connections are accepted: `closed` until a server that leads here listens, `draining` once it begins to close. */
  readonly state: 'closed' | 'accepting' | 'draining';
  /** Connections that have passed gate 1. */
  readonly connections: number;
  /** Subscriptions of all connections. */
  readonly subscriptions: number;
  /** Subscriptions by name template, for templates that have any. Never by concrete names, because metrics use the keys as labels. */
  readonly channels: Readonly<Record<string, number>>;
  /** How events reach sockets: `'stock'` if the option is set so, or if the fast path does not support the installed Socket.IO. */
  readonly fanOut: 'fast' | 'stock';
  /** Channels with at least one member on this node. */
  readonly rooms: number;
  /** Connections whose authentication is in progress. */
  readonly pendingAuthentications: number;
  /** Requests in progress. */
  readonly inFlight: number;
  /** Members of this node that events were handed to since boot, whichever node has broadcast them. */
  readonly deliveries: number;
  /** Outgoing bytes that wait in the process, for all slow clients together. */
  readonly queuedBytes: number;
  /** How many connections, or parts of them, each place inside the layer holds. All are 0 when no client is connected. */
  readonly holdings: Readonly<Record<string, number>>;
  /** Refusals since boot, by code. */
  readonly refusals: Readonly<Record<string, number>>;
}

/**
 * The clients of this node. An adapter must:
 * - run no request of a connection before `entrance.connect` has resolved for it;
 * - pass every client event to `entrance.dispatch`, and every end of a connection to `entrance.disconnected`, once;
 * - deliver events of a channel in the order of the `deliver` calls, to the members at the time of the call.
 */
export abstract class IRealtimeServer {
  /** Options of the `@WebSocketGateway` that mounts this transport. */
  abstract gatewayOptions(): Record<string, unknown>;
  /** Receives the transport's server object once Nest has created it. Accepts no connection yet. */
  abstract mount(transport: unknown): void;
  /**
   * Serves a further HTTP or HTTPS server, such as one that `http.createServer(expressApp)` makes, at the path of the gateway. The application
   * starts and closes it.
   */
  abstract attach(httpServer: object): void;
  /** Begins to accept connections. @throws RealtimeFault if the mounted server is not supported. */
  abstract open(entrance: RealtimeEntrance): void;
  /** Refuses new connections; those that are open remain. */
  abstract stopAccepting(): void;
  /** Sends an event to the channel's members on this node, and returns their number. Must not throw for any content. */
  abstract deliver(event: EncodedEvent): number;
  /** The channel's members on this node. A snapshot: the caller may end subscriptions while it iterates. */
  abstract connectionsIn(channel: string): readonly LiveConnection[];
  /** Resolves when clients have had the chance to take what this turn of the event loop has delivered; null while that is little. */
  pressure(): Promise<void> | null {
    return null;
  }
  /** Counted at the time of the call. */
  abstract stats(): RealtimeStats;
  /** Milliseconds between the pings that keep idle connections alive; null if there are none or the interval is unknown. */
  pingInterval(): number | null {
    return null;
  }
  /** Options that the application's WebSocket adapter has set otherwise than `gatewayOptions()` asks; for the doctor. */
  changedOptions(): readonly string[] {
    return [];
  }
}
