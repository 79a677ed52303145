// Which rows does the stream show while new ones arrive? The live rows, unless it is paused or a row has the pointer or the focus.
import { useState } from 'preact/hooks';
import type { StreamRow } from '../../src/wire/feed.frames.js';

export interface StreamReading {
  /** The rows to show, oldest first. */
  readonly rows: readonly StreamRow[];
  /** The rows that have arrived while `rows` are held. */
  readonly waiting: readonly StreamRow[];
  readonly paused: boolean;
  /** Whether the rows are held while the pointer or the focus is on one of them. */
  readonly held: boolean;
  readonly onPaused: (paused: boolean) => void;
  readonly onHold: (hold: boolean) => void;
}

export function useStreamReading(live: readonly StreamRow[]): StreamReading {
  const [paused, setPaused] = useState<readonly StreamRow[] | null>(null);
  const [held, setHeld] = useState<readonly StreamRow[] | null>(null);
  const still = paused ?? held;
  const rows = still ?? live;
  // Rows of several nodes have no common order of numbers; the list has one.
  const newest = still?.at(-1);
  return {
    rows,
    waiting: still === null ? [] : live.slice(newest === undefined ? 0 : live.lastIndexOf(newest) + 1),
    paused: paused !== null,
    held: held !== null,
    onPaused: (pause) => setPaused(pause ? (held ?? live) : null),
    onHold: (hold) => setHeld(hold && rows.length > 0 ? rows : null),
  };
}
