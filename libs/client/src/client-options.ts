// What can be set on a client? The default of each option is its initialiser.
import type { Credentials } from '@nestjs-realtime/contract';

/** Options of `createRealtimeClient`. All times are milliseconds. */
export class RealtimeClientOptions {
  /** Origin of the server, such as `https://api.example.com`. Default: the origin of the page. */
  url?: string;
  /** Path of the realtime endpoint. Default: `/realtime`. */
  path = '/realtime';
  /**
   * Returns the credentials. The client calls it before every attempt to connect and when the server announces that they expire.
   * Cookies need none. A rejection is retried, unless it is a `RealtimeError` with `retryable: false`. Default: no credentials.
   */
  auth?: () => Credentials | undefined | Promise<Credentials | undefined>;
  /** Transports in order of preference; polling works only where the server allows it. Default: WebSocket only. */
  transports: ('websocket' | 'polling')[] = ['websocket'];
  /** Headers of the upgrade request, such as `cookie`. Node only: browsers do not let pages set them. Default: none. */
  extraHeaders?: Record<string, string>;
  /** Whether to connect at once. Default: true; otherwise call `connect()`. */
  autoConnect = true;
  /** How long one attempt to connect may take, `auth()` included. Default: 10,000. */
  connectTimeout = 10_000;
  /** How long `send()` waits for its answer, the wait for a connection included. Default: 10,000. */
  requestTimeout = 10_000;
  /** Delay before the first retry; doubles with each further one. Default: 500. */
  retryDelay = 500;
  /** Longest delay before a retry. Default: 30,000. */
  maxRetryDelay = 30_000;
  /** Random share of each delay, 0 to 1, so that clients do not all come back at once. Default: 0.5. */
  jitter = 0.5;
}

/** Fills in the defaults. @throws RangeError for a time that is not a positive number, or a jitter outside 0 to 1. */
export function resolveOptions(given: Partial<RealtimeClientOptions>): RealtimeClientOptions {
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  const options = Object.assign(new RealtimeClientOptions(), Object.fromEntries(set));
  for (const name of ['connectTimeout', 'requestTimeout', 'retryDelay', 'maxRetryDelay'] as const) {
    if (!(options[name] > 0)) throw new RangeError(`${name} must be a positive number of milliseconds.`);
  }
  if (!(options.jitter >= 0 && options.jitter <= 1)) throw new RangeError('jitter must be a number from 0 to 1.');
  return options;
}
