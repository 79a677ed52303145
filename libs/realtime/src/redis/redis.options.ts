// What can an application set about Redis? Where it is, and how long things may take.
import { type Duration, milliseconds, shownValue } from '@nestjs-realtime/contract';
import { RealtimeFault } from '../realtime.exception.js';

/** Where Redis is: one server, the one that Sentinels name, or a Cluster, some of whose servers are named. */
type RedisAddress =
  | { readonly url: string; readonly sentinels?: never; readonly name?: never; readonly cluster?: never }
  | { readonly sentinels: readonly string[]; readonly name: string; readonly url?: never; readonly cluster?: never }
  | { readonly cluster: readonly string[]; readonly url?: never; readonly sentinels?: never; readonly name?: never };

/** How Redis and this process know each other over TLS, as Node's `tls.connect` takes it. */
export interface RedisTls {
  /** Certificates of authorities to trust instead of those that Node knows. */
  readonly ca?: string | readonly string[] | undefined;
  /** Certificate and key of this process, where Redis asks for them. */
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  /** The name in the certificate of Redis, if it is not the host of the address. */
  readonly servername?: string | undefined;
}

/** Everything but the address has a default. */
export type RedisBrokerOptions = RedisAddress & {
  /** Every key and topic begins with it. Applications that share a Redis need one each. Default `'rt'`. */
  readonly prefix?: string | undefined;
  /** Into how many parts channels are divided, at least eight for each master of a Cluster. The same on all nodes, for good. Default 64. */
  readonly partitions?: number | undefined;
  /** For addresses that begin with `rediss://`. Default: what Node trusts. */
  readonly tls?: RedisTls | undefined;
  /** Key with which events and commands are signed; with two, the first signs and both are accepted. Default: nothing is signed. */
  readonly mac?: string | readonly [string, string] | undefined;
  /** How long a connection to Redis may take to be established. Default 1 s. */
  readonly connectTimeout?: Duration | undefined;
  /** How long Redis may take to answer. Default 1.5 s. */
  readonly commandTimeout?: Duration | undefined;
  /** How long the boot waits for Redis. After it the application starts without. Default 5 s. */
  readonly joinTimeout?: Duration | undefined;
  /** A connection that has been silent for this long is replaced. Default 2.5 s. */
  readonly silenceTimeout?: Duration | undefined;
  /** How often this node tells that it lives. Default 2 s. */
  readonly beatInterval?: Duration | undefined;
  /** A node that has told nothing for this long counts as dead. Default 10 s. */
  readonly nodeLease?: Duration | undefined;
  /** Bytes that may wait for Redis. Above it, new events are refused. Default 16,777,216. */
  readonly queueBytes?: number | undefined;
};

/** One server, checked. `server` is one of a Cluster. */
export type ServerTarget =
  | { readonly kind: 'url' | 'server'; readonly url: string; readonly tls?: RedisTls | null }
  | {
      readonly kind: 'sentinels';
      readonly nodes: readonly URL[];
      readonly name: string;
      readonly tls?: RedisTls | null;
    };

/** Where Redis is, checked. */
export type RedisTarget = ServerTarget | { readonly kind: 'cluster'; readonly seeds: readonly URL[] };

/** Settings with their defaults. Durations are in milliseconds. */
export class RedisSettings {
  readonly target: RedisTarget;
  prefix = 'rt';
  partitions = 64;
  mac: string | readonly [string, string] | null = null;
  tls: RedisTls | null = null;
  connectTimeout = 1_000;
  commandTimeout = 1_500;
  joinTimeout = 5_000;
  silenceTimeout = 2_500;
  beatInterval = 2_000;
  nodeLease = 10_000;
  queueBytes = 16_777_216;

  /** @throws RealtimeFault that names every invalid option. */
  constructor(options: RedisBrokerOptions) {
    const faults: string[] = [];
    const target = targetOf(options, faults);
    for (const [name, value] of Object.entries<unknown>(options)) {
      if (value === undefined || ADDRESS.includes(name)) continue;
      const fault = Object.hasOwn(RULES, name) ? RULES[name as keyof typeof RULES](value) : NO_OPTION;
      if (fault === null) Object.assign(this, { [name]: DURATIONS.includes(name) ? milliseconds(value) : value });
      else faults.push(`${name} ${fault}`);
    }
    if (this.nodeLease < 2 * this.beatInterval) {
      faults.push('nodeLease must be at least twice beatInterval, so that one late beat ends no node');
    }
    if (faults.length > 0) throw RealtimeFault.of('RedisRealtimeBroker has invalid options:', faults);
    this.target = target!;
  }
}

type Rule = (value: unknown) => string | null;

const duration: Rule = (value) => {
  const length = milliseconds(value);
  return length !== null && length >= 1 && length <= 2 ** 31 - 1
    ? null
    : `must be a duration of 1 ms to 24 days: milliseconds, or text such as '2s'; it is ${shownValue(value)}`;
};

const RULES = {
  prefix: (value) =>
    typeof value === 'string' && /^[\w.:-]{1,64}$/.test(value)
      ? null
      : 'must be 1 to 64 letters, digits, dots, colons, hyphens and underscores',
  partitions: (value) =>
    Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= 4_096
      ? null
      : 'must be a whole number from 1 to 4,096',
  mac: (value) =>
    isKey(value) || (Array.isArray(value) && value.length === 2 && value.every(isKey))
      ? null
      : 'must be a key of at least 16 characters, or a list of two',
  tls: (value) =>
    typeof value === 'object' && value !== null && Object.entries(value).every(isTlsPart)
      ? null
      : 'must be an object with ca, cert, key and servername: texts; ca may be a list of them',
  connectTimeout: duration,
  commandTimeout: duration,
  joinTimeout: duration,
  silenceTimeout: duration,
  beatInterval: duration,
  nodeLease: duration,
  queueBytes: (value) =>
    Number.isSafeInteger(value) && (value as number) > 0 ? null : 'must be a positive number of bytes',
} satisfies Record<string, Rule>;

const ADDRESS: readonly string[] = ['url', 'sentinels', 'name', 'cluster'];
const NO_OPTION = `is not an option; there are ${[...ADDRESS, ...Object.keys(RULES)].join(', ')}`;
const DURATIONS: readonly string[] = Object.keys(RULES).filter(
  (name) => RULES[name as keyof typeof RULES] === duration,
);

function isKey(value: unknown): boolean {
  return typeof value === 'string' && value.length >= 16;
}

function isTlsPart([name, value]: [string, unknown]): boolean {
  const texts: unknown[] = name === 'ca' && Array.isArray(value) ? value : [value];
  return ['ca', 'cert', 'key', 'servername'].includes(name) && texts.every((text) => typeof text === 'string');
}

const WHERE =
  "say where Redis is: { url: 'redis://…' }, { sentinels: ['host:26379', …], name: 'mymaster' } or { cluster: ['host:6379', …] }";

function targetOf({ url, sentinels, name, cluster, tls }: RedisBrokerOptions, faults: string[]): RedisTarget | null {
  const given = [url, sentinels, cluster].filter((address) => address !== undefined);
  const isOne = given.length === 1 && (sentinels !== undefined || name === undefined);
  if (isOne && url !== undefined) {
    if (isUrl(url)) return { kind: 'url', url, tls: tls ?? null };
    faults.push("url must be the address of a Redis, such as 'redis://localhost:6379'");
    return null;
  }
  const nodes = serversIn(sentinels);
  if (isOne && nodes !== null && typeof name === 'string' && name !== '') {
    return { kind: 'sentinels', nodes, name, tls: tls ?? null };
  }
  const seeds = serversIn(cluster);
  if (isOne && seeds !== null) return { kind: 'cluster', seeds };
  faults.push(WHERE);
  return null;
}

function isUrl(value: unknown): value is string {
  return typeof value === 'string' && /^rediss?:\/\/[^/]/.test(value) && URL.canParse(value);
}

/** Each is `host:port`, or the same with protocol and credentials. */
function serversIn(list: unknown): readonly URL[] | null {
  const servers = Array.isArray(list) ? list.map(serverOf) : [];
  return servers.length > 0 && !servers.includes(null) ? (servers as URL[]) : null;
}

function serverOf(address: unknown): URL | null {
  const url = typeof address === 'string' && !address.includes('://') ? `redis://${address}` : address;
  if (!isUrl(url)) return null;
  const server = new URL(url);
  return server.hostname !== '' && server.pathname.length <= 1 ? server : null;
}
