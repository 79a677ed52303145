// How does a command for all nodes travel? As an envelope whose event is its kind, and whose payload says whose connections are meant.
import type { ControlCommand } from '../broker/realtime.broker.js';
import type { EncodedEvent } from '../connections/encoded-event.js';
import type { Party } from '../connections/party.js';

const KINDS: readonly string[] = [
  'subscribe',
  'unsubscribe',
  'reauthorize',
  'disconnect',
  'displace',
  'member',
] satisfies ControlCommand['kind'][];
const IDS: readonly string[] = ['userId', 'sessionId', 'connectionId'];

/** As the event of an envelope. */
export function encodedCommand({ kind, party, channel, data }: ControlCommand): Pick<EncodedEvent, 'event' | 'json'> {
  return { event: kind, json: JSON.stringify({ party, channel, data }) };
}

/**
 * The command of an envelope; null if it is none. The payload has been proved to be JSON.
 *
 * Security note: every process with access to Redis can write it.
 */
export function commandOf({ event: kind, json }: Pick<EncodedEvent, 'event' | 'json'>): ControlCommand | null {
  if (!KINDS.includes(kind) || json === undefined) return null;
  const body: unknown = JSON.parse(json);
  if (!isRecord(body) || !isRecord(body.party)) return null;
  const { party, channel, data } = body;
  const [[id, value] = [], ...others] = Object.entries(party);
  if (id === undefined || !IDS.includes(id) || typeof value !== 'string' || value === '' || others.length > 0)
    return null;
  if (channel !== undefined && typeof channel !== 'string') return null;
  if (channel === undefined && (kind === 'subscribe' || kind === 'member')) return null;
  if (kind === 'member' && id !== 'userId') return null;
  if (kind === 'displace' && id !== 'connectionId') return null;
  return {
    kind: kind as ControlCommand['kind'],
    party: { [id]: value } as unknown as Party,
    ...(channel !== undefined && { channel }),
    ...(kind === 'member' && { data }),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
