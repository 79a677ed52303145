// What can an application set? Every option with its default.
import type { Duration, SlowConsumerPolicy } from '@nestjs-realtime/contract';
import type { OriginFunction } from './authorization/origin-function.js';
import { newNodeId } from './connections/node-id.js';

/** How many connections one user may have, and what happens to one more. */
export interface ConnectionsPerUser {
  readonly max: number;
  /** Where they are counted: on each node by itself, or on all nodes that live. Default `'node'`. */
  readonly across?: 'node' | 'cluster' | undefined;
  /** Refuse the new connection with `LIMIT_EXCEEDED`, or close the user's oldest with `rt:bye` `POLICY`. Default `'refuse'`. */
  readonly over?: 'refuse' | 'close-oldest' | undefined;
}

/** Limits on what one client may send and hold. */
export class RealtimeLimits {
  /** Largest inbound payload, in bytes. The largest frame has the same size, but at least 64 KB. Default 65,536. */
  payloadBytes = 65_536;
  /** Depth of an inbound payload. Objects and arrays count; the payload itself is level 1. Default 16. */
  payloadDepth = 16;
  /** Object keys plus array elements in one inbound payload. Default 1,000. */
  payloadKeys = 1_000;
  /** Open connections of one user on this node, or more about them. Default 100. With `across: 'cluster'`, `max` is at most 1,000. */
  connectionsPerUser: number | ConnectionsPerUser = 100;
  /** Channels one connection may be subscribed to at once. Default 128. */
  subscriptionsPerConnection = 128;
  /** Users whose coming and going one connection may watch. Default 100. */
  watchedUsers = 100;
  /** Requests per second and connection; a batch counts as one. Further requests are refused with `RATE_LIMITED`. Default 20. */
  messagesPerSecond = 20;
  /** Requests that a connection may make at once after a pause. Default 40. */
  messageBurst = 40;
  /**
   * Packets per second and transport connection, including WebSocket pings, pongs and invalid packets; the burst is twice as large. A
   * connection that exceeds it is closed with `POLICY`. Default: the largest of 500, twice `messagesPerSecond` and twice `messageBurst`.
   */
  packetsPerSecond = 500;
  /**
   * Bytes of any kind that one transport connection may send per second. A connection that exceeds it is closed with `POLICY`.
   * Default: the largest of 1,572,864, `payloadBytes`, and 4,096 times `messagesPerSecond`.
   */
  bytesPerSecond = 1_572_864;
  /**
   * Bytes that a transport connection may send at once after a pause. Default: the largest of twice `bytesPerSecond`, four times
   * `payloadBytes`, and 4,096 times `messageBurst`.
   */
  byteBurst = 3_145_728;
  /** Handlers that run at once for one connection. Four times as many messages may wait; more are refused with `OVERLOADED`. Default 8. */
  handlersInFlight = 8;
  /** Authentications in progress on this node. More are refused with `OVERLOADED`. Default 1,000. */
  pendingAuthentications = 1_000;
  /**
   * Connections whose leases are renewed at once on this node. One user may use an eighth of these places. Raise it if guards or
   * `refresh()` are slow and there are many connections. Default 128.
   */
  renewalsInFlight = 128;
  /** Outgoing bytes that may wait for one client that reads too slowly. Above it, `slowConsumer` applies. Default 1,048,576. */
  queuedBytes = 1_048_576;
}

/** What the doctor can find; `docs/operations.md` explains each code. */
export const DOCTOR_CODES = [
  'ADAPTER_OPTIONS',
  'ANY_HOST',
  'COOKIES_WITHOUT_ORIGINS',
  'FOREIGN_NEST',
  'GLOBAL_GUARDS',
  'IDLE_CHANNEL',
  'OLD_SOCKET_IO',
  'POLLING',
  'QUERY_READ',
  'SLOW_PING',
  'UNHANDLED_MESSAGE',
  'UNTESTED_CHANNEL',
] as const;
export type DoctorCode = (typeof DOCTOR_CODES)[number];

/** How the doctor reports, at boot and on the command line. */
export class RealtimeDoctorOptions {
  /** Codes of findings that are intended, and not reported. Default none. */
  silence: readonly DoctorCode[] = [];
}

/** Settings of the realtime layer, resolved. All durations are in milliseconds. */
export class RealtimeOptions {
  /**
   * What this process is. `'publisher'` is for workers and scripts that broadcast to the clients of other processes, through the `broker`.
   * `'in-memory'` is for tests and scripts: no client can connect. Default `'server'`.
   */
  mode: 'server' | 'publisher' | 'in-memory' = 'server';
  /**
   * This process among all nodes: the name that is given, a hyphen, and six letters that are new at each start. Default: the name is the
   * environment's `NODE_ID`, else that of the host.
   */
  nodeId = newNodeId();
  /** How many of the newest broadcasts `mode: 'in-memory'` keeps. Default 1,000. */
  inMemoryRecord = 1_000;
  /** Whether `mode: 'in-memory'` may start when `NODE_ENV=production`. Default false. */
  allowInMemoryInProduction = false;
  /** Path of the gateway on the application's HTTP server. Default `/realtime`. */
  path = '/realtime';
  /** Engine.IO transports. Default `['websocket']`; polling needs sticky sessions behind a load balancer. */
  transports: readonly ('websocket' | 'polling')[] = ['websocket'];
  /**
   * Origins of the pages that may connect, exactly as browsers send them; `'self'` is the server's own, and `https://*.example.com` means
   * subdomains of any depth. Unless `NODE_ENV` is `production`, pages of `localhost`, `127.0.0.1` and `[::1]` may connect, too, on any port. Or
   * a function that decides alone: only `true` admits, and it must answer within `authenticationTimeout`. Default `['self']`; with
   * `cookies: false`, `'any'`.
   */
  origins: readonly string[] | OriginFunction | 'any' = ['self'];
  /**
   * Whether clients may authenticate by cookies. False for applications that use tokens in `auth` alone: cookies are dropped before any
   * code reads them, so that any page may connect unless `origins` is set. Default true.
   */
  cookies = true;
  /**
   * The server's own names, with a port or for any port. Only a page under one of them counts as `'self'`. Default none: then any name
   * counts in production, and elsewhere loopback names and the IP address at which a request arrives.
   */
  hosts: readonly string[] = [];
  /** Whether a proxy in front sets `X-Forwarded-Proto` and `X-Forwarded-Host`, and drops them from clients. Default false. */
  trustProxy = false;
  /** Whether clients outside browsers may connect with cookies but without an Origin header. Default false. */
  allowMissingOrigin = false;
  /**
   * The id of the user behind an HTTP request, or null. With it, `'caller'` means the page behind a request, which names its connection in
   * the header `x-realtime-connection`. It runs after the guards of the controller. A request whose user is not known within
   * `authenticationTimeout` has no caller. Default: no header is believed.
   */
  requestUser?: (request: unknown) => string | null | Promise<string | null> = undefined;
  /** Every request is answered within this time. Default 5,000. */
  requestTimeout = 5_000;
  /** An authenticator or connect guard that takes longer refuses the connection as `UNAVAILABLE`. Default 5,000. */
  authenticationTimeout = 5_000;
  /** Every subscription is authorized again at least this often, and ends if that fails. Default 60,000. */
  lease = 60_000;
  /** How long before its credentials end a client receives `rt:expiring`. Default 30,000. */
  expiryNotice = 30_000;
  /** How long running handlers may continue after the application begins to close. Default 10,000. */
  drainTimeout = 10_000;
  /** How long a call of `IRealtimeConnections` waits until the other nodes have acted. Default 5,000. */
  acknowledgeTimeout = 5_000;
  /** How long a user stays a member after the last connection is lost; a channel may override it. `@OnUserOffline` waits as long. Default 15,000. */
  presenceGrace = 15_000;
  /** How long changes of members are gathered before clients and nodes hear of them; a channel may override it. Default 100. */
  presenceGather = 100;
  /**
   * What happens above `limits.queuedBytes`: the client is disconnected, or events for it are dropped until it has read. A channel may
   * override it. Default `'disconnect'`.
   */
  slowConsumer: SlowConsumerPolicy = 'disconnect';
  /**
   * Bytes of missed events that a client may get when it subscribes again to a channel with history; beyond, it begins at the end of the
   * log. A reply to `rt:history` is bounded by it, too. Default 4,194,304.
   */
  recoverBytes = 4_194_304;
  /** How events reach sockets: `'fast'` joins the frames of one turn of the event loop, `'stock'` sends each as Socket.IO does. Default `'fast'`. */
  fanOut: 'fast' | 'stock' = 'fast';
  /** Limits on what one client may send and hold. */
  limits = new RealtimeLimits();
  /** How the doctor reports. */
  doctor = new RealtimeDoctorOptions();
}

/** Options that are lengths of time. */
export type DurationOption =
  | 'requestTimeout'
  | 'authenticationTimeout'
  | 'lease'
  | 'expiryNotice'
  | 'drainTimeout'
  | 'acknowledgeTimeout'
  | 'presenceGrace'
  | 'presenceGather';

type Loose<Options> = { readonly [Name in keyof Options]?: Options[Name] | undefined };

/** Settings as an application writes them; those that it omits have their defaults. */
export type RealtimeSettings = Loose<Omit<RealtimeOptions, DurationOption | 'origins' | 'limits' | 'doctor'>> & {
  readonly [Name in DurationOption]?: Duration | undefined;
} & {
  readonly origins?: readonly string[] | OriginFunction | undefined;
  readonly limits?: Loose<RealtimeLimits> | undefined;
  readonly doctor?: Loose<RealtimeDoctorOptions> | undefined;
};
