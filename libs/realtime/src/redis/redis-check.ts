// Can this Redis serve, and this user use it? Asked by doing what the broker does, so that the answer names what to change.
import { randomName } from '../broker/log-frame.js';
import { PUBLISH } from './log-scripts.js';
import type { CheckOutcome, RedisCommands } from './redis-engine.js';
import type { RedisLink } from './redis-link.js';
import type { RedisNames } from './redis-names.js';
import type { RedisTarget } from './redis.options.js';

/** A Cluster has sharded topics since 7.0. */
const LEAST = { cluster: [7, 0], other: [6, 2] } as const;
/** Partitions for each master of a Cluster, so that each gets about as many as the others. */
const PARTITIONS_EACH = 8;

const RIGHTS = (prefix: string): string =>
  `ACL SETUSER <user> resetkeys ~${prefix}:* resetchannels &${prefix}:* +@read +@write +@pubsub +@scripting +@connection +info +time`;

/** What is checked. */
export interface CheckParts {
  readonly names: RedisNames;
  readonly partitions: number;
  readonly target: RedisTarget;
  readonly commands: RedisCommands;
  /** Each server, with a partition that it has. */
  readonly servers: readonly (readonly [link: RedisLink, partition: number])[];
}

/** @throws what Redis answers where the answer says nothing about how it is set up. */
export async function checkRedis(parts: CheckParts): Promise<CheckOutcome> {
  const { names, target, servers, partitions } = parts;
  try {
    const found = await Promise.all(servers.map((server) => checkServer(server, parts)));
    const fault = found.find((outcome) => outcome.fault !== null)?.fault ?? (await layoutFault(parts));
    const warnings = new Set(found.flatMap((outcome) => outcome.warnings));
    if (servers.length * PARTITIONS_EACH > partitions && servers.length > 1) warnings.add(fewPartitions(parts));
    return { fault, warnings: fault === null ? [...warnings] : [] };
  } catch (error) {
    const fault = setupFault((error as Error).message, names.prefix, target);
    if (fault === null) throw error;
    return { fault, warnings: [] };
  }
}

/** What an error of Redis says about how it is set up; null if it says nothing. */
export function setupFault(message: string, prefix: string, { kind }: RedisTarget): string | null {
  if (/NOAUTH|WRONGPASS|without any password configured/.test(message)) {
    return `Redis does not accept the credentials (${message}): put them into the address, as redis://user:password@host.`;
  }
  if (/cluster support disabled/.test(message)) {
    return "This Redis is no Cluster: give its address as { url: 'redis://…' }, or start it with cluster-enabled yes.";
  }
  const isDenied = /NOPERM|no permissions?|can't (run|publish|access)/i.test(message);
  const more = kind === 'cluster' ? ' +cluster|slots' : '';
  return isDenied ? `The user of Redis lacks rights (${message}): give it ${RIGHTS(prefix)}${more}` : null;
}

async function checkServer([link, partition]: CheckParts['servers'][number], parts: CheckParts): Promise<CheckOutcome> {
  const info = String(await link.call('INFO'));
  const fault = versionFault(info, parts.target) ?? (await publishFault(partition, parts));
  return { fault, warnings: policyWarnings(info) };
}

function versionFault(info: string, { kind }: RedisTarget): string | null {
  if (kind !== 'cluster' && /^(redis|server)_mode:cluster/m.test(info)) {
    return "This Redis belongs to a Cluster: give addresses of some of its servers as { cluster: ['host:6379', …] }.";
  }
  const [, version, major, minor] = /^redis_version:((\d+)\.(\d+)\S*)/m.exec(info) ?? [];
  const [leastMajor, leastMinor] = kind === 'cluster' ? LEAST.cluster : LEAST.other;
  const isOld = Number(major) < leastMajor || (Number(major) === leastMajor && Number(minor) < leastMinor);
  if (version === undefined || !isOld) return null;
  const where = kind === 'cluster' ? ' in a Cluster' : '';
  return `Redis ${version} is too old: the broker needs Redis ${leastMajor}.${leastMinor} or later${where}, or Valkey.`;
}

function policyWarnings(info: string): string[] {
  const policy = /^maxmemory_policy:(allkeys-\S+)/m.exec(info)?.[1];
  if (policy === undefined) return [];
  return [
    `Redis evicts keys of any kind when its memory is full (maxmemory-policy ${policy}), and with them the history of channels: set maxmemory-policy noeviction.`,
  ];
}

function fewPartitions({ partitions, servers, names }: CheckParts): string {
  const least = servers.length * PARTITIONS_EACH;
  return `The Cluster has ${servers.length} masters for ${partitions} partitions, so some get much more to do than others: set partitions: ${least} or more, with another prefix than '${names.prefix}'.`;
}

/** Does what each publish does, with everything that lives for a second only. */
async function publishFault(partition: number, { names, commands, target }: CheckParts): Promise<string | null> {
  const [meta, log, idempotent, topic] = names.trial(partition);
  const args = [randomName(), randomName(), 'trial', 1, 1_000, '', 0, topic];
  for (const key of [meta, log, idempotent]) await commands.call('DEL', key);
  const head = [commands.publishCommand, 1_000, 1_000];
  const [reply] = (await commands.run(PUBLISH, [meta, log, idempotent], [...head, ...args])) as string[];
  // A slot that is on its way says nothing about the server.
  if (!reply.startsWith('!') || reply.startsWith('!TRYAGAIN')) return null;
  return setupFault(reply, names.prefix, target) ?? `Redis refuses to write (${reply.slice(1)}).`;
}

/** Nodes with different numbers of partitions would not hear each other. The first one decides. */
async function layoutFault({ names, commands, partitions }: CheckParts): Promise<string | null> {
  const key = names.layout;
  const layout = `1 ${partitions}`;
  try {
    await commands.call('SET', key, layout, 'NX');
    const found = String(await commands.call('GET', key));
    if (found === layout) return null;
    const other = /^1 (\d{1,4})$/.exec(found)?.[1];
    if (other !== undefined) {
      return `The prefix '${names.prefix}' is in use with ${other} partitions and not ${partitions}: set partitions: ${other}, or another prefix.`;
    }
  } catch (error) {
    if (!(error as Error).message.startsWith('WRONGTYPE')) throw error;
  }
  return `The key '${key}' holds data of something else: set another prefix, or delete the key.`;
}
