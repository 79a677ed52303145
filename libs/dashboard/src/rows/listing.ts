// How much of a list is sent? As many rows as a person can read and as fit into a frame.
import type { Listing } from '../wire/feed.frames.js';

/** Most rows in a list. */
export const MOST_ROWS = 200;
/** Most characters in a list: far below the limit of queued bytes for one client. */
const MOST_CHARACTERS = 150_000;
const MOST: Bound = { rows: MOST_ROWS, characters: MOST_CHARACTERS };

export interface Bound {
  readonly rows: number;
  readonly characters: number;
}

/** The first rows that fit; `more` is the rest of `total`. */
export function listingOf<Row extends object>(rows: readonly Row[], total: number, most: Bound = MOST): Listing<Row> {
  const fitting = rows.slice(0, fittingRows(rows, most));
  return { rows: fitting, more: Math.max(0, total - fitting.length) };
}

/** The last rows that fit. */
export function newestOf<Row extends object>(rows: readonly Row[], most: Bound = MOST): readonly Row[] {
  const fitting = fittingRows(rows.toReversed(), most);
  return fitting === rows.length ? rows : rows.slice(rows.length - fitting);
}

function fittingRows(rows: readonly object[], most: Bound): number {
  let characters = 0;
  const last = Math.min(rows.length, most.rows);
  for (let index = 0; index < last; index++) {
    characters += weightOf(rows[index]);
    if (characters > most.characters) return index;
  }
  return last;
}

/** Estimates the length of the row's JSON without making it. */
function weightOf(row: object): number {
  let weight = 0;
  for (const value of Object.values(row)) {
    weight += 20;
    if (typeof value === 'string') weight += value.length;
    else if (Array.isArray(value)) {
      for (const item of value as unknown[]) weight += typeof item === 'string' ? item.length + 3 : 4;
    }
  }
  return weight;
}
