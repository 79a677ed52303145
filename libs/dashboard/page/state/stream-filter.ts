// Which rows of the stream match the filter?
import type { StreamRow } from '../../src/wire/feed.frames.js';
import { type RowKind, rowText } from './row-text.js';

const ENCODED = /(%[0-9A-F]{2})+/g;

export interface StreamFilter {
  /** An empty set allows every kind. */
  readonly kinds: ReadonlySet<RowKind>;
  /** Searched in the row's text, payload and node; case does not matter. */
  readonly text: string;
  /** The node of rows that name none. */
  readonly ownNode: string;
}

/** The newest `limit` rows that match, newest first, and the number of all that match. */
export function filterRows(
  rows: readonly StreamRow[],
  filter: StreamFilter,
  limit: number,
): { readonly shown: readonly StreamRow[]; readonly matching: number } {
  const matching = rows.filter(matcher(filter));
  return { shown: matching.slice(-limit).reverse(), matching: matching.length };
}

function matcher({ kinds, text, ownNode }: StreamFilter): (row: StreamRow) => boolean {
  const wanted = text.trim().toLowerCase();
  return (row) => (kinds.size === 0 || kinds.has(row.kind)) && (wanted === '' || saysText(row, wanted, ownNode));
}

function saysText(row: StreamRow, wanted: string, ownNode: string): boolean {
  const { subject, detail } = rowText(row);
  return containsText([subject, detail, row.payload ?? '', row.nodeId ?? ownNode], wanted);
}

/**
 * Whether a part contains the text, as it stands or with its encoded characters decoded: a reader searches for `ada@example.com` and finds
 * the channel `inbox.ada%40example%2Ecom`.
 * @param wanted must be in lower case.
 */
export function containsText(parts: readonly string[], wanted: string): boolean {
  return parts.some((part) => part.toLowerCase().includes(wanted) || decoded(part).toLowerCase().includes(wanted));
}

/** A part is any text: what is no encoding in it stays as it is. */
function decoded(text: string): string {
  return text.includes('%') ? text.replace(ENCODED, decodedRun) : text;
}

function decodedRun(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run;
  }
}
