// How are entries and diffs of presence written in Redis? As JSON, which is checked when it is read.
import type { PresenceChange, PresenceDiff, PresenceEntry } from '../broker/presence.store.js';
import { type Envelope, readEnvelope, type SkipReason } from './envelope.js';
import type { EnvelopeMac } from './envelope-mac.js';

/** What a diff begins with: its version, and the one before it. No event does so. */
const FRONT = /^p ([1-9]\d{0,15}) (0|[1-9]\d{0,15}) /;
/** Most characters of an entry, far more than limits on payloads allow. */
const LONGEST_ENTRY = 1_000_000;
/** Of nodes, and as in envelopes. */
const NODE = /^[\w.@:-]{1,128}$/;

interface WrittenEntry {
  readonly c: number;
  readonly s: number;
  readonly t: number;
  readonly d?: unknown;
}

export function writeEntry(entry: PresenceEntry): string {
  return JSON.stringify(written(entry));
}

/**
 * The entry that was written; null if it cannot be read.
 *
 * Security note: every process with access to Redis can write the text.
 */
export function readEntry(text: string): PresenceEntry | null {
  return text.length > LONGEST_ENTRY ? null : entryOf(parsed(text));
}

export function writeChanges(nodeId: string, changes: readonly PresenceChange[]): string {
  return JSON.stringify({
    n: nodeId,
    c: changes.map(({ userId, entry }) => [userId, entry === null ? null : written(entry)]),
  });
}

/** Whether what came on the topic of a channel is meant as a diff. */
export function isDiff(text: string): boolean {
  return text.startsWith('p ');
}

/**
 * Reads a diff, or why it cannot be read.
 *
 * Security note: every process with access to Redis can write the text.
 */
export function readDiff(text: string, channel: string, mac: EnvelopeMac | null): PresenceDiff | SkipReason {
  const front = FRONT.exec(text);
  if (front === null) return 'torn';
  const [version, previous] = [Number(front[1]), Number(front[2])];
  const envelope = readEnvelope(text.slice(front[0].length), channel, mac);
  if (typeof envelope === 'string') return envelope;
  if (!Number.isSafeInteger(version) || version <= previous || envelope.kind !== 'presence') return 'frame';
  const changes = changesOf(envelope);
  return changes === null ? 'payload' : { channel, version, previous, ...changes };
}

function changesOf({ event }: Envelope): Pick<PresenceDiff, 'nodeId' | 'changes'> | null {
  const { n, c } = (parsed(event.json ?? '') ?? {}) as { readonly n?: unknown; readonly c?: unknown };
  if (!isNodeName(n) || !Array.isArray(c)) return null;
  const changes: PresenceChange[] = [];
  for (const item of c as readonly unknown[]) {
    const [userId, value] = (Array.isArray(item) ? item : []) as [unknown, unknown];
    const entry = value === null ? null : entryOf(value);
    if (typeof userId !== 'string' || (entry === null && value !== null)) return null;
    changes.push({ userId, entry });
  }
  return { nodeId: n, changes };
}

export function isNodeName(name: unknown): name is string {
  return typeof name === 'string' && NODE.test(name);
}

function written({ connections, since, setAt, data }: PresenceEntry): WrittenEntry {
  return { c: connections, s: since, t: setAt, ...(data !== undefined && { d: data }) };
}

function entryOf(value: unknown): PresenceEntry | null {
  if (typeof value !== 'object' || value === null) return null;
  const { c, s, t, d } = value as Partial<Record<keyof WrittenEntry, unknown>>;
  if (!isCount(c) || c === 0 || !isTime(s) || !isTime(t)) return null;
  return { connections: c, since: s, setAt: t, ...(d !== undefined && { data: d }) };
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

/** What a `Date` can be made of. */
function isTime(value: unknown): value is number {
  return isCount(value) && value <= 8_640_000_000_000_000;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
