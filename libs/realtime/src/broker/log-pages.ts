// Which part of a log answers a question for its history? The first entries after a position, or the newest; bounded in number and bytes.
import type { Position } from '@nestjs-realtime/contract';
import { bytesOf } from './frame-buffer.js';
import type { LogEntry, LogPage } from './log-frame.js';
import type { IRealtimeBroker } from './realtime.broker.js';

/** Entries, ascending, and where the log ends. */
export interface HistoryPart {
  readonly entries: readonly LogEntry[];
  readonly position: Position;
}

type Readable = Pick<IRealtimeBroker, 'read'>;

export async function entriesAfter(
  broker: Readable,
  channel: string,
  { epoch, offset }: Position,
  limit: number,
  mostBytes: number,
): Promise<HistoryPart> {
  const page = await broker.read(channel, offset + 1, limit);
  const isKnown = page.epoch === epoch && offset <= page.top;
  const entries = isKnown ? withinBytes(page.entries.slice(0, limit), mostBytes) : [];
  return { entries, position: endOf(page) };
}

export async function newestEntries(
  broker: Readable,
  channel: string,
  limit: number,
  mostBytes: number,
): Promise<HistoryPart> {
  const { top } = await broker.read(channel, null);
  // What is appended between the two reads is in the second.
  const page = await broker.read(channel, Math.max(1, top - limit + 1));
  const newestFirst = page.entries.slice(-limit).reverse();
  return { entries: withinBytes(newestFirst, mostBytes).reverse(), position: endOf(page) };
}

export function endOf({ epoch, top }: LogPage): Position {
  return { epoch, offset: top };
}

/** The first entries, up to that many bytes; at least one, so that a reader gets on. */
function withinBytes(entries: LogEntry[], mostBytes: number): LogEntry[] {
  let bytes = 0;
  const end = entries.findIndex(({ event }, index) => (bytes += bytesOf(event)) > mostBytes && index > 0);
  return end === -1 ? entries : entries.slice(0, end);
}
