// Why did a connection not come about? Every way has its code, and its message says where, and what to look at.
import type { ResolvedOptions } from './client-options.js';
import { type ConnectCode, RealtimeError } from './realtime-error.js';
import { endpoint, sentHeaders } from './server-address.js';

/** What could be seen of an attempt that failed. Browsers hide most of it. */
export interface SeenFailure {
  /** Status of the answer, if it was HTTP and may be read. */
  readonly status?: number | undefined;
  readonly body?: string | undefined;
  /** Code of an error of Node, such as `ENOTFOUND`. */
  readonly code?: string | undefined;
  /** The page's policy forbids the connection. */
  readonly isBlocked?: boolean | undefined;
  /** There is a server, but its answer is hidden. */
  readonly isReachable?: boolean | undefined;
  /** What answers speaks another protocol. */
  readonly isForeign?: boolean | undefined;
}

/** The code, and what to do. */
function diagnosis(seen: SeenFailure, origin: string): [ConnectCode, string] {
  const { status, body, code = '', isBlocked, isReachable, isForeign } = seen;
  if (isBlocked) return ['BLOCKED', 'the Content-Security-Policy of the page needs it in connect-src'];
  if (isForeign || code.startsWith('HPE_') || (status && status < 300))
    return ['PROTOCOL_MISMATCH', 'what answers is not nestjs-realtime, check url and path'];
  if (code === 'ECONNREFUSED') return ['CONNECTION_REFUSED', 'nothing listens at this port'];
  if (/^(ENOTFOUND|EAI_)/.test(code)) return ['DNS_FAILED', 'the name is unknown'];
  if (/CERT|SIGN|SSL|TLS|EPROTO|_CA$/.test(code))
    return ['TLS_FAILED', 'no TLS, or an unknown certificate, whose ca goes into an agent'];
  if (status === 404) return ['NOT_FOUND', 'nothing is at this path'];
  // Engine.IO gives an upgrade another status than a request of polling.
  if (status === 403 || body === 'Forbidden')
    return ['ORIGIN_REFUSED', `the server refuses ${origin}, its log says what admits it`];
  if (status && status >= 500) return ['BAD_GATEWAY', 'a proxy reaches no server'];
  if (status || isReachable)
    return ['HANDSHAKE_REFUSED', `refused, check path, ${origin} in the server's log, proxies (upgrades), transports`];
  return ['UNREACHABLE', 'no answer, check server, url, certificate, Content-Security-Policy, firewalls'];
}

/** The failure, in words. */
export function connectFailure(options: ResolvedOptions, seen: SeenFailure, cause?: unknown): RealtimeError {
  const origin = `the Origin ${globalThis.location?.origin ?? sentHeaders(options).origin ?? '(none)'}`;
  const [code, what] = diagnosis(seen, origin);
  const said = /^{"code":\d,"message":"([^"]{1,80})/.exec(seen.body ?? '')?.[1];
  const facts = [seen.status, said, seen.code].filter(Boolean).join(' ');
  return new RealtimeError(code, `Cannot connect to ${endpoint(options)}: ${what}. ${facts}`.trim(), {
    // A policy stays for as long as the page lives. Everything else may change: proxies give any answer while a server is replaced.
    retryable: !seen.isBlocked,
    cause,
  });
}
