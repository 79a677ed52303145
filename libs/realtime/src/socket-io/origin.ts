// May a page of this origin connect? Browsers do not guard WebSocket upgrades by CORS, so the server must.
import type { IncomingHttpHeaders } from 'node:http';

/** What the check needs to know. */
export interface OriginPolicy {
  readonly origins: readonly string[];
  readonly allowMissingOrigin: boolean;
}

/**
 * Null when the request may proceed, else why not (for the log).
 *
 * Security note: reads client data. Listed origins match exactly; the server's own is the one whose host is the request's Host.
 * `null` is refused. A missing Origin is refused where cookies would speak for the client, except on same-origin requests of browsers.
 */
export function originFault(headers: IncomingHttpHeaders, policy: OriginPolicy): string | null {
  const { origin, host, cookie } = headers;
  if (origin === undefined) {
    const harmless = cookie === undefined || policy.allowMissingOrigin || headers['sec-fetch-site'] === 'same-origin';
    return harmless ? null : 'cookies without an Origin header';
  }
  if (policy.origins.includes(origin)) return null;
  if (host !== undefined && (origin === `http://${host}` || origin === `https://${host}`)) return null;
  return 'foreign origin';
}
