// Which gate refuses with which code, and how often?
import type { RefusalRow } from '../../src/wire/feed.frames.js';

export interface RefusalCount {
  readonly gate: RefusalRow['gate'];
  readonly code: RefusalRow['code'];
  readonly count: number;
}

/** By gate and code, such as `subscribe FORBIDDEN`. The protocol and the application's messages declare all codes, so there are few keys. */
export type RefusalTally = Readonly<Record<string, RefusalCount>>;

export function refusalKey({ gate, code }: Pick<RefusalRow, 'gate' | 'code'>): string {
  return `${gate} ${code}`;
}

/** @returns the same tally if there are no rows. */
export function tallyRefusals(tally: RefusalTally, rows: readonly RefusalRow[]): RefusalTally {
  if (rows.length === 0) return tally;
  const counts = new Map(Object.entries(tally));
  for (const row of rows) {
    const key = refusalKey(row);
    counts.set(key, { gate: row.gate, code: row.code, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return Object.fromEntries(counts);
}
