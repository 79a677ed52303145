// What does a client send when it connects?
import type { IncomingHttpHeaders } from 'node:http';

/**
 * The handshake an authenticator reads. Every byte of it comes from outside.
 */
export interface RealtimeHandshake {
  /** The Socket.IO `auth` object. */
  readonly auth: Readonly<Record<string, unknown>>;
  /** Cookies of the upgrade request, parsed; without a prototype. */
  readonly cookies: Readonly<Record<string, string | undefined>>;
  /**
   * Parameters of the URL, without those of Engine.IO; the first value of each, without a prototype. Proxies and servers write URLs to
   * their logs, so credentials belong in `auth`. The doctor reports code that reads it (`QUERY_READ`).
   */
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly headers: IncomingHttpHeaders;
  /** Remote address of the transport connection; behind a proxy, the proxy's. */
  readonly address: string;
  /** The Origin header, if the client sent one. */
  readonly origin?: string;
}
