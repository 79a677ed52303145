// Which host names does this server accept? In a DNS rebinding attack, a page's own name points at this server and arrives as Host.
import type { IncomingHttpHeaders } from 'node:http';
import { isLoopbackName } from '../authorization/loopback-origin.js';
import { HOST } from '../authorization/origin-format.js';
import { isOriginPattern, OriginPattern } from '../authorization/origin-pattern.js';
import type { RealtimeOptions } from '../realtime.options.js';

/** The parts of a request that are read; the same for HTTP/1 and HTTP/2, with and without Express. */
export interface AddressedRequest {
  readonly url?: string;
  readonly originalUrl?: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders?: readonly string[];
  readonly socket?: { readonly encrypted?: boolean; readonly localAddress?: string };
}

/** The address that a request was sent to, according to its sender. */
export interface Address {
  readonly scheme: 'http' | 'https';
  /** In lower case; an IPv6 address in brackets. */
  readonly name: string;
  /** Null if the request names none. */
  readonly port: string | null;
}

const DEFAULT_PORTS = { http: '80', https: '443' } as const;
const SCHEMES: ReadonlyMap<string, Address['scheme']> = new Map([
  ['http', 'http'],
  ['https', 'https'],
  ['ws', 'http'],
  ['wss', 'https'],
]);
const LONGEST_HOST = 261;

/** The list, where there is one. Where a function or nothing decides about pages, the server's own are not told apart by their origin. */
export function listedOrigins(origins: RealtimeOptions['origins']): readonly string[] {
  return typeof origins === 'object' ? origins : ['self'];
}

/**
 * Whether pages of this machine may connect besides those that are listed, so that a development server on a port of its own just works.
 * Where a function decides, it decides about them, too.
 */
export function admitsLoopback(
  { origins }: Pick<RealtimeOptions, 'origins'>,
  environment: string | undefined,
): boolean {
  return environment !== 'production' && typeof origins === 'object';
}

export class OwnHosts {
  private readonly trustProxy: boolean;
  private readonly names: ReadonlySet<string>;
  private readonly listed: ReadonlySet<string>;
  private readonly patterns: readonly OriginPattern[];
  private readonly loopback: boolean;
  /** Which hosts are accepted when `hosts` is empty. */
  private readonly unlisted: 'any' | 'local' | 'none';

  constructor(
    { hosts, origins, trustProxy }: Pick<RealtimeOptions, 'hosts' | 'origins' | 'trustProxy'>,
    environment = process.env.NODE_ENV,
  ) {
    this.trustProxy = trustProxy;
    this.names = new Set(hosts.map((host) => host.toLowerCase()));
    this.loopback = admitsLoopback({ origins }, environment);
    const listed = listedOrigins(origins);
    this.patterns = listed.filter(isOriginPattern).map((pattern) => new OriginPattern(pattern));
    const exact = listed.filter((origin) => /^https?:/.test(origin) && !isOriginPattern(origin));
    this.listed = new Set(exact.map((origin) => new URL(origin).host));
    if (hosts.length > 0) this.unlisted = 'none';
    else if (environment !== 'production') this.unlisted = 'local';
    else this.unlisted = listed.includes('self') ? 'any' : 'none';
  }

  /**
   * The address a request was sent to; null if the request does not state it unambiguously.
   *
   * Security note: reads client data. Forwarded headers count only if the application trusts its proxy. A list, a second Host, user
   * information, a trailing dot and the absolute form of a request target are refused.
   */
  addressOf(request: AddressedRequest): Address | null {
    const target = request.originalUrl ?? request.url;
    if (target !== undefined && !target.startsWith('/')) return null;
    const scheme = this.schemeOf(request);
    const host = this.hostOf(request);
    if (scheme === undefined || typeof host !== 'string' || host.length > LONGEST_HOST) return null;
    const [matched, name, port = null] = HOST.exec(host.toLowerCase()) ?? [];
    return matched === undefined || Number(port) > 65_535 ? null : { scheme, name, port };
  }

  /** Whether the server accepts this address. */
  includes({ scheme, name, port }: Address, { socket }: AddressedRequest): boolean {
    if (this.names.has(name) || this.names.has(`${name}:${port ?? DEFAULT_PORTS[scheme]}`)) return true;
    if (this.unlisted !== 'local') return this.unlisted === 'any';
    // No attacker can rebind these: browsers resolve loopback names themselves, and an IP address needs no DNS.
    return isLoopbackName(name) || name === nameOf(socket?.localAddress);
  }

  /**
   * Whether pages on this host may connect: `origins` lists one, or they are of this machine, outside production. The scheme does not count,
   * because a proxy may hide it.
   */
  lists({ name, port }: Address): boolean {
    const host = port === null ? name : `${name}:${port}`;
    if (this.loopback && isLoopbackName(name)) return true;
    return this.listed.has(host) || this.patterns.some((pattern) => pattern.includesHost(host));
  }

  private schemeOf({ headers, socket }: AddressedRequest): Address['scheme'] | undefined {
    const forwarded = this.trustProxy ? headers['x-forwarded-proto'] : undefined;
    if (forwarded === undefined) return socket?.encrypted === true ? 'https' : 'http';
    return typeof forwarded === 'string' ? SCHEMES.get(forwarded.toLowerCase()) : undefined;
  }

  private hostOf({ headers, rawHeaders = [] }: AddressedRequest): unknown {
    const forwarded = this.trustProxy ? headers['x-forwarded-host'] : undefined;
    if (forwarded !== undefined) return forwarded;
    // Of several Host headers Node keeps the first, but a proxy may have used the last.
    const count = rawHeaders.filter((text, index) => index % 2 === 0 && text.toLowerCase() === 'host').length;
    return count > 1 ? null : (headers.host ?? headers[':authority']);
  }
}

/** The origin of pages at this address, as browsers write it. */
export function originAt({ scheme, name, port }: Address): string {
  return port === null || port === DEFAULT_PORTS[scheme] ? `${scheme}://${name}` : `${scheme}://${name}:${port}`;
}

/** Converts a socket address to the form of a Host header. */
function nameOf(address: string | undefined): string | undefined {
  const plain = address?.replace(/^::ffff:(?=[\d.]+$)/, '');
  return plain?.includes(':') ? `[${plain}]` : plain;
}
