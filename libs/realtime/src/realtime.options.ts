// What can an application set? Every option with its default.
import type { SlowConsumerPolicy } from '@nestjs-realtime/contract';

/** Limits of what one client may send and hold. */
export class RealtimeLimits {
  /** Largest inbound payload, in bytes. Also the size of the largest frame, which is never below 64 KB. Default 65,536. */
  payloadBytes = 65_536;
  /** Deepest inbound payload; objects and arrays count, the payload itself is 1. Default 16. */
  payloadDepth = 16;
  /** Most object keys and array elements in one inbound payload, together. Default 1,000. */
  payloadKeys = 1_000;
  /** Connections of one user on this node. Default 100. */
  connectionsPerUser = 100;
  /** Channels one connection may be subscribed to at once. Default 128. */
  subscriptionsPerConnection = 128;
  /** Requests per second and connection, a batch counting as one; over it `RATE_LIMITED`. Default 20. */
  messagesPerSecond = 20;
  /** Requests a connection may make at once after a rest. Default 40. */
  messageBurst = 40;
  /**
   * Packets per second and transport connection, WebSocket's pings and pongs and junk included, with a burst of twice as many; over it the connection is
   * closed with `POLICY`. Default 500, and at least twice `messagesPerSecond` and `messageBurst` where those are raised.
   */
  packetsPerSecond = 500;
  /**
   * Bytes that one transport connection may send per second, whatever they are; over it the connection is closed with `POLICY`.
   * Default 1,572,864, and at least 4,096 for each of `messagesPerSecond` and one `payloadBytes` where those are raised.
   */
  bytesPerSecond = 1_572_864;
  /**
   * Bytes that a transport connection may send at once after a rest. Default twice `bytesPerSecond`, and at least 4,096 for each of
   * `messageBurst` and four times `payloadBytes`.
   */
  byteBurst = 3_145_728;
  /** Handlers that run at once for one connection; four times as many messages may wait, then `OVERLOADED`. Default 8. */
  handlersInFlight = 8;
  /** Authentications under way at once on this node; over it `OVERLOADED`. Default 1,000. */
  pendingAuthentications = 1_000;
  /**
   * Connections whose leases are renewed at once on this node; one user has an eighth of these places. Raise it where guards or
   * `refresh()` are slow and there are many connections. Default 128.
   */
  renewalsInFlight = 128;
  /** Outgoing bytes that may wait for one client who does not read; over it `slowConsumer` applies. Default 1,048,576. */
  queuedBytes = 1_048_576;
}

/** What the doctor can find; `docs/operations.md` says what each means. */
export const DOCTOR_CODES = [
  'ANY_HOST',
  'COOKIES_WITHOUT_ORIGINS',
  'GLOBAL_GUARDS',
  'IDLE_CHANNEL',
  'OLD_SOCKET_IO',
  'POLLING',
  'SEVERAL_SOCKET_IO',
  'SLOW_PING',
  'UNHANDLED_MESSAGE',
  'UNTESTED_CHANNEL',
] as const;
export type DoctorCode = (typeof DOCTOR_CODES)[number];

/** How the doctor reports, at boot and on the command line. */
export class RealtimeDoctorOptions {
  /** Codes of findings that are known and meant. Default none. */
  silence: DoctorCode[] = [];
}

/** Settings of the realtime layer. All durations are in milliseconds. */
export class RealtimeOptions {
  /** How events reach clients: `'socket.io'`, or `'in-memory'` for tests and scripts, which no client can reach. Default `'socket.io'`. */
  transport: 'socket.io' | 'in-memory' = 'socket.io';
  /** Newest broadcasts that the in-memory transport remembers. Default 1,000. */
  inMemoryRecord = 1_000;
  /** Whether `transport: 'in-memory'` may start when `NODE_ENV=production`. Default false. */
  allowInMemoryInProduction = false;
  /** Path of the gateway on the application's HTTP server. Default `/realtime`. */
  path = '/realtime';
  /** Engine.IO transports. Default `['websocket']`; polling needs sticky sessions behind a load balancer. */
  transports: ('websocket' | 'polling')[] = ['websocket'];
  /** Origins of pages that may connect, exactly as browsers send them, and no others; `'self'` is the server's own. Default `['self']`. */
  origins: string[] = ['self'];
  /**
   * Names under which the server is asked for, with a port or for any port: only a page under one of them is the server's own. Default
   * none: in production any name counts, otherwise loopback names, and the IP address at which a request arrives.
   */
  hosts: string[] = [];
  /** Whether a proxy in front sets `X-Forwarded-Proto` and `X-Forwarded-Host` and lets no client set them. Default false. */
  trustProxy = false;
  /** Whether a request with cookies but without an Origin header may connect, as scripts outside browsers send. Default false. */
  allowMissingOrigin = false;
  /** Every request is answered within this time. Default 5,000. */
  requestTimeout = 5_000;
  /** An authenticator or connect guard that takes longer refuses the connection as `UNAVAILABLE`. Default 5,000. */
  authenticationTimeout = 5_000;
  /** Every subscription is authorized again at least this often, and ends where that fails. Default 60,000. */
  lease = 60_000;
  /** How long before the end of its credentials a client is told, with `rt:expiring`. Default 30,000. */
  expiryNotice = 30_000;
  /** How long handlers in flight may go on when the application closes. Default 10,000. */
  drainTimeout = 10_000;
  /** What happens to a client over `limits.queuedBytes`: cut off, or events left out until he has read. Channels may set their own. Default `'disconnect'`. */
  slowConsumer: SlowConsumerPolicy = 'disconnect';
  /** How events reach sockets: `'fast'` joins the frames of one turn of the event loop, `'stock'` does as Socket.IO does. Default `'fast'`. */
  fanOut: 'fast' | 'stock' = 'fast';
  /** Limits of what one client may send and hold. */
  limits = new RealtimeLimits();
  /** How the doctor reports. */
  doctor = new RealtimeDoctorOptions();
}

/** Settings as an application writes them: any of them, the rest by default. */
export type RealtimeSettings = Partial<Omit<RealtimeOptions, 'limits' | 'doctor'>> & {
  limits?: Partial<RealtimeLimits>;
  doctor?: Partial<RealtimeDoctorOptions>;
};
