// May a page of this origin connect? Browsers do not guard WebSocket upgrades by CORS, so the server must.
import type { IncomingMessage } from 'node:http';
import { isLoopbackOrigin } from '../../authorization/loopback-origin.js';
import { isOriginPattern, OriginPattern } from '../../authorization/origin-pattern.js';
import { type Address, admitsLoopback, listedOrigins, originAt, OwnHosts } from '../../gateway/own-hosts.js';
import type { RealtimeOptions } from '../../realtime.options.js';

/** Why a request is refused, for the log. */
export const ORIGIN_FAULTS = {
  foreign: 'foreign origin',
  unknownHost: "a page of the Host header, which is not one of the server's own",
  otherScheme: "the server's own host, under another scheme",
  selfNotListed: "the server's own origin, but origins does not have 'self'",
  noOriginWithCookies: 'cookies without an Origin header',
  noOriginFromElsewhere: "another site's page, without an Origin header",
} as const;
export type OriginFault = keyof typeof ORIGIN_FAULTS;

export class OriginPolicy {
  private readonly listed: ReadonlySet<string>;
  private readonly patterns: readonly OriginPattern[];
  private readonly self: boolean;
  private readonly loopback: boolean;
  private readonly allowMissing: boolean;
  private readonly own: OwnHosts;

  constructor(options: RealtimeOptions, environment = process.env.NODE_ENV) {
    const listed = listedOrigins(options.origins);
    this.listed = new Set(listed.filter((origin) => origin !== 'self' && !isOriginPattern(origin)));
    this.patterns = listed.filter(isOriginPattern).map((pattern) => new OriginPattern(pattern));
    this.self = listed.includes('self');
    this.loopback = admitsLoopback(options, environment);
    this.allowMissing = options.allowMissingOrigin;
    this.own = new OwnHosts(options, environment);
  }

  /**
   * Null when the request may proceed.
   *
   * Security note: reads client data. Listed origins match exactly, wildcards by whole labels. Outside production, pages of this machine
   * may connect, too. The server's own counts where `origins` has `'self'`: scheme, name and port are those of the request, and the name
   * is one that the server answers to.
   */
  faultOf(request: IncomingMessage): OriginFault | null {
    const { origin } = request.headers;
    if (origin === undefined) return this.faultWithoutOrigin(request);
    if (this.listed.has(origin) || this.patterns.some((pattern) => pattern.includes(origin))) return null;
    if (this.loopback && isLoopbackOrigin(origin)) return null;
    const address = this.own.addressOf(request);
    if (address === null) return 'foreign';
    if (origin !== originAt(address)) return origin === originAt(otherScheme(address)) ? 'otherScheme' : 'foreign';
    if (!this.self) return 'selfNotListed';
    return this.own.includes(address, request) ? null : 'unknownHost';
  }

  /**
   * Scripts outside browsers send no Origin; browsers leave it out of a plain GET of the same site, and of whatever else a page loads
   * from anywhere. Where the browser says which of the two it is, that counts; where it does not, the Host has to be ours.
   */
  private faultWithoutOrigin(request: IncomingMessage): OriginFault | null {
    const { cookie, upgrade, 'sec-fetch-site': site } = request.headers;
    if (site !== undefined && site !== 'same-origin' && site !== 'none') return 'noOriginFromElsewhere';
    if (site !== 'same-origin') {
      if (cookie !== undefined && !this.allowMissing) return 'noOriginWithCookies';
      // No browser opens a WebSocket without an Origin.
      if (upgrade !== undefined) return null;
    }
    const address = this.own.addressOf(request);
    if (address === null) return 'unknownHost';
    if (this.own.lists(address)) return null;
    if (!this.own.includes(address, request)) return 'unknownHost';
    return site === 'same-origin' && !this.self ? 'selfNotListed' : null;
  }
}

function otherScheme(address: Address): Address {
  return { ...address, scheme: address.scheme === 'http' ? 'https' : 'http' };
}
