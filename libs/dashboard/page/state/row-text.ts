// What is the text of a row of the stream? The same text is shown and searched.
import type { SlowConsumerRow, StreamRow } from '../../src/wire/feed.frames.js';
import { reasonText } from './reason-text.js';
import { bytes, count } from './format.js';

export type RowKind = StreamRow['kind'];

/** Title of each kind on the page, in the order of a story. */
export const KIND_TITLES: Readonly<Record<RowKind, string>> = {
  event: 'Bus event',
  bridge: 'Bridge',
  broadcast: 'Broadcast',
  message: 'Message',
  refusal: 'Refusal',
  'slow-consumer': 'Slow consumer',
  job: 'Job',
  action: 'Action',
};

export const KINDS = Object.keys(KIND_TITLES) as RowKind[];

/** A row in words: what it is about, and what happened. */
export interface RowText {
  readonly subject: string;
  readonly detail: string;
}

export function userText(userId: string | null): string {
  return userId === null ? 'anonymous' : userId;
}

export function rowText(row: StreamRow): RowText {
  switch (row.kind) {
    case 'event':
      return { subject: row.name, detail: 'published on the bus' };
    case 'bridge':
      return { subject: `${row.name} → ${row.template} · ${row.event}`, detail: bridgeDetail(row) };
    case 'broadcast':
      return {
        subject: `${row.channel} · ${row.event}`,
        detail: `${count(row.deliveries)} ${row.deliveries === 1 ? 'delivery' : 'deliveries'}, ${bytes(row.payloadBytes)}`,
      };
    case 'message':
      return {
        subject: `${row.channel} · ${row.message}`,
        detail: `from ${userText(row.userId)}, ${row.code ?? 'ok'}, ${row.durationMs.toFixed(1)} ms`,
      };
    case 'refusal':
      return {
        subject: [row.channel, row.message].filter((part) => part !== null).join(' · ') || 'the connection',
        detail: `${row.code} at gate ${row.gate} for ${userText(row.userId)}: ${reasonText(row.reason)}`,
      };
    case 'slow-consumer':
      return {
        subject: userText(row.userId),
        detail: `${slowText(row)}${row.channel === null ? '' : `, ${row.channel}`}`,
      };
    case 'job':
      return {
        subject: `${row.queue} #${row.jobId}`,
        detail: row.reason === '' ? row.state : `${row.state}: ${row.reason}`,
      };
    case 'action':
      return {
        subject: row.action === 'disconnect' ? `disconnect ${row.target}` : `evict ${row.target} from ${row.channel}`,
        detail: `by ${row.userId}`,
      };
  }
}

/** What the server did with a client that reads too slowly. */
export function slowText({ policy, queuedBytes }: SlowConsumerRow): string {
  return `${policy === 'disconnect' ? 'disconnected' : 'events dropped'}, ${bytes(queuedBytes)} queued`;
}

function bridgeDetail({ channels, error }: Extract<StreamRow, { kind: 'bridge' }>): string {
  if (error !== null) return `failed: ${error}`;
  return channels.length === 0 ? 'skipped by its mapper' : `forwarded to ${channels.join(', ')}`;
}
