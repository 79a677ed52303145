// What can be set on a client? The default of each option is its initialiser.
import type { Duration } from '@nestjs-realtime/contract';
import type { AuthRequest } from './credentials.js';
import { timerMs } from './pending.js';

/** Options of `createRealtimeClient`. A time is a number of milliseconds, or text such as `'500ms'`, `'30s'` or `'5m'`. */
export class RealtimeClientOptions {
  /**
   * Origin of the server, such as `https://api.example.com`. Default: the origin of the page. Without a page, as on a server that renders, a
   * client without `url` never connects.
   */
  readonly url?: string | undefined = undefined;
  /** Path of the realtime endpoint, with its slash. Default: `/realtime`. */
  readonly path?: string | undefined = '/realtime';
  /**
   * Returns the credentials. The client calls it before every attempt to connect, when the server announces that they expire or refuses
   * them, and in `authenticate()`; `reason` tells which. It never makes two calls at once, and waits as long as people need to log in;
   * `signal` aborts when it no longer waits. Cookies need none: return undefined to stay anonymous. A `token` that is undefined, null or
   * empty is an error. A rejection is retried, unless it is a `RealtimeError` with `retryable: false`. Default: no credentials.
   */
  readonly auth?: ((request: AuthRequest) => object | undefined | Promise<object | undefined>) | undefined = undefined;
  /**
   * Transports in order of preference: where one is refused or swallowed, the next is tried. Polling works only where the server allows
   * it. Default: WebSocket only.
   */
  readonly transports?: readonly ('websocket' | 'polling')[] | undefined = ['websocket'];
  /**
   * Headers of the upgrade request, such as `cookie`. Node only: browsers do not let pages set them. With a cookie, an `origin` goes along
   * as the server demands: yours, or by default that of the server itself; `origin: undefined` sends none. Default: none.
   */
  readonly headers?: Readonly<Record<string, string | undefined>> | undefined = undefined;
  /** An `http.Agent` or `https.Agent`, with its `ca`, `rejectUnauthorized`, `cert`, or a proxy. Node only. Default: one of Node's. */
  readonly agent?: object | undefined = undefined;
  /**
   * Whether to fail with `UNAUTHENTICATED` where the server welcomes this client as anonymous, such as for a lost cookie. Default: true if
   * `headers` has a cookie. Where it is not set, the `logger` hears of a user that may be missing.
   */
  readonly requireUser?: boolean | undefined = undefined;
  /** Whether to connect at once. Default: true; otherwise call `connect()`. */
  readonly autoConnect?: boolean | undefined = true;
  /** How long one attempt to connect may take once `auth()` has returned, and how long `auth()` may take to renew credentials. Default: 10 s. */
  readonly connectTimeout?: Duration | undefined = 10_000;
  /** How long `send()` waits for its answer, the wait for a connection included. Default: 10 s. */
  readonly requestTimeout?: Duration | undefined = 10_000;
  /**
   * How long the server may be silent before the line counts as lost. The client asks it shortly before that, and at once when the network
   * or the page comes back or the machine has slept. Default, and at most: what the server's pings leave, 45 s.
   */
  readonly silenceTimeout?: Duration | undefined = Infinity;
  /** Delay before the first retry; doubles with each further one. Default: 500 ms. */
  readonly retryDelay?: Duration | undefined = 500;
  /** Longest delay before a retry. Default: 30 s. */
  readonly maxRetryDelay?: Duration | undefined = 30_000;
  /** Random share of each delay, 0 to 1, so that clients do not all come back at once. Default: 0.5. */
  readonly jitter?: number | undefined = 0.5;
  /** Hears of lost connections, failures and refused channels; never of credentials or payloads. `console` will do. Default: none. */
  readonly logger?: Pick<Console, 'debug' | 'warn' | 'error'> | undefined = undefined;
}

/** A scheme, and a host with or without a port; without user, path and query. Not `new URL`, which React Native has in part. */
const ORIGIN = /^https?:\/\/[^/?#@\\\s]+\/?$/i;
const TIMES = ['connectTimeout', 'requestTimeout', 'silenceTimeout', 'retryDelay', 'maxRetryDelay'] as const;
type Time = (typeof TIMES)[number];
type WithDefault = 'path' | 'transports' | 'autoConnect' | 'jitter';

/** The options with their defaults; every time is a number of milliseconds. */
export type ResolvedOptions = Omit<RealtimeClientOptions, WithDefault | Time> & {
  readonly [Name in WithDefault]-?: Exclude<RealtimeClientOptions[Name], undefined>;
} & { readonly [Name in Time]: number };

/** Fills in the defaults. @throws TypeError for an option that does not exist, RangeError for a value that an option cannot have. */
export function resolveOptions(given: RealtimeClientOptions): ResolvedOptions {
  const options: Record<string, unknown> = { ...new RealtimeClientOptions() };
  for (const [name, value] of Object.entries(given)) {
    if (!Object.keys(options).includes(name)) {
      throw new TypeError(`A client has no option "${name}"; the options are ${Object.keys(options).join(', ')}.`);
    }
    if (value !== undefined) options[name] = value;
  }
  for (const name of TIMES) options[name] = timerMs(name, options[name]);
  const { jitter, auth, url, path } = options as RealtimeClientOptions;
  if (url !== undefined && !ORIGIN.test(url))
    throw new RangeError(
      "url must be an origin, such as 'https://api.example.com'; ws:// is http://, a path goes into `path`.",
    );
  if (!/^\/[^?#\s]*$/.test(path!)) throw new RangeError("path must begin with a slash, such as '/realtime'.");
  if (!(jitter! >= 0 && jitter! <= 1)) throw new RangeError('jitter must be a number from 0 to 1.');
  if (auth && typeof auth !== 'function') throw new TypeError('auth must be a function.');
  return options as unknown as ResolvedOptions;
}
